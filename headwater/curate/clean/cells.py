"""Notebooks that came as raw JSON, unpacked: the script of their cells, without outputs and pictures.

In: a column of texts and which are looked at. Out: the column, and counts. What only looks like a notebook stays, as
does one whose end is cut off: a rule rejects it later.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from headwater.curate import notebooks
from headwater.curate.clean.column import replaced
from headwater.curate.clean.edits import Counts
from headwater.kernels.arrow import text_buffers

FIRST_BYTES = (0x7B, 0xEF, 0x20, 0x09, 0x0A, 0x0D)  # a brace, or a byte order mark or white space before it
_FIRST = re.compile(rb"[ \t\r\n]*(?:\xef\xbb\xbf)?[ \t\r\n]*\{")


def unpack(texts: pa.Array, wanted: np.ndarray, counts: Counts) -> pa.Array:
    """The column with every notebook as a script."""
    offsets, text = text_buffers(texts)
    full = np.flatnonzero(wanted & (np.diff(offsets) > 0))
    changed: dict[int, str] = {}
    for row in full[np.isin(text[offsets[full]], FIRST_BYTES)].tolist():
        whole = text[offsets[row] : offsets[row + 1]]
        ends = whole[: notebooks.HEAD_CHARS].tobytes() + whole[-notebooks.HEAD_CHARS :].tobytes()
        marked = any(mark in ends for mark in notebooks.MARKS) and _FIRST.match(ends)
        script = notebooks.source_of(whole.tobytes()) if marked else ""
        if script:
            changed[row] = script
            counts["notebook"][row] += 1
    return replaced(texts, changed)
