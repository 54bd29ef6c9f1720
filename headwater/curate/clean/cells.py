"""Notebooks that came as raw JSON, unpacked: the script of their cells, without outputs and pictures.

In: a column of texts and which are looked at. Out: the column, and counts. What only looks like a notebook stays.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from headwater.curate import notebooks
from headwater.curate.clean.column import replaced
from headwater.curate.clean.edits import Counts
from headwater.kernels.arrow import text_buffers

BRACE, MARK = 0x7B, b'"nbformat"'


def unpack(texts: pa.Array, wanted: np.ndarray, counts: Counts) -> pa.Array:
    """The column with every notebook as a script."""
    offsets, text = text_buffers(texts)
    full = np.flatnonzero(wanted & (np.diff(offsets) > 0))
    changed: dict[int, str] = {}
    for row in full[text[offsets[full]] == BRACE].tolist():  # one with white space before it is rejected later
        whole = text[offsets[row] : offsets[row + 1]]
        ends = whole[: notebooks.HEAD_CHARS].tobytes() + whole[-notebooks.HEAD_CHARS :].tobytes()
        script = notebooks.source_of(whole.tobytes()) if MARK in ends else ""
        if script:
            changed[row] = script
            counts["notebook"][row] += 1
    return replaced(texts, changed)
