"""Chosen documents' tokens one after another, each with its end-of-document token.

In: the tokens of a batch with offsets, the rows wanted and the type to hold tokens in. Out: one array of tokens.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, warm


@kernel
def _copy(ids, offsets, rows, end, out):
    at = 0
    for row in rows:
        for place in range(offsets[row], offsets[row + 1]):
            out[at] = ids[place]
            at += 1
        out[at] = end
        at += 1


def _compile() -> None:
    for dtype in ("<u2", "<i4"):
        _run(np.zeros(1, np.uint32), np.array([0, 1]), np.zeros(1, np.int64), 0, np.dtype(dtype))


def ended(ids: np.ndarray, offsets: np.ndarray, rows: np.ndarray, end: int, dtype: np.dtype) -> np.ndarray:
    """Tokens ids[offsets[r]:offsets[r + 1]] and `end`, for each r of `rows` in turn, as `dtype` (uint16 or int32)."""
    warm("ended", _compile)
    return _run(ids, offsets, rows, end, dtype)


def _run(ids: np.ndarray, offsets: np.ndarray, rows: np.ndarray, end: int, dtype: np.dtype) -> np.ndarray:
    size = int((offsets[rows + 1] - offsets[rows]).sum()) + len(rows)
    out = np.empty(size, dtype)
    _copy(frozen(ids, np.uint32), frozen(offsets, np.int64), frozen(rows, np.int64), end, out)
    return out
