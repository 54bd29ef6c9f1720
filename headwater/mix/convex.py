"""Least relative entropy under linear constraints: one answer, to nine digits, the same every time.

In: rows and targets of Σ wᵢ·zᵢ·log(zᵢ / tᵢ) with z = M x, and the constraints A x = b, G x ≤ h, x ≥ 0.
Out: the x that minimises it.

Steps: linear programs find a point strictly inside all that can be strict (what cannot becomes an
equation) → the equations are solved for → Newton's method under a logarithmic barrier that fades.
Source: Boyd and Vandenberghe, Convex Optimization, chapter 11.
"""

from __future__ import annotations

from typing import Any

import numpy as np

STRICT = 1e-7  # a slack below this is none; a thousand times the programs' own tolerance
LITTLE = 1e-4  # what is asked of every slack at once, so that none gains by taking from another
GAP = 1e-11  # the barrier has faded when the duality gap is below this
_HIGHS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def program(cost: np.ndarray, G: np.ndarray, h: np.ndarray, A: np.ndarray, b: np.ndarray, bounds: Any) -> Any:
    """scipy's linear program with tight tolerances; its result."""
    from scipy.optimize import linprog

    return linprog(
        cost,
        A_ub=G if len(G) else None,
        b_ub=h if len(h) else None,
        A_eq=A if len(A) else None,
        b_eq=b if len(b) else None,
        bounds=bounds,
        method="highs",
        options=_HIGHS,
    )


def widest(A: np.ndarray, b: np.ndarray, G: np.ndarray, h: np.ndarray) -> np.ndarray | None:
    """The point of A x = b with the most room to all of G x ≤ h, then that room; None when there is no point."""
    num = A.shape[1]
    widened = np.hstack([G, np.ones((len(G), 1))])
    equations = np.hstack([A, np.zeros((len(A), 1))])
    cost = np.zeros(num + 1)
    cost[-1] = -1.0
    found = program(cost, widened, h, equations, b, [*[(None, None)] * num, (None, 1.0)])
    point: np.ndarray | None = found.x if found.status == 0 and found.x[-1] >= -STRICT else None
    return point


def inside(A: np.ndarray, b: np.ndarray, G: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """A point of A x = b, G x ≤ h that is strict wherever the set allows it, and which rows of G never are.

    None when the set is empty.
    """
    found = widest(A, b, G, h)
    if found is None:
        return None
    if found[-1] > STRICT and (h - G @ found[:-1]).min() > STRICT / 2:
        return found[:-1], np.zeros(len(G), dtype=bool)
    points = [found[:-1]]
    slack = h + STRICT  # the set's own tolerance, so that a point set of one stays feasible
    tight = h - G @ found[:-1] <= 2 * STRICT
    while tight.any():
        one = _away(A, b, G, slack, tight)
        if one is None:
            break
        loose = tight & (h - G @ one > 2 * STRICT)
        if not loose.any():
            break
        points.append(one)
        tight &= ~loose
    point = np.mean(points, axis=0)
    return point, tight | (h - G @ point <= 0)


def _away(A: np.ndarray, b: np.ndarray, G: np.ndarray, h: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
    """A point of the set as far from some of its `rows` as a little: from one at least, if any lets it."""
    num, places = A.shape[1], np.flatnonzero(rows)
    room = np.zeros((len(G), len(places)))
    room[places, np.arange(len(places))] = 1.0
    cost = np.concatenate([np.zeros(num), -np.ones(len(places))])
    bounds = [*[(None, None)] * num, *[(0.0, LITTLE)] * len(places)]
    found = program(cost, np.hstack([G, room]), h, np.hstack([A, np.zeros((len(A), len(places)))]), b, bounds)
    point: np.ndarray | None = found.x[:num] if found.status == 0 else None
    return point


def nearest(
    M: np.ndarray, weights: np.ndarray, targets: np.ndarray, A: np.ndarray, b: np.ndarray, G: np.ndarray, h: np.ndarray
) -> np.ndarray | None:
    """The minimiser, or None when no x satisfies the constraints (x ≥ 0 among them)."""
    from scipy.linalg import null_space

    num = M.shape[1]
    G = np.vstack([G, -np.eye(num)])
    h = np.concatenate([h, np.zeros(num)])
    start = inside(A, b, G, h)
    if start is None:
        return None
    point, tight = start
    free = null_space(np.vstack([A, G[tight]]))
    loose = ~tight
    positive = M @ np.where(tight[-num:], 0.0, 1.0) > 0  # a term whose channels are all nothing is nothing
    if free.shape[1] == 0 or not positive.any():
        return np.maximum(point, 0.0)
    y = _descend(M[positive], weights[positive], targets[positive], point, free, G[loose], h[loose])
    return np.maximum(np.where(tight[-num:], 0.0, point + free @ y), 0.0)


def _descend(M: Any, w: Any, t: Any, point: Any, free: Any, G: Any, h: Any) -> np.ndarray:
    """Newton's method over y, x = point + free y, the barrier weakened tenfold a round."""
    y = np.zeros(free.shape[1])
    MF, GF = M @ free, G @ free
    sharpness = 1.0
    while True:
        for _ in range(60):
            z, slack = M @ point + MF @ y, h - G @ point - GF @ y
            gradient = sharpness * MF.T @ (w * (np.log(z / t) + 1)) + GF.T @ (1 / slack)
            hessian = sharpness * (MF.T * (w / z)) @ MF + (GF.T / slack**2) @ GF
            step = -np.linalg.lstsq(hessian, gradient, rcond=None)[0]
            decrease = -gradient @ step
            if decrease < 1e-10:
                break
            size = _step_size(M, w, t, z, slack, MF @ step, GF @ step, sharpness, decrease)
            if size == 0.0:
                break
            y = y + size * step
        if len(h) / sharpness < GAP:
            return y
        sharpness *= 10


def _step_size(
    M: Any, w: Any, t: Any, z: Any, slack: Any, dz: Any, ds: Any, sharpness: float, decrease: float
) -> float:
    """The largest halving that stays inside and lowers the value enough; 0 when rounding allows none."""

    def value(z: np.ndarray, slack: np.ndarray) -> float:
        return float(sharpness * np.sum(w * z * np.log(z / t)) - np.sum(np.log(slack)))

    now, size = value(z, slack), 1.0
    while size > 1e-12:
        moved, room = z + size * dz, slack - size * ds
        if (moved > 0).all() and (room > 0).all() and value(moved, room) <= now - 0.1 * size * decrease:
            return size
        size /= 2
    return 0.0
