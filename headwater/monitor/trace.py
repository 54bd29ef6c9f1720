"""From a training step to documents, and from a document to the steps that read it.

In: a pack folder (`CHANNEL.docs.parquet`: where each document's tokens lie) and a schedule.
Out: for a step, which part of which document stands in each row of the batch; for a document, its
places in the packed tokens and every step and row that reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater.batches import locate
from headwater.batches.schedule import Schedule
from headwater.errors import HeadwaterError

DOCS_SUFFIX = ".docs.parquet"
_TOLD = ["document_id", "url", "warc_file", "warc_offset"]


class DocumentTable:
    """The documents of one channel by the place of their tokens.

    Raises HeadwaterError damaged_file when the table is not one of ours.
    """

    def __init__(self, pack: Path, channel: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = pack / f"{channel}{DOCS_SUFFIX}"
        try:
            self._file = pq.ParquetFile(self.path)
            places = self._file.read(columns=["token_offset", "length"])
            self.starts = places["token_offset"].to_numpy().astype(np.int64)
            self.lengths = places["length"].to_numpy().astype(np.int64)
        except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as error:
            raise self._damaged(str(error)) from error
        ends = np.cumsum(self.lengths)
        if (self.lengths <= 0).any() or not np.array_equal(self.starts, ends - self.lengths):
            raise self._damaged("documents that overlap or leave gaps")
        sizes = [self._file.metadata.row_group(i).num_rows for i in range(self._file.num_row_groups)]
        self._group_starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._held: tuple[int, Any] = (-1, None)

    def _damaged(self, what: str) -> HeadwaterError:
        return HeadwaterError("damaged_file", f"not a document table: {what}", where=str(self.path))

    def over(self, start: int, num_tokens: int) -> range:
        """Rows of the documents with a token in [start, start + num_tokens)."""
        first = int(np.searchsorted(self.starts, start, side="right")) - 1
        last = int(np.searchsorted(self.starts, start + num_tokens, side="left"))
        return range(max(0, first), last)

    def row(self, index: int) -> dict[str, Any]:
        """What is told of one document."""
        import pyarrow as pa

        group = int(np.searchsorted(self._group_starts, index, side="right")) - 1
        try:
            if self._held[0] != group:
                self._held = (group, self._file.read_row_group(group, columns=_TOLD))
            return self._held[1].slice(index - int(self._group_starts[group]), 1).to_pylist()[0]
        except (OSError, pa.ArrowException, IndexError) as error:
            raise self._damaged(str(error)) from error

    def find(self, column: str, value: str) -> list[int]:
        """Rows whose `column` (document_id or url) equals `value`."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found: list[int] = []
        try:
            for group in range(self._file.num_row_groups):
                values = self._file.read_row_group(group, columns=[column])[column]
                hits = pc.indices_nonzero(pc.fill_null(pc.equal(values, value), False))
                found += (hits.to_numpy() + int(self._group_starts[group])).tolist()
        except (OSError, pa.ArrowException) as error:
            raise self._damaged(str(error)) from error
        return found


class Tracer:
    """Traces over one pack folder and one schedule; document tables are opened as they are needed."""

    def __init__(self, pack: Path, schedule: Schedule) -> None:
        self.pack, self.schedule = pack, schedule
        self._tables: dict[str, DocumentTable] = {}

    def table(self, channel: str) -> DocumentTable:
        if channel not in self._tables:
            self._tables[channel] = DocumentTable(self.pack, channel)
        return self._tables[channel]

    def documents(self, step: int) -> list[dict[str, Any]]:
        """The parts of documents in a step's batch, by row and offset in the row.

        A row holds the sequence and its last target: `tokens` add up to sequence_length + 1 a row.
        `document_offset` is where in the document's tokens the part begins; the end-of-document token is its last.
        """
        return [part for found in locate.ranges(self.schedule, step) for part in self._parts(found)]

    def _parts(self, found: locate.TokenRange) -> Iterator[dict[str, Any]]:
        table = self.table(found.channel)
        for index in table.over(found.start, found.num_tokens):
            first, length = int(table.starts[index]), int(table.lengths[index])
            begin = max(first, found.start)
            told = table.row(index)
            yield {
                "id": told["document_id"],
                "url": told["url"],
                "channel": found.channel,
                "row": found.row,
                "offset": begin - found.start,
                "tokens": min(first + length, found.start + found.num_tokens) - begin,
                "document_offset": begin - first,
                "epoch": found.epoch,
                "warc_file": told["warc_file"],
                "warc_offset": told["warc_offset"],
            }

    def places(self, column: str, value: str) -> list[dict[str, Any]]:
        """Where the documents with this id or URL lie in the packed tokens."""
        found = []
        for path in sorted(self.pack.glob(f"*{DOCS_SUFFIX}")):
            channel = path.name.removesuffix(DOCS_SUFFIX)
            table = self.table(channel)
            for index in table.find(column, value):
                place = {"token_offset": int(table.starts[index]), "length": int(table.lengths[index])}
                found.append({"channel": channel, **place, **table.row(index)})
        return found

    def steps(self, places: list[dict[str, Any]]) -> list[int]:
        """Every step that reads a token of these places, in order, each once."""
        reads = (locate.steps(self.schedule, p["channel"], p["token_offset"], p["length"]) for p in places)
        return sorted({step for found in reads for step, _row in found})
