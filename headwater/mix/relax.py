"""When no mixture satisfies everything: the least that must give way.

In: a Problem without a solution. Out: the least violations (an elastic linear program) and the relaxed
shares.

Costs, a share of the budget: breaking a ratio of languages or kinds 1, a limit on a domain, a channel or a
source 2, drawing fewer tokens 10; repeating a channel more than `max_epochs` is not offered.
Dimensions: X cells, S spans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headwater.mix.constraints import Constraint, Problem
from headwater.mix.convex import STRICT, nearest, program

COSTS = {"lang": 1.0, "kind": 1.0, "domain": 2.0, "share": 2.0, "source": 2.0}
CUT_COST = 10.0
VIOLATED = 1e-6  # of the budget
TIE = 1e-4  # weight of the natural shares where only ratios are to be kept


@dataclass(frozen=True, kw_only=True)
class Elastic:
    """`over` is how far each constraint is exceeded (signed for equations); `cut` the part of the budget not
    drawn; `x_X` shares that violate no more than that."""

    over: np.ndarray
    cut: float
    x_X: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """The nearest to what was asked: `x_X` are its shares, `scale` the part of the budget that it draws, `broken` the
    constraints that gave way."""

    x_X: np.ndarray
    scale: float
    broken: list[Constraint]


def least(problem: Problem) -> Relaxed:
    """The relaxed mixture of a problem. Its budget is what all channels can give at most."""
    supply = problem.max_epochs * sum({c.name: c.available for _, c in problem.cells}.values())
    reachable = replace(problem, budget=min(problem.budget, supply))
    found = elastic(reachable)
    pairs = zip(problem.constraints, found.over, strict=True)
    return Relaxed(
        x_X=relaxed(reachable, found),
        scale=(1.0 - found.cut) * reachable.budget / problem.budget,
        broken=[one for one, over in pairs if abs(over) > VIOLATED],
    )


def elastic(problem: Problem) -> Elastic:
    """The least violation there is.

    Variables: x, then up and down a constraint, then the cut. Bounds shrink with the budget.
    """
    constraints = problem.constraints
    num, rows, spans = len(problem.cells), len(constraints), len(problem.spans)
    size = num + 2 * rows + 1
    cost = np.zeros(size)
    cost[-1] = CUT_COST
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * num
    G: list[np.ndarray] = []
    h: list[float] = []
    A = list(np.hstack([problem.totals_SX, np.zeros((spans, 2 * rows)), problem.fractions_S[:, None]]))
    b = list(problem.fractions_S)
    for index, constraint in enumerate(constraints):
        row = np.zeros(size)
        row[:num] = constraint.row
        up, down = num + 2 * index, num + 2 * index + 1
        cost[up] = cost[down] = COSTS.get(constraint.family, 0.0)
        fixed = constraint.family == "epochs"
        bounds += [(0.0, 0.0 if fixed else None), (0.0, None if constraint.equal else 0.0)]
        row[up], row[down] = -1.0, 1.0
        row[-1] = 0.0 if fixed else constraint.bound
        (A if constraint.equal else G).append(row)
        (b if constraint.equal else h).append(constraint.bound)
    found = program(cost, np.array(G).reshape(-1, size), np.array(h), np.array(A), np.array(b), [*bounds, (0.0, 1.0)])
    assert found.status == 0, found.message  # drawing nothing always satisfies it
    moves = found.x[num:-1].reshape(rows, 2)
    cut = min(1.0, max(0.0, float(found.x[-1])))
    return Elastic(over=moves[:, 0] - moves[:, 1], cut=cut, x_X=np.maximum(found.x[:num], 0.0))


def relaxed(problem: Problem, found: Elastic) -> np.ndarray:
    """The shares nearest to what was asked, once what must give way has given way.

    A family of ratios that must break in a span becomes a wish there; the others stay; a broken limit moves by its
    violation.
    """
    num, scale = len(problem.cells), 1.0 - found.cut
    pairs = zip(problem.constraints, found.over, strict=True)
    broken = {(one.family, one.span) for one, over in pairs if abs(over) > VIOLATED}
    M, weights = list(np.eye(num)), [TIE] * num
    targets = list(problem.targets_X * max(scale, STRICT))
    A, b = list(problem.totals_SX), list(problem.totals_SX @ found.x_X)
    G: list[np.ndarray] = []
    h: list[float] = []
    for constraint, over in zip(problem.constraints, found.over, strict=True):
        if constraint.equal and (constraint.family, constraint.span) in broken:
            if constraint.row.any():
                M.append(constraint.row)
                weights.append(1.0)
                targets.append(constraint.bound * max(scale, STRICT))
        elif constraint.equal:
            A.append(constraint.row)
            b.append(float(constraint.row @ found.x_X))
        else:
            own = constraint.bound if constraint.family == "epochs" else constraint.bound * scale + max(0.0, over)
            G.append(constraint.row)
            h.append(own + 10 * STRICT)
    rows = np.array(G).reshape(-1, num)
    x_X = nearest(np.array(M), np.array(weights), np.array(targets), np.array(A), np.array(b), rows, np.array(h))
    return found.x_X if x_X is None else x_X  # none where what is left is thinner than the arithmetic
