"""Columnar files: Parquet, and Arrow as data sets and Feather store it.

In: an InputFile. Out: document rows, a record batch in memory at a time, of the columns that documents have. What is
damaged is counted, and what is sound beside it is read.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import pyarrow as pa

from headwater.document import streams
from headwater.document.csv_rows import check_columns
from headwater.document.rows import READ_FIELDS, InputFile, normalise, split_of
from headwater.document.schema import Row
from headwater.errors import HeadwaterError

BATCH_ROWS = 512  # rows become Python objects, and the text of a row may be long
DAMAGE = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
Part = TypeVar("Part")
Batches = Iterator[pa.RecordBatch]


def parquet_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """What is damaged counts `input.damaged_parquet`: rows before it and other row groups are read.

    Raises HeadwaterError unreadable_input when the file has no column of text.
    """
    yield from _rows(_row_groups, "input.damaged_parquet", item, problems)


def arrow_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """Arrow's stream format (data sets) or file format (Feather); counts `input.damaged_arrow` as above."""
    yield from _rows(_arrow_parts, "input.damaged_arrow", item, problems)


def _rows(
    parts_of: Callable[[Any, InputFile], Iterator[Batches]], reason: str, item: InputFile, problems: Counter[str]
) -> Iterator[Row]:
    split = split_of(item.name)
    with _opened(item, problems) as handle:
        parts = _undamaged(parts_of(handle, item), reason, item, problems) if handle else iter(())
        for batch in (batch for part in parts for batch in _undamaged(part, reason, item, problems)):
            for value in _values(batch, reason, problems):
                row = normalise(value, item)
                if row is None:
                    problems["input.no_text"] += 1
                    continue
                if split:
                    row["meta"].setdefault("split", split)
                yield row


def _row_groups(handle: Any, item: InputFile) -> Iterator[Batches]:
    """The batches of each row group of a Parquet file."""
    import pyarrow.parquet as pq

    parquet = pq.ParquetFile(handle)
    columns = _columns(parquet.schema_arrow.names, item)
    for number in range(parquet.num_row_groups):
        yield parquet.iter_batches(batch_size=BATCH_ROWS, row_groups=[number], columns=columns)


def _arrow_parts(handle: Any, item: InputFile) -> Iterator[Batches]:
    """The batches of a stream, which end at damage, or those of a file one by one."""
    import pyarrow.ipc

    magic = handle.read(6)
    handle.seek(0)
    if magic != b"ARROW1":
        yield (part for batch in pyarrow.ipc.open_stream(handle) for part in _pieces(batch, item))
        return
    reader = pyarrow.ipc.open_file(handle)
    for number in range(reader.num_record_batches):
        yield (part for batch in map(reader.get_batch, (number,)) for part in _pieces(batch, item))


def _pieces(batch: pa.RecordBatch, item: InputFile) -> Batches:
    columns = _columns(batch.schema.names, item)
    for start in range(0, batch.num_rows, BATCH_ROWS):
        yield batch.select(columns).slice(start, BATCH_ROWS)


def _undamaged(parts: Iterator[Part], reason: str, item: InputFile, problems: Counter[str]) -> Iterator[Part]:
    """What an iterator gives up to damage, which is counted; errors of a disk stay errors."""
    while True:
        try:
            part = next(parts, None)
        except DAMAGE as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a bad offset is invalid
                raise HeadwaterError(
                    "unreadable_input", f"cannot be read: {error.strerror}", where=item.location
                ) from error
            problems[reason] += 1
            return
        if part is None:
            return
        yield part


@contextlib.contextmanager
def _opened(item: InputFile, problems: Counter[str]) -> Iterator[Any]:
    """A seekable handle: what is compressed or lies elsewhere is copied to the disk first. None where that is cut."""
    with contextlib.ExitStack() as stack:
        try:
            path = stack.enter_context(streams.local_copy(item.location))
        except streams.Damaged:
            problems["input.truncated"] += 1
            yield None
            return
        yield stack.enter_context(open(path, "rb"))


def _columns(names: list[str], item: InputFile) -> list[str]:
    """The columns a document can use, each once."""
    check_columns(names, item)
    mapped = {part for column in item.columns.values() for part in (column, column.split(".")[0])}
    return [name for name in dict.fromkeys(names) if name in READ_FIELDS or name in mapped]


def _values(batch: pa.RecordBatch, reason: str, problems: Counter[str]) -> Iterable[dict[str, Any]]:
    """The rows of a batch as objects. Offsets and UTF-8 are looked at first: the file may be anyone's."""
    try:
        batch.validate(full=True)
        return batch.to_pylist()
    except DAMAGE:
        return _row_by_row(batch, reason, problems)


def _row_by_row(batch: pa.RecordBatch, reason: str, problems: Counter[str]) -> Iterator[dict[str, Any]]:
    """The sound rows of a batch; nothing where what is unsound may belong to any of them."""
    nested = [column.type.num_fields > 0 or pa.types.is_dictionary(column.type) for column in batch.columns]
    try:
        for column in itertools.compress(batch.columns, nested):
            column.validate(full=True)
    except DAMAGE:
        problems[reason] += 1
        return
    flat = list(itertools.compress(batch.columns, (not is_nested for is_nested in nested)))
    for number in range(batch.num_rows):
        try:
            for column in flat:
                column.slice(number, 1).validate(full=True)
            (value,) = batch.slice(number, 1).to_pylist()
        except DAMAGE:
            problems["input.damaged_row"] += 1
            continue
        yield value
