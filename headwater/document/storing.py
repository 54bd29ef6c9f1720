"""Documents to disk and back: Parquet and JSONL files of ours, each written whole or not at all.

In: record batches and a path. Out: a file, or the batches of one.
"""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import storage
from headwater.document.schema import BATCH_ROWS, SCHEMA
from headwater.errors import HeadwaterError


def write_parquet(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema = SCHEMA) -> int:
    """Write batches as one Parquet file (zstd), atomically; the number of rows."""
    import pyarrow.parquet as pq

    rows = 0
    # A dictionary of whole texts, and the least and greatest of them, would take five times their size.
    short = [name for name in schema.names if name != "text"]
    settings: dict[str, Any] = {"compression": "zstd", "use_dictionary": short, "write_statistics": short}
    with storage.open_atomic(path) as handle, pq.ParquetWriter(handle, schema, **settings) as writer:
        for record_batch in batches:
            writer.write_batch(record_batch)
            rows += record_batch.num_rows
    return rows


def read_parquet(path: Path, columns: list[str] | None = None, max_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Batches of a Parquet file, one row group in memory at a time.

    Raises HeadwaterError unreadable_input when the file is damaged or is not Parquet.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as parquet:
            for number in range(parquet.num_row_groups):
                of_group: dict[str, Any] = {"row_groups": [number], "columns": columns}
                for record_batch in parquet.iter_batches(batch_size=max_rows, **of_group):
                    record_batch.validate(full=True)  # offsets and UTF-8: the file may be anyone's
                    yield record_batch
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise HeadwaterError("unreadable_input", f"not a readable Parquet file: {error}", where=str(path)) from error


@contextlib.contextmanager
def open_output(path: Path) -> Iterator[Any]:
    """Open a file for writing, atomically, compressed as its name says (.zst, .gz)."""
    import zstandard

    with storage.open_atomic(path) as raw:
        if path.suffix == ".zst":
            with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as out:
                yield out
        elif path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
                yield out
        else:
            yield raw


def write_jsonl(path: Path, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches as JSONL, compressed as the name says, atomically; the number of rows."""
    import orjson

    rows = 0
    with open_output(path) as out:
        for record_batch in batches:
            for row in record_batch.to_pylist():
                row["meta"] = dict(row["meta"])
                out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                rows += 1
    return rows
