"""From a training step to documents, and from a document to the steps that read it.

In: a pack folder (a DocumentTable a channel: where each document's tokens lie) and a schedule.
Out: for a step, which part of which document stands in each row of the batch; for a document, its
places in the packed tokens and every step and row that reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater.batches import locate
from headwater.batches.laid import CUT, Packing
from headwater.batches.ranges import Ranges, covers, joined
from headwater.batches.schedule import Schedule
from headwater.monitor.documents import DOCS_SUFFIX, DocumentTable


class Tracer:
    """Traces over one pack folder and one schedule; document tables are opened as they are needed."""

    def __init__(self, pack: Path, schedule: Schedule, packing: Packing = CUT) -> None:
        self.pack, self.schedule, self.packing = pack, schedule, packing
        self._tables: dict[str, DocumentTable] = {}

    def table(self, channel: str) -> DocumentTable:
        if channel not in self._tables:
            self._tables[channel] = DocumentTable(self.pack, channel)
        return self._tables[channel]

    def documents(self, step: int) -> list[dict[str, Any]]:
        """The parts of documents in a step's batch, by row and offset in the row.

        A row holds the sequence and its last target: `tokens` add up to sequence_length + 1 a row,
        less what is padding or only a lead-in.
        `document_offset` is where in the document's tokens the part begins; the end-of-document token is its last.
        A part that was taken down and left out of the step is `masked`.
        """
        masked = self.schedule.segments[self.schedule.segment_at(step)].masked
        return [
            part for found in locate.ranges(self.schedule, step, self.packing) for part in self._parts(found, masked)
        ]

    def _parts(self, found: locate.TokenRange, masked: dict[str, Ranges]) -> Iterator[dict[str, Any]]:
        table = self.table(found.channel)
        end = found.start + found.num_tokens
        for told in table.rows(table.over(found.start, found.num_tokens)):
            first, length = told["token_offset"], told["length"]
            begin = max(first, found.start)
            yield {
                "id": told.pop("document_id"),
                "url": told.pop("url"),
                "channel": found.channel,
                "row": found.row,
                "offset": found.at + begin - found.start,
                "tokens": min(first + length, end) - begin,
                "document_offset": begin - first,
                "epoch": found.epoch,
                **told,
                **({"masked": True} if covers(masked, found.channel, first, length) else {}),
            }

    def tokens(self, part: dict[str, Any], around: int = 0) -> tuple[list[int], list[int], list[int]]:
        """Tokens of a document's part, and as many as `around` of the same document before and after it."""
        tokens = self.table(part["channel"]).indexed.tokens
        first, last = part["token_offset"], part["token_offset"] + part["length"]
        begin = first + part["document_offset"]
        end = begin + part["tokens"]
        pieces = (tokens[max(first, begin - around) : begin], tokens[begin:end], tokens[end : min(last, end + around)])
        before, inside, after = (piece.tolist() for piece in pieces)
        return before, inside, after

    def channels(self) -> list[str]:
        """The packed channels, whether the schedule draws from them or not."""
        return sorted(path.name.removesuffix(DOCS_SUFFIX) for path in self.pack.glob(f"*{DOCS_SUFFIX}"))

    def places(self, column: str, value: str) -> list[dict[str, Any]]:
        """Where the documents with this id or URL lie in the packed tokens."""
        tables = ((channel, self.table(channel)) for channel in self.channels())
        return [{"channel": name, **table.row(index)} for name, table in tables for index in table.find(column, value)]

    def has(self, column: str, value: str) -> bool:
        """Whether some packed document has this id or URL."""
        return any(self.table(channel).find(column, value) for channel in self.channels())

    def steps(self, places: list[dict[str, Any]]) -> list[int]:
        """Every step that reads a token of these places, in order, each once; none of those that leave them out."""
        segments = self.schedule.segments
        alike: dict[tuple[str, tuple[int, ...]], list[tuple[int, int]]] = {}
        for place in places:  # neighbours that the same segments leave out are looked for together
            where = (place["channel"], place["token_offset"], place["length"])
            out = tuple(index for index, segment in enumerate(segments) if covers(segment.masked, *where))
            alike.setdefault((place["channel"], out), []).append(where[1:])
        found: set[int] = set()
        for (channel, out), pairs in alike.items():
            reads = (locate.steps(self.schedule, channel, *pair, packing=self.packing) for pair in joined(pairs))
            steps = {step for of_pair in reads for step, _row in of_pair}
            for index in out:
                steps -= set(range(segments[index].first_step, segments[index].last_step + 1))
            found |= steps
        return sorted(found)
