"""A way out of a mixture that cannot be, and the figures in which it is told.

In: a Problem that was changed. Out: whether any mixture satisfies it; tokens in three figures, rounded so that they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from headwater.mix.constraints import Problem, rows
from headwater.mix.convex import widest


@dataclass(frozen=True, kw_only=True)
class Way:
    """A change in words, and the problem once it is made."""

    text: str
    problem: Problem


def possible(problem: Problem) -> bool:
    """Whether any mixture satisfies every constraint."""
    if not all(row.any() for row in problem.totals_SX):
        return False
    equations, (G, h) = rows(problem, problem.constraints)
    num = len(problem.cells)
    return widest(*equations, np.vstack([G, -np.eye(num)]), np.concatenate([h, np.zeros(num)])) is not None


def whole_steps(tokens: float, quantum: float) -> tuple[int, float]:
    """Tokens to ask for, in few figures, so that the whole steps that hold them are no more than `tokens`."""
    asked = down(math.floor(tokens * (1 + 1e-9) / quantum) * quantum)
    return asked, max(1.0, math.ceil(asked / quantum) * quantum)


def up(tokens: float) -> int:
    """Three figures, never fewer than there must be."""
    digits = max(0, math.floor(math.log10(max(tokens, 1.0))) - 2)
    return math.ceil(tokens / 10**digits) * 10**digits


def down(tokens: float) -> int:
    """Three figures, never more than there are."""
    digits = max(0, math.floor(math.log10(max(tokens, 1.0))) - 2)
    return math.floor((tokens + 0.5) / 10**digits) * 10**digits
