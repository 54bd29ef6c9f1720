"""How many documents, and how much of their text, each rule took: by language and by channel.

In: the folder of the verdicts. Out: a Tally of plain counts; numbers and labels are read, no text.
Every shard is read, a column at a time, so the counts are exact and the memory is that of one batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document
from headwater.errors import HeadwaterError

# What took a document out, by its reason's group, in the order in which verdicts fall.
PHASES: dict[str, tuple[str, ...]] = {
    "chosen": ("recall", "quality", "langid"),
    "judged": (),  # every group that no other phase names
    "decontaminated": ("decontaminate",),
    "deduplicated": ("dedup",),
    "capped": ("cap", "caps"),
}
_PHASE_OF = {group: phase for phase, groups in PHASES.items() for group in groups}
MAX_LABELS = 2_000  # channels and reasons that are told apart; the rest is "…"
OTHERS = "…"


@dataclass(frozen=True)
class Amount:
    """Documents and bytes of their text."""

    documents: int = 0
    size_bytes: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.documents + other.documents, self.size_bytes + other.size_bytes)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """(channel, reason) → Amount; an empty reason is what was kept."""

    cells: dict[tuple[str, str], Amount] = field(default_factory=dict)

    def total(self, channel: str | None = None, phase: str | None = None) -> Amount:
        """What came in, of one channel or of all, or what one phase took of it."""
        return sum(
            (
                amount
                for (label, reason), amount in self.cells.items()
                if (channel is None or label == channel) and (phase is None or (reason and phase_of(reason) == phase))
            ),
            Amount(),
        )

    def by_language(self) -> Tally:
        """The same with each channel's language in place of the channel."""
        cells: dict[tuple[str, str], Amount] = {}
        for (channel, reason), amount in self.cells.items():
            key = (channel.partition("-")[0], reason)
            cells[key] = cells.get(key, Amount()) + amount
        return Tally(cells=cells)

    def kept(self, channel: str | None = None) -> Amount:
        cells = self.cells.items()
        return sum((a for (label, why), a in cells if not why and channel in (None, label)), Amount())

    def labels(self) -> list[str]:
        """Channels (or languages), the one with most documents first."""
        totals: dict[str, int] = {}
        for (label, _), amount in self.cells.items():
            totals[label] = totals.get(label, 0) + amount.documents
        return sorted(totals, key=lambda label: (-totals[label], label))

    def reasons(self, label: str | None = None) -> list[tuple[str, Amount]]:
        """(reason, what it took), the commonest first."""
        found: dict[str, Amount] = {}
        for (channel, reason), amount in self.cells.items():
            if reason and label in (None, channel):
                found[reason] = found.get(reason, Amount()) + amount
        return sorted(found.items(), key=lambda item: (-item[1].documents, item[0]))


def phase_of(reason: str) -> str:
    return _PHASE_OF.get(reason.split(".")[0], "judged")


def tally(verdicts: Path, notices: list[str]) -> Tally:
    """Count the verdicts of a folder; what cannot be read is a notice, and the rest is counted."""
    cells: dict[tuple[str, str], Amount] = {}
    for shard in sorted(verdicts.glob("*.parquet")):
        try:
            for batch in document.read_parquet(shard, columns=_columns(shard)):
                _add(cells, batch)
        except (HeadwaterError, OSError, KeyError, ValueError, pa.ArrowException) as error:
            notices.append(f"{shard.name}: {error}")
    return Tally(cells=cells)


def _columns(shard: Path) -> list[str]:
    names = pq.read_schema(shard).names
    return [name for name in ("channel", "reason", "text_bytes") if name in names]


def _add(cells: dict[tuple[str, str], Amount], batch: pa.RecordBatch) -> None:
    zeros = pa.array([0] * batch.num_rows, pa.int64())
    sizes = pc.fill_null(batch.column("text_bytes"), 0) if "text_bytes" in batch.schema.names else zeros
    table = pa.table({"channel": batch.column("channel"), "reason": batch.column("reason"), "text_bytes": sizes})
    groups = table.group_by(["channel", "reason"]).aggregate([("text_bytes", "count"), ("text_bytes", "sum")])
    names = ("channel", "reason", "text_bytes_count", "text_bytes_sum")
    rows = zip(*(groups[name].to_pylist() for name in names), strict=True)
    for channel, reason, documents, size in rows:
        key = (channel or "", reason or "")
        if key not in cells and len(cells) >= MAX_LABELS:
            key = (OTHERS, OTHERS if reason else "")
        cells[key] = cells.get(key, Amount()) + Amount(documents, size or 0)
