"""A column of texts with some of them replaced, and texts with parts of them replaced.

In: a column, and what is new. Out: the column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def replaced(texts: pa.Array, changed: Mapping[int, str | bytes]) -> pa.Array:
    """The column with the texts of some rows replaced; the column itself where there are none."""
    if not changed:
        return texts
    mask = np.zeros(len(texts), bool)
    mask[list(changed)] = True
    values = [changed[row] for row in sorted(changed)]
    new = pa.array([v.encode("utf-8", "replace") if isinstance(v, str) else v for v in values], pa.large_binary())
    return pc.replace_with_mask(texts, pa.array(mask), new.cast(texts.type))


def spliced(text: bytes, parts: Iterable[tuple[int, int, bytes]]) -> bytes:
    """A text with the bytes from start to end replaced, for parts in order that do not overlap."""
    pieces, at = [], 0
    for start, end, new in parts:
        pieces += [text[at:start], new]
        at = end
    return b"".join(pieces) + text[at:]
