"""Licence headers cut from source code.

In: a column of texts and which are source code. Out: the column without their headers, and counts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from headwater.curate.clean.column import replaced
from headwater.curate.clean.edits import Counts


def cut_headers(texts: pa.Array, wanted: np.ndarray, counts: Counts) -> pa.Array:
    """The column without licence headers."""
    from headwater.curate.filters.licences import header_span

    changed: dict[int, str] = {}
    for row in np.flatnonzero(wanted).tolist():
        text = texts[row].as_py() or ""
        start, end = header_span(text)
        if end > start:
            changed[row] = text[:start] + text[end:].lstrip("\n")
            counts["licence_header"][row] += 1
    return replaced(texts, changed)
