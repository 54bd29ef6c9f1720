"""Documents of a packed channel found by id, by URL or by row, without reading a whole table.

In: a channel's `.docs.parquet`. Out: `.docs.arrow` beside it, an Arrow file read through a memory map: the columns
that a trace tells, and in each batch the hashes of ids and of URLs, sorted, with the rows they belong to. A search
halves each batch's hashes; memory is bounded by one batch while it is written and by nothing while it is read.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import storage
from headwater.document.storing import read_parquet
from headwater.errors import HeadwaterError

SUFFIX = ".docs.arrow"
KEYS = {"document_id": "id", "url": "url"}  # columns that can be searched, and the prefix of their index
INDEX = {"hash": pa.uint64(), "row": pa.uint32()}
MAX_ROWS = 1 << 18  # of a batch, held in memory while it is written
MAX_BYTES = 256 << 20
_LEFT_OUT = ("token_offset", "channel")  # the first is in the `.idx`, the second in the name


def hash_of(value: str) -> int:
    """64 bits of BLAKE2b of a string's UTF-8 bytes: the same on every machine, and what hostile ids cannot crowd."""
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def write(path: Path, documents: Path) -> int:
    """Write the lookup of a document table; the number of documents."""
    rows = 0
    with storage.open_atomic(path) as handle:
        writer = None
        for batch in _gathered(documents):
            indexed = _indexed(batch)
            writer = writer or pa.ipc.new_file(handle, indexed.schema)
            writer.write_batch(indexed)
            rows += batch.num_rows
        if writer is None:
            raise HeadwaterError("damaged_file", "holds no document", where=str(documents))
        writer.close()
    return rows


def _gathered(documents: Path) -> Iterator[pa.RecordBatch]:
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in read_parquet(documents, max_rows=MAX_ROWS):
        kept = batch.select([name for name in batch.schema.names if name not in _LEFT_OUT])
        if held and (rows + kept.num_rows > MAX_ROWS or size + kept.nbytes > MAX_BYTES):
            yield pa.concat_batches(held)
            held, rows, size = [], 0, 0
        held.append(kept)
        rows, size = rows + kept.num_rows, size + kept.nbytes
    if held:
        yield pa.concat_batches(held)


def _indexed(batch: pa.RecordBatch) -> pa.RecordBatch:
    for column, prefix in KEYS.items():
        values = batch.column(column).to_pylist()
        hashes = np.fromiter((hash_of(value or "") for value in values), dtype=np.uint64, count=len(values))
        order = np.argsort(hashes, kind="stable")
        batch = batch.append_column(f"{prefix}_hash", pa.array(hashes[order]))
        batch = batch.append_column(f"{prefix}_row", pa.array(order.astype(np.uint32)))
    return batch


class Lookup:
    """The lookup of one channel, opened. Raises HeadwaterError damaged_file where it is not one of ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = pa.ipc.open_file(pa.memory_map(str(path)))
            self._batches = [self._file.get_batch(number) for number in range(self._file.num_record_batches)]
            for batch in self._batches:
                batch.validate()
            indexes = {f"{prefix}_{part}": kind for prefix in KEYS.values() for part, kind in INDEX.items()}
            types = {field.name: field.type for field in self._file.schema}
            wrong = [name for name, kind in indexes.items() if types.get(name) != kind]
            missing = {*KEYS, "length"} - set(types)
            if wrong or missing:
                raise ValueError(f"no column {', '.join(sorted({*wrong, *missing}))}")
        except (OSError, pa.ArrowException, ValueError) as error:
            raise self._damaged(str(error)) from error
        self._told = [name for name in types if name not in indexes]
        self._starts = np.cumsum([0, *(batch.num_rows for batch in self._batches)]).tolist()
        self.num_rows = self._starts[-1]

    def _damaged(self, what: str) -> HeadwaterError:
        mend = "remove it: a trace reads the table beside it, more slowly"
        return HeadwaterError("damaged_file", f"not a lookup of documents: {what}", where=str(self.path), mend=mend)

    def rows(self, wanted: range) -> list[dict[str, Any]]:
        """What is told of documents that follow one another."""
        found: list[dict[str, Any]] = []
        try:
            while len(found) < len(wanted):
                index = wanted.start + len(found)
                number = bisect_left(self._starts, index + 1) - 1
                whole = self._batches[number].select(self._told)
                part = whole.slice(index - self._starts[number], len(wanted) - len(found))
                part.validate(full=True)
                found += part.to_pylist()
        except (pa.ArrowException, IndexError, ValueError) as error:
            raise self._damaged(str(error)) from error
        return found

    def find(self, column: str, value: str) -> list[int]:
        """Rows whose `column` (document_id or url) equals `value`, in order."""
        wanted, prefix = hash_of(value), KEYS[column]
        found = []
        for start, batch in zip(self._starts, self._batches, strict=False):
            hashes = _numbers(batch.column(f"{prefix}_hash"), np.uint64)
            rows = _numbers(batch.column(f"{prefix}_row"), np.uint32)
            place = bisect_left(hashes, wanted)  # numpy's own search would take the number for a float
            while place < len(hashes) and int(hashes[place]) == wanted:
                index = start + int(rows[place])
                if index < self.num_rows and self.rows(range(index, index + 1))[0][column] == value:
                    found.append(index)
                place += 1
        return sorted(found)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The given columns of every document, in order."""
        for batch in self._batches:
            chosen = batch.select(list(columns))
            try:
                chosen.validate(full=True)
            except pa.ArrowException as error:
                raise self._damaged(str(error)) from error
            yield chosen


def _numbers(array: pa.Array, dtype: type) -> np.ndarray:
    """The buffer of a column without nulls. Arrow's own way to numpy would first import pandas, where there is one."""
    return np.frombuffer(array.buffers()[1], dtype=dtype, count=len(array))
