"""Why there is no mixture, and what would make one, in words.

In: the problem as it was asked, its least violations and the relaxed shares. Out: a sentence on each
conflict, and the ways out: more text, more epochs, fewer tokens, or other ratios.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, Constraint
from headwater.mix.convex import program
from headwater.mix.relax import VIOLATED, Elastic
from headwater.pipeline.progress import amount


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A mixture problem."""

    channels: list[Channel]
    constraints: list[Constraint]
    config: MixtureConfig
    budget: float

    @property
    def most(self) -> np.ndarray:
        """Tokens that each channel can give."""
        return np.array([self.config.max_epochs * channel.available for channel in self.channels])


def conflicts(asked: Asked, found: Elastic) -> list[str]:
    """One sentence on each thing that cannot hold."""
    most, told, families = asked.most, [], set()
    epochs = f"{asked.config.max_epochs:g} epochs of"
    if most.sum() < asked.budget * (1 - VIOLATED):
        told.append(f"{amount(asked.budget)} tokens are asked, and {epochs} all channels give {amount(most.sum())}")
    for one in asked.constraints:
        supply, wanted = float(one.row @ most), one.bound * asked.budget
        if one.family in ("lang", "kind") and supply < wanted * (1 - VIOLATED):
            share = f"{one.bound:.1%} of {amount(asked.budget)} tokens = {amount(wanted)}"
            told.append(f"{one.name} asks {share}, and {epochs} it give {amount(supply)}")
            families.add(one.family)
    for one, over in zip(asked.constraints, found.over, strict=True):
        if abs(over) > VIOLATED and one.family not in families:
            told.append(f"{one.name} = {abs(one.bound):.1%} cannot hold: {_reach(one, asked.constraints)}")
    return told


def _reach(constraint: Constraint, constraints: list[Constraint]) -> str:
    """How near the other families let a constraint come, in words."""
    others = [c for c in constraints if c.family != constraint.family]
    num = len(constraint.row)
    A = np.array([np.ones(num), *(c.row for c in others if c.equal)])
    b = np.array([1.0, *(c.bound for c in others if c.equal)])
    G = np.array([c.row for c in others if not c.equal]).reshape(-1, num)
    h = np.array([c.bound for c in others if not c.equal])
    least, most = (program(sign * constraint.row, G, h, A, b, [(0.0, None)] * num) for sign in (1.0, -1.0))
    if least.status != 0 or most.status != 0:
        return "the others contradict each other too"
    low, high = sorted(abs(float(constraint.row @ found.x)) for found in (least, most))
    return f"the others leave it {low:.1%} to {high:.1%}"


def alternatives(asked: Asked, found: Elastic, x: np.ndarray, scale: float) -> str:
    """The ways out. `x` are the relaxed shares, `scale` the part of the budget that they draw."""
    ways = _more_text(asked)
    epochs = _least_epochs(asked)
    if epochs is not None:
        ways.append(f"mixture.max_epochs {math.ceil(epochs * 10 - 1e-6) / 10:g}")
    tokens = _most_tokens(asked)
    if tokens >= 1:
        ways.append(f"train.tokens {_rounded_down(tokens)}")
    other = _other_settings(asked, found, x, scale)
    if other not in ways:
        ways.append(other)
    return "; or ".join(way for way in ways if way)


def _more_text(asked: Asked) -> list[str]:
    most, epochs = asked.most, asked.config.max_epochs
    short = []
    for one in asked.constraints:
        lacking = one.bound * asked.budget - float(one.row @ most)
        if one.family in ("lang", "kind") and lacking > VIOLATED * asked.budget:
            short.append(f"{amount(math.ceil(lacking / epochs))} more tokens of {one.name}")
    if not short and most.sum() < asked.budget * (1 - VIOLATED):
        short.append(f"{amount(math.ceil((asked.budget - most.sum()) / epochs))} more tokens")
    return [f"add {' and '.join(short)}"] if short else []


def _least_epochs(asked: Asked) -> float | None:
    """The smallest max_epochs with which all else holds; None when no number of epochs helps."""
    per_epoch = {id(c): c.bound / asked.config.max_epochs for c in asked.constraints if c.family == "epochs"}
    return _scaled(asked, per_epoch, total=1.0, cost=1.0)


def _most_tokens(asked: Asked) -> float:
    """The largest budget with which all else holds; 0 when there is none.

    In parts of the budget s: every bound but the epochs' shrinks to s times itself.
    """
    shrinking = {id(c): c.bound for c in asked.constraints if c.family != "epochs"}
    found = _scaled(asked, shrinking, total=None, cost=-1.0)
    return asked.budget * min(1.0, found or 0.0)


def _scaled(asked: Asked, scaled: dict[int, float], total: float | None, cost: float) -> float | None:
    """The least (cost 1) or greatest (-1) factor on the bounds in `scaled` with which all hold; None if none does.

    `total` is Σ x, or None where it is the factor itself.
    """
    num = len(asked.channels)
    costs = np.concatenate([np.zeros(num), [cost]])
    G: list[np.ndarray] = []
    h: list[float] = []
    A, b = [np.concatenate([np.ones(num), [-1.0 if total is None else 0.0]])], [total or 0.0]
    for one in asked.constraints:
        row = np.concatenate([one.row, [-scaled.get(id(one), 0.0)]])
        (A if one.equal else G).append(row)
        (b if one.equal else h).append(0.0 if id(one) in scaled else one.bound)
    found = program(costs, np.array(G), np.array(h), np.array(A), np.array(b), [(0.0, None)] * (num + 1))
    return float(found.x[-1]) if found.status == 0 else None


def _rounded_down(tokens: float) -> str:
    """Three figures, never more than there are."""
    digits = max(0, math.floor(math.log10(max(tokens, 1.0))) - 2)
    return amount(math.floor((tokens + 0.5) / 10**digits) * 10**digits)


def _other_settings(asked: Asked, found: Elastic, x: np.ndarray, scale: float) -> str:
    """The relaxed mixture as settings of the recipe."""
    total = float(x.sum()) or 1.0
    over = list(zip(asked.constraints, found.over, strict=True))
    broken = {one.family for one, moved in over if abs(moved) > VIOLATED}
    parts = []
    for family in ("lang", "kind"):
        ratios = [(c.name.split(".", 1)[1], float(c.row @ x) / total) for c in asked.constraints if c.family == family]
        if family in broken and ratios:
            parts.append(f"mixture.{family} {', '.join(f'{name}={share * 100:.3g}' for name, share in ratios)}")
    for one, moved in over:
        if one.family in ("domain", "share") and abs(moved) > VIOLATED:
            parts.append(f"mixture.{one.name} {abs(float(one.row @ x)) / total:.3g}")
    if scale < 1 - VIOLATED:
        parts.append(f"train.tokens {_rounded_down(asked.budget * scale)}")
    return " with ".join(parts)
