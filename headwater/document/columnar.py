"""Columnar files: Parquet, and Arrow as data sets and Feather store it.

In: an InputFile. Out: document rows, a record batch in memory at a time, of the columns that documents have.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from headwater.document import streams
from headwater.document.csv_rows import check_columns
from headwater.document.rows import READ_FIELDS, InputFile, normalise, split_of
from headwater.document.schema import Row
from headwater.errors import HeadwaterError

BATCH_ROWS = 512  # rows become Python objects, and the text of a row may be long
DAMAGE = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)


def parquet_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """Raises HeadwaterError unreadable_input when the file is damaged, is not Parquet or has no column of text."""
    import pyarrow.parquet as pq

    with _opened(item, "Parquet") as handle:
        try:
            parquet = pq.ParquetFile(handle)
            columns = _columns(parquet.schema_arrow.names, item)
            for batch in parquet.iter_batches(batch_size=BATCH_ROWS, columns=columns):
                yield from _batch_rows(batch, item, problems)
        except DAMAGE as error:
            raise _unreadable("Parquet", item, error) from error


def arrow_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """Arrow's stream format (data sets) or file format (Feather). Raises as `parquet_rows` does."""
    with _opened(item, "Arrow") as handle:
        try:
            for batch in _arrow_batches(handle):
                columns = [name for name in _columns(batch.schema.names, item) if name in batch.schema.names]
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    yield from _batch_rows(batch.select(columns).slice(start, BATCH_ROWS), item, problems)
        except DAMAGE as error:
            raise _unreadable("Arrow", item, error) from error


def _arrow_batches(handle: Any) -> Iterator[pa.RecordBatch]:
    import pyarrow.ipc

    magic = handle.read(6)
    handle.seek(0)
    if magic != b"ARROW1":
        yield from pyarrow.ipc.open_stream(handle)
        return
    reader = pyarrow.ipc.open_file(handle)
    for number in range(reader.num_record_batches):
        yield reader.get_batch(number)


@contextlib.contextmanager
def _opened(item: InputFile, kind: str) -> Iterator[Any]:
    """A seekable handle: what is compressed or lies elsewhere is copied to the disk first."""
    try:
        with streams.local_copy(item.location) as path, open(path, "rb") as handle:
            yield handle
    except streams.Damaged as error:
        raise _unreadable(kind, item, error) from error


def _unreadable(kind: str, item: InputFile, error: Exception) -> HeadwaterError:
    return HeadwaterError("unreadable_input", f"not a readable {kind} file: {error}", where=item.location)


def _columns(names: list[str], item: InputFile) -> list[str]:
    """The columns a document can use, each once."""
    check_columns(names, item)
    mapped = {part for column in item.columns.values() for part in (column, column.split(".")[0])}
    return [name for name in dict.fromkeys(names) if name in READ_FIELDS or name in mapped]


def _batch_rows(batch: pa.RecordBatch, item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    batch.validate(full=True)  # offsets and UTF-8: the file may be anyone's
    split = split_of(item.name)
    for value in batch.to_pylist():
        row = normalise(value, item)
        if row is None:
            problems["input.no_text"] += 1
            continue
        if split:
            row["meta"].setdefault("split", split)
        yield row
