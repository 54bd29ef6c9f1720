"""A few edits of each kind, before and after, for people to judge the repairs by.

In: batches before and after, and their edits. Out: short cuts of text round the first difference. Of a document with
personal data only the shape is shown before the mask: letters as x, digits as 0. Whoever shows an example escapes it.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate.clean.edits import EDITS, PII_EDITS

MOST = 3  # of each kind
CONTEXT_CHARS = 40
MAX_CHARS = 160
READ_CHARS = 1 << 20  # of a text in which a difference is looked for
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]"), re.compile(r"\d")


class Examples:
    """The first few edits of each kind in a shard."""

    def __init__(self) -> None:
        self.found: dict[str, list[dict[str, str]]] = {}

    def add(self, before: pa.RecordBatch, after: pa.RecordBatch, edited: pa.RecordBatch) -> None:
        """Take what is wanted of a batch."""
        private = sum(edited.column(kind).to_numpy() for kind in PII_EDITS)
        for kind in EDITS:
            shown = self.found.get(kind, [])
            if len(shown) >= MOST:
                continue
            rows = np.flatnonzero(edited.column(kind).to_numpy())[: MOST - len(shown)]
            for row in rows.tolist():
                texts = before.column("text")[row].as_py(), after.column("text")[row].as_py()
                name = before.column("id")[row].as_py() or ""
                self.found.setdefault(kind, []).append(example(name, *texts, personal=bool(private[row])))


def example(name: str, before: str, after: str, personal: bool) -> dict[str, Any]:
    """One edit: the id, and both texts round their first difference."""
    before, after = before[:READ_CHARS], after[:READ_CHARS]
    start = max(0, _first_difference(before, after) - CONTEXT_CHARS)
    old, new = before[start : start + MAX_CHARS], after[start : start + MAX_CHARS]
    if personal:
        old = _DIGITS.sub("0", _LETTERS.sub("x", old))
        new = new[: max(CONTEXT_CHARS, new.find(">") + 1)]
    return {"id": name[:80], "before": old, "after": new}


def _first_difference(one: str, other: str) -> int:
    """Characters that two texts begin with in common, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
