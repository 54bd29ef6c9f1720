"""Why there is no mixture, in words.

In: the problem as it was asked and what had to give way. Out: a sentence on each conflict.
"""

from __future__ import annotations

from headwater.mix.config import RATIOS
from headwater.mix.constraints import Constraint, Problem, Span, near, rows
from headwater.mix.convex import program
from headwater.mix.relax import VIOLATED, Relaxed
from headwater.pipeline.progress import amount


def at(span: Span) -> str:
    """Where in the run a span lies; nothing where it is the whole run."""
    return f" {span.when}" if span.when else ""


def conflicts(problem: Problem, found: Relaxed) -> list[str]:
    """One sentence on each thing that cannot hold."""
    epochs = f"{problem.max_epochs:g} epochs of"
    supply = problem.max_epochs * sum(c.available for c in {c.name: c for _, c in problem.cells}.values())
    told = []
    if supply < problem.budget * (1 - VIOLATED):
        told.append(f"{amount(problem.budget)} tokens are asked, and {epochs} all channels give {amount(supply)}")
    short = _too_small(problem)
    for name, (wanted, most) in short.items():
        share = f"{wanted / problem.budget:.1%} of {amount(problem.budget)} tokens = {amount(wanted)}"
        told.append(f"{name} asks {share}, and {epochs} it give {amount(most)}{_meant(problem, name)}")
    families = {name.partition(".")[0] for name in short}
    told += [_cannot(problem, one) for one in found.broken if one.family not in families]
    return told or ["the channels that several phases draw from are too small for all of them together"]


def _too_small(problem: Problem) -> dict[str, tuple[float, float]]:
    """Of each language and kind that cannot give what all spans ask of it: the tokens asked, and those there are."""
    wanted: dict[str, float] = {}
    most: dict[str, dict[str, float]] = {}
    for one in problem.constraints:
        if one.family in RATIOS:
            wanted[one.name] = wanted.get(one.name, 0.0) + one.bound * problem.budget
            inside = (channel for (_, channel), value in zip(problem.cells, one.row, strict=True) if value)
            most.setdefault(one.name, {}).update({c.name: problem.max_epochs * c.available for c in inside})
    supply = {name: sum(channels.values()) for name, channels in most.items()}
    return {n: (tokens, supply[n]) for n, tokens in wanted.items() if supply[n] < tokens * (1 - VIOLATED)}


def _meant(problem: Problem, name: str) -> str:
    """A hint at the label that was meant, where no channel has this one."""
    family, _, label = name.partition(".")
    known = sorted({getattr(channel, family) for channel in problem.channels})
    return "" if label in known else near(label, known)


def _cannot(problem: Problem, constraint: Constraint) -> str:
    span = problem.spans[constraint.span]
    share = abs(constraint.bound) / span.fraction
    return f"{constraint.name} = {share:.1%} cannot hold{at(span)}: {_reach(problem, constraint)}"


def _reach(problem: Problem, constraint: Constraint) -> str:
    """How near the other families let a constraint come, in words."""
    same = (constraint.family, constraint.span)
    others = [one for one in problem.constraints if (one.family, one.span) != same]
    equations, limits = rows(problem, others)
    bounds = [(0.0, None)] * len(problem.cells)
    least, most = (program(sign * constraint.row, *limits, *equations, bounds) for sign in (1.0, -1.0))
    if least.status != 0 or most.status != 0:
        return "the others contradict each other too"
    fraction = problem.spans[constraint.span].fraction
    low, high = sorted(abs(float(constraint.row @ found.x)) / fraction for found in (least, most))
    return f"the others leave it {low:.1%} to {high:.1%}"
