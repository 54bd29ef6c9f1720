"""Solves a mixture: the shares nearest to the natural ones that satisfy every constraint.

In: channels with the tokens an epoch of each gives, the settings (one, or one a span of the run), a budget of tokens.
Out: Mixture: shares of the budget by channel, in all and a span; or the conflicts, the ways out of them, and the
relaxed shares.

"Nearest" is least KL divergence from the shares of the available tokens, weighed by quality, so there is one answer.
All spans are solved together: what a channel may be repeated holds over the whole run.
When there is none, an elastic linear program finds the least violation; the ratios it must break
give way as little as their own KL divergence allows, and the budget shrinks only where even free
ratios could not fill it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from headwater.mix import constraints, explain, relax, ways
from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, Problem, Span, pose
from headwater.mix.convex import nearest
from headwater.mix.way import Way


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """`shares` of `budget` by channel; where `feasible` is False they are those of the relaxed mixture.

    `by_span` are the shares within each span; `problem` is what was solved.
    """

    feasible: bool
    budget: float
    shares: dict[str, float]
    natural: dict[str, float]
    by_span: list[dict[str, float]]
    problem: Problem
    conflicts: list[str] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def relaxation(self) -> str:
        """The ways out, in words."""
        if self.feasible:
            return ""
        return ", or ".join(way.text for way in self.ways) or "list other languages or kinds, or add documents"


def solve(
    channels: Sequence[Channel],
    config: MixtureConfig,
    budget: float,
    spans: Sequence[Span] | None = None,
    quantum: float = 1.0,
) -> Mixture:
    """The mixture for a budget of tokens. `quantum`: tokens of a step, so that whole steps are offered."""
    problem = pose(channels, spans or [Span(config=config)], budget)
    conflicts: list[str] = []
    offered: list[Way] = []
    scale = 1.0
    empty = [span for span, row in zip(problem.spans, problem.totals_SX, strict=True) if not row.any()]
    x_X = None if empty else answer(problem)
    feasible = x_X is not None
    if empty:
        conflicts = [f"no channel that {span.place} lists holds a token{explain.at(span)}" for span in empty]
        offered, scale, x_X = ways.out(problem, None, quantum), 0.0, np.zeros(len(problem.cells))
    elif x_X is None:
        found = relax.least(problem)
        x_X, scale = found.x_X, found.scale
        conflicts, offered = explain.conflicts(problem, found), ways.out(problem, found, quantum)
    return Mixture(
        feasible=feasible,
        budget=budget * scale,
        shares=_shares(problem, x_X, None),
        natural=_natural(problem),
        by_span=[_shares(problem, x_X, span) for span in range(len(problem.spans))],
        problem=problem,
        conflicts=conflicts,
        ways=offered,
        notes=constraints.notes(problem),
    )


def answer(problem: Problem) -> np.ndarray | None:
    """What each cell gives, in shares of the budget; None when no mixture satisfies every constraint."""
    num = len(problem.cells)
    equations, limits = constraints.rows(problem, problem.constraints)
    return nearest(np.eye(num), np.ones(num), problem.targets_X, *equations, *limits)


def _shares(problem: Problem, x_X: np.ndarray, span: int | None) -> dict[str, float]:
    """Shares by channel of one span, or of the whole run."""
    found = {channel.name: 0.0 for channel in problem.channels}
    for (number, channel), share in zip(problem.cells, x_X, strict=True):
        if span is None or number == span:
            found[channel.name] += float(share)
    total = sum(found.values()) or 1.0
    return {name: share / total for name, share in found.items()}


def _natural(problem: Problem) -> dict[str, float]:
    total = sum(c.available for c in problem.channels) or 1
    return {c.name: c.available / total for c in problem.channels}
