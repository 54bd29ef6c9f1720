"""Documents of a shard, as many at a time as hold so much text: memory follows bytes, whatever the rows are like.

In: a Parquet file of documents. Out: record batches of at most MAX_BYTES and MAX_ROWS; a longer document is a batch by
itself. Short documents are joined, since what is made for a batch (patterns compiled, tables filled) costs the same for
few as for many.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.document.schema import BATCH_BYTES
from headwater.errors import HeadwaterError

MAX_BYTES = BATCH_BYTES
MAX_ROWS = 1 << 15


def read(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Raises HeadwaterError unreadable_input where the file is damaged or is not Parquet."""
    pending: list[pa.RecordBatch] = []
    size = rows = 0
    for part in _parts(path, columns):
        if pending and (size + part.nbytes > MAX_BYTES or rows + part.num_rows > MAX_ROWS):
            yield _joined(pending)
            pending, size, rows = [], 0, 0
        pending.append(part)
        if part.nbytes > MAX_BYTES:
            pa.default_memory_pool().release_unused()  # what reading a long document took besides it
        size, rows = size + part.nbytes, rows + part.num_rows
        del part  # a long document is not held while the next is read
    if pending:
        yield _joined(pending)


def _parts(path: Path, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    """A row group at a time, in parts of about MAX_BYTES at most by what its rows hold on the average."""
    try:
        with pq.ParquetFile(path) as parquet:
            for number in range(parquet.num_row_groups):
                group = parquet.metadata.row_group(number)
                rows = group.num_rows * MAX_BYTES // max(group.total_byte_size, 1)
                of_group = {"row_groups": [number], "columns": columns}
                for part in parquet.iter_batches(batch_size=min(max(rows, 1), MAX_ROWS), **of_group):
                    part.validate(full=True)  # offsets and UTF-8: the file may be anyone's
                    yield from _halves(part)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise HeadwaterError("unreadable_input", f"not a readable Parquet file: {error}", where=str(path)) from error


def _halves(part: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A part cut in two while it is too large: its rows may be unlike the average."""
    if part.nbytes <= MAX_BYTES or part.num_rows < 2:
        yield part
        return
    middle = part.num_rows // 2
    yield from _halves(part.slice(0, middle))
    yield from _halves(part.slice(middle))


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(parts) == 1:
        return parts.pop()
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
