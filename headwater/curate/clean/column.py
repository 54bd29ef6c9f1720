"""A column of texts with some of them replaced, and texts with parts of them replaced.

In: a column, and what is new. Out: the column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from headwater.kernels.arrow import text_buffers

Bytes = bytes | bytearray | memoryview


def replaced(texts: pa.Array, changed: Mapping[int, str | Bytes]) -> pa.Array:
    """The column with the texts of some rows replaced; the column itself where there are none. A null stays one."""
    if not changed:
        return texts
    new = {row: v.encode("utf-8", "replace") if isinstance(v, str) else v for row, v in changed.items()}
    offsets, text = text_buffers(texts)
    rows = sorted(new)
    sizes = np.diff(offsets)
    sizes[rows] = [len(new[row]) for row in rows]
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    out = np.empty(int(ends[-1]), np.uint8)
    at = 0
    for row in rows:
        out[ends[at] : ends[row]] = text[offsets[at] : offsets[row]]
        out[ends[row] : ends[row + 1]] = np.frombuffer(new[row], np.uint8)
        at = row + 1
    out[ends[at] :] = text[offsets[at] : offsets[-1]]
    valid = pa.array(texts.is_valid().to_numpy(zero_copy_only=False)).buffers()[1] if texts.null_count else None
    column = pa.Array.from_buffers(pa.large_string(), len(texts), [valid, pa.py_buffer(ends), pa.py_buffer(out)])
    return column.cast(texts.type)


def spliced(text: Bytes, parts: Iterable[tuple[int, int, bytes]]) -> bytearray:
    """A text with the bytes from start to end replaced, for parts in order that do not overlap."""
    view, out, at = memoryview(text), bytearray(), 0
    for start, end, new in parts:
        out += view[at:start]
        out += new
        at = end
    out += view[at:]
    return out
