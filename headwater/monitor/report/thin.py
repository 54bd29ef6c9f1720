"""Fewer points for a curve, and none of its spikes lost.

In: x (ascending) and y, a width in pixel columns. Out: the indices to draw.
Of every column the first, lowest, highest and last finite points are kept, so a spike of one step in
a million is drawn at its full height. Values that are not finite are gaps, and are returned apart.
"""

from __future__ import annotations

import numpy as np


def keep(x: np.ndarray, y: np.ndarray, columns: int) -> np.ndarray:
    """Indices of the finite points to draw, ascending; at most 4 a column."""
    finite = np.flatnonzero(np.isfinite(y))
    if len(finite) <= 4 * columns:
        return finite
    xs, ys = x[finite].astype(float), y[finite].astype(float)
    span = xs[-1] - xs[0] or 1.0
    column = np.minimum(((xs - xs[0]) / span * columns).astype(np.int64), columns - 1)
    first = np.flatnonzero(np.diff(column, prepend=-1))
    last = np.append(first[1:], len(column)) - 1
    by_value = np.lexsort((ys, column))  # within a column from lowest to highest
    return finite[np.unique(np.concatenate((first, last, by_value[first], by_value[last])))]


def gaps(y: np.ndarray) -> np.ndarray:
    """Indices of the values that are not finite."""
    return np.flatnonzero(~np.isfinite(y))
