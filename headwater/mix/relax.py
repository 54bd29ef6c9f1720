"""When no mixture satisfies everything: the least that must give way.

In: channels and constraints without a solution. Out: the least violations (an elastic linear
program) and the relaxed shares.

Costs, a share of the budget: breaking a ratio of languages or kinds 1, a cap on a domain or a
channel 2, drawing fewer tokens 10; repeating a channel more than `max_epochs` is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.mix.constraints import Channel, Constraint
from headwater.mix.convex import STRICT, nearest, program

COSTS = {"lang": 1.0, "kind": 1.0, "domain": 2.0, "share": 2.0}
CUT_COST = 10.0
VIOLATED = 1e-6  # of the budget
TIE = 1e-4  # weight of the natural shares where only ratios are to be kept


@dataclass(frozen=True, kw_only=True)
class Elastic:
    """`over` is how far each constraint is exceeded (signed for equations); `cut` the part of the budget not
    drawn; `x` shares that violate no more than that."""

    over: np.ndarray
    cut: float
    x: np.ndarray


def elastic(channels: list[Channel], constraints: list[Constraint]) -> Elastic:
    """The least violation there is.

    Variables: x, then up and down a constraint, then the cut. Bounds shrink with the budget.
    """
    num, rows = len(channels), len(constraints)
    size = num + 2 * rows + 1
    cost = np.zeros(size)
    cost[-1] = CUT_COST
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * num
    G: list[np.ndarray] = []
    h: list[float] = []
    A, b = [np.concatenate([np.ones(num), np.zeros(2 * rows), [1.0]])], [1.0]
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
    return Elastic(over=moves[:, 0] - moves[:, 1], cut=cut, x=np.maximum(found.x[:num], 0.0))


def relaxed(channels: list[Channel], constraints: list[Constraint], found: Elastic) -> np.ndarray:
    """The shares nearest to what was asked, once what must give way has given way.

    A family of ratios that must break becomes a wish; the others stay; a broken cap moves by its violation.
    """
    num, scale = len(channels), 1.0 - found.cut
    broken = {c.family for c, over in zip(constraints, found.over, strict=True) if abs(over) > VIOLATED}
    available = np.array([c.available for c in channels], dtype=float)
    M, weights, targets = list(np.eye(num)), [TIE] * num, list(available / available.sum() * max(scale, STRICT))
    A, b, G, h = [np.ones(num)], [float(found.x.sum())], [], []
    for constraint, over in zip(constraints, found.over, strict=True):
        if constraint.equal and constraint.family in broken:
            if constraint.row.any():
                M.append(constraint.row)
                weights.append(1.0)
                targets.append(constraint.bound * max(scale, STRICT))
        elif constraint.equal:
            A.append(constraint.row)
            b.append(float(constraint.row @ found.x))
        else:
            own = constraint.bound if constraint.family == "epochs" else constraint.bound * scale + max(0.0, over)
            G.append(constraint.row)
            h.append(own + 10 * STRICT)
    x = nearest(
        np.array(M),
        np.array(weights),
        np.array(targets),
        np.array(A),
        np.array(b),
        np.array(G).reshape(-1, num),
        np.array(h),
    )
    return found.x if x is None else x  # none where what is left is thinner than the arithmetic
