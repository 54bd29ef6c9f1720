"""What was done to each document: columns beside the documents, and the rules that personal data sets.

In: counts a kind of edit. Out: record batches of SCHEMA, row for row the documents, and Rules for the stage that
decides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate.clean.config import PII, CleanConfig
from headwater.curate.rules import Rule

FOLDER = "edits"
TEXT_EDITS = (
    "notebook",
    "shared_line",
    "mojibake",
    "entity",
    "invisible",
    "space",
    "combining",
    "nfc",
    "full_width",
    "chinese_script",
    "boilerplate_line",
    "c4_line",
    "licence_header",
)
PII_EDITS = tuple(f"pii_{kind}" for kind in PII)
EDITS = TEXT_EDITS + PII_EDITS
SCHEMA = pa.schema(
    [("id", pa.string())]
    + [(name, pa.int32()) for name in EDITS]  # how often it was done
    + [(name, pa.int64()) for name in ("bytes_before", "bytes_after")]  # of text
)
Counts = dict[str, np.ndarray]


def none_yet(num_rows: int) -> Counts:
    """No edit of any kind in so many rows."""
    return {name: np.zeros(num_rows, np.int64) for name in EDITS}


def batch(ids: pa.Array, counts: Counts, before: np.ndarray, after: np.ndarray) -> pa.RecordBatch:
    """One batch of SCHEMA."""
    most = np.iinfo(np.int32).max
    columns = [pa.array(np.minimum(counts[name], most), pa.int32()) for name in EDITS]
    sizes = [pa.array(before, pa.int64()), pa.array(after, pa.int64())]
    return pa.RecordBatch.from_arrays([ids, *columns, *sizes], schema=SCHEMA)


def rules(config: CleanConfig) -> list[Rule]:
    """What rejects a document with personal data: a rule a kind whose action is `drop`, on the columns of SCHEMA."""
    if not config.enabled:
        return []
    return [
        Rule(reason=f"pii.{kind}", column=f"pii_{kind}", high=config.pii.max_found)
        for kind in PII
        if config.pii.action_of(kind) == "drop"
    ]


def columns(edits: pa.Table) -> dict[str, np.ndarray]:
    """The columns that `rules` asks for, of one shard's edits."""
    return {name: edits[name].to_numpy().astype(np.float64) for name in PII_EDITS}


def summary(batches: list[pa.RecordBatch]) -> dict[str, Any]:
    """What was done: documents, those edited, bytes of text, and of each kind how often in how many documents."""
    table = pa.Table.from_batches(batches, SCHEMA)
    columns = {name: table[name].to_numpy() for name in (*EDITS, "bytes_before", "bytes_after")}
    made: dict[str, dict[str, int]] = {}
    edited = np.zeros(table.num_rows, bool)
    for name in EDITS:
        values = columns[name]
        edited |= values > 0
        if values.any():
            made[name] = {"edits": int(values.sum()), "documents": int((values > 0).sum())}
    sizes = {name: int(columns[name].sum()) for name in ("bytes_before", "bytes_after")}
    return {"in": table.num_rows, "edited": int(edited.sum()), **sizes, "edits": made}
