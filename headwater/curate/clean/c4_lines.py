"""C4's rules for lines: what does not end like a sentence, is too short, or is about scripts and cookies, goes.

In: a column of texts and which are looked at. Out: the column without those lines, and counts. For English only: a
language without spaces or full stops would lose everything.
Source: arXiv 1910.10683, section 2.2.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from headwater.curate.clean.column import replaced
from headwater.curate.clean.edits import Counts

SENTENCE_ENDS = (".", "?", "!", '"', "'", "”", "’")
MIN_WORDS = 3
MAX_WORD_CHARS = 1000
POLICY = (
    "javascript", "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies",
)  # fmt: skip
_LONG_WORD = re.compile(rf"\S{{{MAX_WORD_CHARS + 1}}}")


def cut_lines(texts: pa.Array, wanted: np.ndarray, counts: Counts) -> pa.Array:
    """The column with only the lines that C4 keeps."""
    changed: dict[int, str] = {}
    for row in np.flatnonzero(wanted).tolist():
        lines = (texts[row].as_py() or "").split("\n")
        kept = [line for line in lines if stays(line)]
        filled = sum(bool(line.strip()) for line in lines)
        if len(kept) < filled:
            changed[row] = "\n".join(kept)
            counts["c4_line"][row] += filled - len(kept)
    return replaced(texts, changed)


def stays(line: str) -> bool:
    """Whether C4 keeps a line."""
    line = line.strip()
    if not line.endswith(SENTENCE_ENDS) or line.endswith("...") or len(line.split(None, MIN_WORDS - 1)) < MIN_WORDS:
        return False
    lower = line.lower()
    return not _LONG_WORD.search(line) and not any(phrase in lower for phrase in POLICY)
