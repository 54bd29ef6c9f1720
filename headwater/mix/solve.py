"""Solves a mixture: the shares nearest to the natural ones that satisfy every constraint.

In: channels with the tokens an epoch of each gives, MixtureConfig, a budget of tokens.
Out: Mixture: shares of the budget, or the conflicts, the cheapest relaxation in words, and the
relaxed shares.

"Nearest" is least KL divergence from the shares of the available tokens, so there is one answer.
When there is none, an elastic linear program finds the least violation; the ratios it must break
give way as little as their own KL divergence allows, and the budget shrinks only where even free
ratios could not fill it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from headwater.mix import explain, relax
from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, Constraint, allowed, build
from headwater.mix.convex import nearest


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """`shares` of `budget` by channel; where `feasible` is False they are those of the relaxed mixture."""

    feasible: bool
    budget: float
    shares: dict[str, float]
    natural: dict[str, float]
    conflicts: list[str] = field(default_factory=list)
    relaxation: str = ""
    notes: list[str] = field(default_factory=list)


def solve(channels: list[Channel], config: MixtureConfig, budget: float) -> Mixture:
    """The mixture for a budget of tokens."""
    kept, notes = allowed(channels, config)
    natural = _natural(channels)
    if not kept:
        return Mixture(
            feasible=False,
            budget=0,
            shares={c.name: 0.0 for c in channels},
            natural=natural,
            conflicts=["no channel that the mixture lists holds a token"],
            relaxation="list other languages or kinds, or add documents",
            notes=notes,
        )
    constraints = build(kept, config, budget)
    x = _strict(kept, constraints)
    conflicts, relaxation, scale = [], "", 1.0
    feasible = x is not None
    if x is None:
        within = min(budget, sum(config.max_epochs * channel.available for channel in kept))
        reachable = build(kept, config, within)
        found = relax.elastic(kept, reachable)
        x, scale = relax.relaxed(kept, reachable, found), (1.0 - found.cut) * within / budget
        asked = explain.Asked(channels=kept, constraints=constraints, config=config, budget=budget)
        conflicts = explain.conflicts(asked, found)
        relaxation = explain.alternatives(asked, found, x, scale)
    total = float(x.sum()) or 1.0
    shares = {c.name: 0.0 for c in channels} | {c.name: float(s) / total for c, s in zip(kept, x, strict=True)}
    return Mixture(
        feasible=feasible,
        budget=budget * scale,
        shares=dict(sorted(shares.items())),
        natural=natural,
        conflicts=conflicts,
        relaxation=relaxation,
        notes=notes,
    )


def _natural(channels: list[Channel]) -> dict[str, float]:
    total = sum(c.available for c in channels) or 1
    return {c.name: c.available / total for c in sorted(channels, key=lambda c: c.name)}


def _strict(channels: list[Channel], constraints: list[Constraint]) -> np.ndarray | None:
    num = len(channels)
    available = np.array([c.available for c in channels], dtype=float)
    A = np.array([np.ones(num), *(c.row for c in constraints if c.equal)])
    b = np.array([1.0, *(c.bound for c in constraints if c.equal)])
    G = np.array([c.row for c in constraints if not c.equal]).reshape(-1, num)
    h = np.array([c.bound for c in constraints if not c.equal])
    return nearest(np.eye(num), np.ones(num), available / available.sum(), A, b, G, h)
