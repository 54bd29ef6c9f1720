"""Reading documents through the decisions made about them.

A stage that decides (annotate, curate, split) writes a table row-aligned with each documents shard,
under the same file name, and copies no text. This module joins the two again.
In: a documents shard and its split shard. Out: record batches of the documents in one part, with
`lang`, `kind`, `domain` as decided and a `channel` column appended.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document
from headwater.errors import HeadwaterError

DECIDED = ("lang", "kind", "domain")
SPLIT_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "part", "channel", "lang", "kind", "domain")] + [("text_bytes", pa.int64())]
)
PARTS = ("train", "heldout", "rejected")


def selected(documents: Path, split: Path, part: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of the rows of `documents` whose `part` in the row-aligned `split` is the one asked for.

    `columns`: document columns to read (default: all). Raises HeadwaterError damaged_file when the
    two files do not have the same rows.
    """
    decisions = pq.read_table(split)
    wanted = columns or document.SCHEMA.names
    read = [name for name in wanted if name not in DECIDED]
    start = 0
    for batch in document.read_parquet(documents, columns=read):
        rows = decisions.slice(start, batch.num_rows)
        start += batch.num_rows
        if rows.num_rows != batch.num_rows:
            break
        mask = pc.equal(rows["part"], part).combine_chunks()
        if not pc.any(mask).as_py():
            continue
        arrays = {name: batch.column(name) for name in read}
        arrays |= {name: rows[name].combine_chunks() for name in (*DECIDED, "channel")}
        names = [*wanted, "channel"]
        yield pa.RecordBatch.from_arrays([arrays[name] for name in names], names=names).filter(mask)
    if start != decisions.num_rows:
        raise HeadwaterError(
            "damaged_file", f"has {start} rows where {split} has {decisions.num_rows}", where=str(documents)
        )
