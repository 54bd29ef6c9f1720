"""A segment of a schedule: some steps, and how many sequences a block each channel gives in them.

In: a line of `schedule.jsonl`. Out: Segment, checked; and the line again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from headwater.batches import ranges
from headwater.errors import HeadwaterError

SCHEMA = 1
MAX_BLOCK = 1 << 24  # a block's order is held in memory
ORDERS = ("shuffled", "even")  # a segment that names none was written when there was only the first
_CHANNEL = re.compile(r"[a-z0-9_+.]+(-[a-z0-9_+.]+)*")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Steps `first_step` to `last_step`. `counts` are sequences a block, `windows` windows an epoch.

    `order` of a block: `even` spreads each channel over it, `shuffled` leaves its places to chance.
    """

    first_step: int
    last_step: int
    seed: int
    sequence_length: int  # tokens scored a sequence; a window holds one more
    sequences: int  # a step
    block: int  # sequences
    counts: dict[str, int]
    offsets: dict[str, int]
    windows: dict[str, int]
    order: str = ORDERS[0]
    masked: dict[str, ranges.Ranges] = field(default_factory=dict)  # tokens of documents taken down, by channel

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self.counts)

    @property
    def num_sequences(self) -> int:
        return (self.last_step - self.first_step + 1) * self.sequences

    def row(self) -> dict[str, Any]:
        """The segment as a line of schedule.jsonl."""
        row = {"schema": SCHEMA, **{name: getattr(self, name) for name in self.__dataclass_fields__}}
        if self.order == ORDERS[0]:
            row.pop("order")
        row.pop("masked")
        return row | ({"masked": ranges.as_json(self.masked)} if self.masked else {})


def parse(row: Any, where: str) -> Segment:
    """A Segment from a line of schedule.jsonl, its channels sorted. Raises HeadwaterError damaged_file."""
    if isinstance(row, dict) and row.get("schema") != SCHEMA:
        raise HeadwaterError(
            "foreign_version", f"schedule schema {row.get('schema')!r}; this headwater reads {SCHEMA}", where=where
        )
    try:
        numbers: dict[str, Any] = {
            n: _count(row[n]) for n in ("first_step", "last_step", "seed", "sequence_length", "sequences", "block")
        }
        maps: dict[str, Any] = {
            n: {k: _count(row[n][k]) for k in sorted(row["counts"])} for n in ("counts", "offsets", "windows")
        }
        maps["masked"] = ranges.parse(row.get("masked", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HeadwaterError("damaged_file", f"not a segment: {type(error).__name__} {error}", where=where) from error
    segment = Segment(**numbers, **maps, order=row.get("order", ORDERS[0]))
    problem = _problem(segment)
    if problem:
        raise HeadwaterError("damaged_file", f"not a segment: {problem}", where=where)
    return segment


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise ValueError(f"{value!r} is not a count")
    return value


def _problem(segment: Segment) -> str:
    if not 1 <= segment.first_step <= segment.last_step:
        return f"steps {segment.first_step} to {segment.last_step}"
    if segment.sequence_length < 1 or not 1 <= segment.sequences <= MAX_BLOCK or not 1 <= segment.block <= MAX_BLOCK:
        return "a length, batch or block out of bounds"
    if sum(segment.counts.values()) != segment.block:
        return f"counts add up to {sum(segment.counts.values())} where the block is {segment.block}"
    if segment.order not in ORDERS:
        return f"order {segment.order!r}"
    for name in segment.counts:
        if not _CHANNEL.fullmatch(name):
            return f"channel name {name!r}"
        if segment.counts[name] and not segment.windows[name]:
            return f"channel {name} is drawn from and has no window"
    return ""
