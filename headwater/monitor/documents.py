"""The documents of one packed channel by the place of their tokens, by id and by URL.

In: a pack folder. Out: for a token range the documents in it; for a row what is told of it; for an id or URL its
rows. Places come from the `.idx`, names from the lookup, or from `.docs.parquet` where an older pack has none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from headwater.batches.indexed import IndexedTokens
from headwater.errors import HeadwaterError

DOCS_SUFFIX = ".docs.parquet"
LOOKUP_SUFFIX = ".docs.arrow"


class DocumentTable:
    """The documents of a channel. Raises HeadwaterError damaged_file when its files disagree."""

    def __init__(self, pack: Path, channel: str) -> None:
        self.channel = channel
        self.indexed = IndexedTokens(pack / channel, check=False)
        self._size = self.indexed.dtype.itemsize
        lookup = pack / f"{channel}{LOOKUP_SUFFIX}"
        self.path = lookup if lookup.is_file() else pack / f"{channel}{DOCS_SUFFIX}"
        self._names: Any = _opened(lookup) if lookup.is_file() else _Parquet(self.path)
        if self._names.num_rows != len(self.indexed):
            raise self._disagrees(f"has {self._names.num_rows} documents where the index counts {len(self.indexed)}")

    def _disagrees(self, what: str) -> HeadwaterError:
        return HeadwaterError("damaged_file", what, where=str(self.path), mend="the files of a pack belong together")

    def __len__(self) -> int:
        return len(self.indexed)

    def place(self, index: int) -> tuple[int, int]:
        """First token and number of tokens of a document."""
        start, length = int(self.indexed.pointers[index]) // self._size, int(self.indexed.lengths[index])
        end = int(self.indexed.pointers[index + 1]) // self._size if index + 1 < len(self) else self.indexed.num_tokens
        if start < 0 or length <= 0 or start + length != end:
            raise self._disagrees(f"document {index} overlaps the next or leaves a gap")
        return start, length

    def over(self, start: int, num_tokens: int) -> range:
        """Rows of the documents with a token in [start, start + num_tokens)."""
        pointers = self.indexed.pointers  # halved in place: numpy would first copy the whole map
        first = bisect_right(pointers, start * self._size) - 1
        return range(max(0, first), bisect_left(pointers, (start + num_tokens) * self._size))

    def rows(self, wanted: range) -> list[dict[str, Any]]:
        """What is told of documents that follow one another, with their places (`token_offset`, `length`)."""
        found = []
        for index, told in zip(wanted, self._names.rows(wanted), strict=True):
            start, length = self.place(index)
            if told.pop("length") != length:
                raise self._disagrees(f"document {index} has another length than the index says")
            found.append({**told, "token_offset": start, "length": length})
        return found

    def row(self, index: int) -> dict[str, Any]:
        """What is told of one document."""
        return self.rows(range(index, index + 1))[0]

    def find(self, column: str, value: str) -> list[int]:
        """Rows whose `column` (document_id or url) equals `value`."""
        found: list[int] = self._names.find(column, value)
        return found

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Record batches of the given columns of every document, in order."""
        yield from self._names.batches(columns)


def _opened(path: Path) -> Any:
    from headwater.document.lookup import Lookup

    return Lookup(path)


class _Parquet:
    """What `Lookup` does, from a table without an index: a search reads the whole column."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        try:
            self._file = pq.ParquetFile(path)
            names = set(self._file.schema_arrow.names)
        except (OSError, pa.ArrowException, ValueError) as error:
            raise self._damaged(str(error)) from error
        if missing := {"document_id", "url", "length"} - names:
            raise self._damaged(f"has no column {', '.join(sorted(missing))}")
        self._told = [name for name in self._file.schema_arrow.names if name not in ("token_offset", "channel")]
        self._starts = [0]
        for group in range(self._file.num_row_groups):
            self._starts.append(self._starts[-1] + self._file.metadata.row_group(group).num_rows)
        self.num_rows = self._starts[-1]
        self._held: tuple[int, Any] = (-1, None)

    def _damaged(self, what: str) -> HeadwaterError:
        return HeadwaterError("damaged_file", f"not a document table: {what}", where=str(self.path))

    def _group(self, number: int, columns: Sequence[str]) -> Any:
        import pyarrow as pa

        try:
            table = self._file.read_row_group(number, columns=list(columns))
            table.validate(full=True)
        except (OSError, pa.ArrowException, ValueError) as error:
            raise self._damaged(str(error)) from error
        if table.num_rows != self._starts[number + 1] - self._starts[number]:
            raise self._damaged("a row group shorter than it says")
        return table

    def rows(self, wanted: range) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < len(wanted):
            index = wanted.start + len(found)
            number = bisect_right(self._starts, index) - 1
            if self._held[0] != number:
                self._held = (number, self._group(number, self._told))
            found += self._held[1].slice(index - self._starts[number], len(wanted) - len(found)).to_pylist()
        return found

    def find(self, column: str, value: str) -> list[int]:
        import pyarrow.compute as pc

        found: list[int] = []
        for number in range(len(self._starts) - 1):
            hits = pc.indices_nonzero(pc.fill_null(pc.equal(self._group(number, [column])[column], value), False))
            found += (hits.to_numpy() + self._starts[number]).tolist()
        return found

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        for number in range(len(self._starts) - 1):
            yield from self._group(number, columns).combine_chunks().to_batches()
