"""The ways out of a mixture that cannot be: more text, more epochs, fewer tokens, or other settings.

In: a Problem without a solution and the least that must give way. Out: Ways, each of which alone makes a mixture
possible: it is tried, with the figures as they are printed, before it is offered.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np

from headwater.mix import settings
from headwater.mix.config import KINDS
from headwater.mix.constraints import Channel, Problem, labelled, why_not
from headwater.mix.convex import program
from headwater.mix.relax import Relaxed
from headwater.mix.way import Way, possible, up, whole_steps
from headwater.pipeline.progress import amount

NEW_CHANNEL = 1.001  # cost of a token of a channel that is not there yet, where one of an old channel costs 1


def out(problem: Problem, relaxed: Relaxed | None, quantum: float) -> list[Way]:
    """Every way out there is. `quantum`: tokens of a step; `relaxed` is None where a span has no channel at all."""
    found = [_more_text(problem)]
    if relaxed is not None:
        stretch = _stretch(problem)
        if stretch is not None:
            found += [_more_epochs(problem, stretch), _fewer_tokens(problem, stretch, quantum)]
        found.append(settings.moved(problem, relaxed, quantum))
    unique = {way.text: way for way in found if way is not None}
    return list(unique.values())


def _more_text(problem: Problem) -> Way | None:
    """The fewest tokens of text, by channel, with which all else holds."""
    wider = replace(problem, channels=_candidates(problem))
    epochs = [one for one in wider.constraints if one.family == "epochs"]
    places = {one.name: place for place, one in enumerate(epochs)}
    there = {channel.name: channel.available for channel in problem.channels}
    num = len(wider.cells)
    factors = {id(one): np.eye(len(epochs))[places[one.name]] for one in epochs}
    held = {one.name: wider.max_epochs * there.get(one.name, 0) / wider.budget for one in epochs}
    costs = [NEW_CHANNEL if not there.get(one.name) else 1.0 for one in epochs]
    bounds = [held[one.name] if one.family == "epochs" else one.bound for one in wider.constraints]
    solved = _scaled(wider, factors, np.array(costs), bounds)
    if solved is None:
        return None
    lacking = solved[num:] * wider.budget / wider.max_epochs
    wanted = {one.name: tokens for one, tokens in zip(epochs, lacking.tolist(), strict=True) if tokens > 1e-6}
    for margin in (-1e-9, 1e-6):  # a figure that comes out round stays so, unless the arithmetic needs more
        more = {name: up(tokens * (1 + margin)) for name, tokens in wanted.items()}
        added = [
            replace(c, available=there.get(c.name, 0) + more.get(c.name, 0))
            for c in wider.channels
            if c.name in there or c.name in more
        ]
        changed = replace(problem, channels=tuple(added))
        if more and possible(changed):
            return Way(text=_needs(wider, more), problem=changed)
    return None


def _candidates(problem: Problem) -> tuple[Channel, ...]:
    """The channels, and those that are not there but are asked for; each with a token at least, to be drawn from."""
    found = {c.name: replace(c, available=max(1, c.available)) for c in problem.channels}
    for span in problem.spans:
        langs = [lang for lang, w in span.config.lang.items() if w] or sorted({c.lang for c in problem.channels})
        kinds = [kind for kind, w in span.config.kind.items() if w] or [KINDS[0]]
        names = [*(f"{lang}-{kind}" for lang, kind in product(langs, kinds)), *span.config.min_share]
        for name in names:
            channel = labelled(name, 1)
            if not why_not(channel, span):
                found.setdefault(name, channel)
    return tuple(found[name] for name in sorted(found))


def _needs(problem: Problem, more: dict[str, int]) -> str:
    """Who needs how much: the language where nothing but languages decides, else the channel."""
    families = {one.family for one in problem.constraints} - {"epochs"}
    names = {c.name: c.lang if families == {"lang"} else c.name for c in problem.channels}
    if not families:
        return f"the corpus needs {amount(sum(more.values()))} more tokens"
    said: dict[str, int] = {}
    for channel, tokens in more.items():
        said[names[channel]] = said.get(names[channel], 0) + tokens
    return " and ".join(f"{name} needs {amount(tokens)} more tokens" for name, tokens in sorted(said.items()))


def _stretch(problem: Problem) -> float | None:
    """The least factor on what the epochs allow with which all else holds; None when none helps."""
    factors = {id(one): np.array([one.bound]) for one in problem.constraints if one.span < 0}
    solved = _scaled(problem, factors, np.ones(1), [0.0 if c.span < 0 else c.bound for c in problem.constraints])
    return None if solved is None else float(solved[-1])


def _more_epochs(problem: Problem, stretch: float) -> Way | None:
    """The smallest max_epochs, in tenths."""
    tenths = math.ceil(stretch * problem.max_epochs * 10 - 1e-6)
    for epochs in (tenths / 10, (tenths + 1) / 10):
        changed = replace(problem, max_epochs=epochs)
        if possible(changed):
            return Way(text=f"mixture.max_epochs {epochs:.10g}", problem=changed)
    return None


def _fewer_tokens(problem: Problem, stretch: float, quantum: float) -> Way | None:
    """The largest budget of whole steps."""
    tokens, budget = whole_steps(problem.budget / max(stretch, 1.0), quantum)
    changed = replace(problem, budget=budget)
    if tokens < 1 or not possible(changed):
        return None
    return Way(text=f"train.tokens {amount(tokens)}", problem=changed)


def _scaled(
    problem: Problem, factors: dict[int, np.ndarray], costs: np.ndarray, bounds: list[float]
) -> np.ndarray | None:
    """The cheapest numbers ≥ 0 that raise the bounds of the constraints in `factors` (by id) until all hold.

    Returns x and these numbers; None when no numbers do.
    """
    num, extra = len(problem.cells), len(costs)
    none = np.zeros(extra)
    A = [np.concatenate([row, none]) for row in problem.totals_SX]
    b = list(problem.fractions_S)
    G: list[np.ndarray] = []
    h: list[float] = []
    for one, bound in zip(problem.constraints, bounds, strict=True):
        row = np.concatenate([one.row, -factors.get(id(one), none)])
        (A if one.equal else G).append(row)
        (b if one.equal else h).append(bound)
    limits = np.array(G).reshape(-1, num + extra)
    cost = np.concatenate([np.zeros(num), costs])
    found = program(cost, limits, np.array(h), np.array(A), np.array(b), [(0.0, None)] * (num + extra))
    solution: np.ndarray | None = found.x if found.status == 0 else None
    return solution
