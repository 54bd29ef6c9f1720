"""Other settings of a recipe whose mixture cannot be: those of the nearest mixture there is.

In: a Problem without a solution and what gave way in it. Out: the Way that sets what gave way to what it came to.
A share that is rounded may leave what is possible by a hair; the settings are then pulled a little towards the middle
of it, as far as the rounding is coarse.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from headwater.mix.config import LIMITS, RATIOS, MixtureConfig
from headwater.mix.constraints import Constraint, Problem, rows
from headwater.mix.convex import widest
from headwater.mix.relax import Relaxed
from headwater.mix.rounding import whole
from headwater.mix.way import Way, possible, whole_steps
from headwater.pipeline.progress import amount

# digits of a share, and how far towards the middle; as few and as little as do
ATTEMPTS = ((2, 0.0), (3, 0.0), (3, 0.02), (4, 0.0), (4, 2e-3), (6, 0.0), (6, 2e-5))


def moved(problem: Problem, relaxed: Relaxed, quantum: float) -> Way | None:
    """The relaxed mixture as settings of the recipe; None when none can be told."""
    fewer = relaxed.scale < 1 - 1e-6
    tokens, budget = whole_steps(relaxed.scale * problem.budget, quantum) if fewer else (0, problem.budget)
    if fewer and tokens < 1:
        return None
    middle_X = _middle(replace(problem, budget=budget), relaxed)
    for digits, pull in ATTEMPTS:
        near_X = (1 - pull) * _normalised(problem, relaxed.x_X) + pull * middle_X
        configs = [_settings(problem, relaxed.broken, near_X, number, digits) for number in range(len(problem.spans))]
        spans = tuple(replace(span, config=new) for span, new in zip(problem.spans, configs, strict=True))
        changed = replace(problem, spans=spans, budget=budget)
        if possible(changed):
            parts = _told(problem, configs) + ([f"train.tokens {amount(tokens)}"] if fewer else [])
            return Way(text=" with ".join(parts), problem=changed) if parts else None
    return None


def _normalised(problem: Problem, x_X: np.ndarray) -> np.ndarray:
    """Shares that add up to each span's fraction."""
    totals_S = problem.totals_SX @ x_X
    scale_S = np.divide(problem.fractions_S, totals_S, out=np.zeros_like(totals_S), where=totals_S > 0)
    return x_X * (problem.totals_SX.T @ scale_S)


def _middle(problem: Problem, relaxed: Relaxed) -> np.ndarray:
    """A point well inside what does not give way; the relaxed one where there is no room."""
    given = {(one.family, one.span) for one in relaxed.broken}
    (A, b), (G, h) = rows(problem, [one for one in problem.constraints if (one.family, one.span) not in given])
    num = len(problem.cells)
    found = widest(A, b, np.vstack([G, -np.eye(num)]), np.concatenate([h, np.zeros(num)]))
    return _normalised(problem, relaxed.x_X) if found is None else found[:-1]


def _settings(problem: Problem, broken: list[Constraint], x_X: np.ndarray, number: int, digits: int) -> MixtureConfig:
    """A span's settings with every broken one at what `x_X` gives; limits are rounded outwards."""
    span = problem.spans[number]
    config = span.config
    for family in {one.family for one in broken if one.span == number} & set(RATIOS):
        mine = [one for one in problem.constraints if one.span == number and one.family == family]
        shares = {one.name.partition(".")[2]: float(one.row @ x_X) / span.fraction for one in mine}
        counts = whole(shares, 10**digits)
        config = _with(config, family, {label: count / 10 ** (digits - 2) for label, count in counts.items()})
    for one in broken:
        if one.span == number and not one.equal:
            config = _limit_moved(config, one, float(one.row @ x_X) / span.fraction, digits)
    return config


def _limit_moved(config: MixtureConfig, constraint: Constraint, value: float, digits: int) -> MixtureConfig:
    setting, _, label = constraint.name.partition(".")
    outwards: Callable[[float], int] = math.floor if value < 0 or constraint.bound < 0 else math.ceil
    share = min(1.0, max(0.0, outwards(abs(value) * 10**digits) / 10**digits))
    given = getattr(config, setting)
    return _with(config, setting, given | {label: share} if label else share)


def _with(config: MixtureConfig, setting: str, value: Any) -> MixtureConfig:
    return replace(config, **{setting: value})


def _told(problem: Problem, configs: list[MixtureConfig]) -> list[str]:
    """The settings that moved. With phases each names its own: what moves for one moves for those that inherit it."""
    parts = []
    for setting in (*RATIOS, "max_domain_share", *LIMITS):
        moved = [
            getattr(new, setting) != getattr(s.config, setting) for s, new in zip(problem.spans, configs, strict=True)
        ]
        if any(moved):
            said = zip(problem.spans, configs, strict=True)
            parts += [f"{span.place}.{setting} {_value(getattr(new, setting))}" for span, new in said]
    return parts


def _value(setting: Any) -> str:
    if isinstance(setting, dict):
        return ", ".join(f"{name}={value:.10g}" for name, value in sorted(setting.items()))
    return f"{setting:.10g}"
