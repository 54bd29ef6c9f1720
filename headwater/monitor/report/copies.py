"""Which documents were copies of which: groups by size, the largest, and the least alike pair of each kind.

In: the folder of the verdicts. Out: Copies. Only what was dropped as a copy is held, by the id of what it copies, and
of a very large corpus only so many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document
from headwater.errors import HeadwaterError

MAX_COPIES = 5_000_000  # beyond, groups are those of the first so many copies
LARGEST = 8
GROUP = "dedup."


@dataclass(frozen=True)
class Pair:
    """A copy, the document it was dropped for, and how alike they are (None: the same)."""

    reason: str
    copy: str
    original: str
    similarity: float | None


@dataclass(frozen=True, kw_only=True)
class Copies:
    """`sizes`: documents of a group, the one that stays among them → groups. `largest`: (id that stays, size)."""

    sizes: Counter[int] = field(default_factory=Counter)
    largest: list[tuple[str, int]] = field(default_factory=list)
    least_alike: list[Pair] = field(default_factory=list)
    is_whole: bool = True


def copies(verdicts: Path, notices: list[str]) -> Copies:
    """Read the verdicts of a folder; what cannot be read is a notice."""
    groups: Counter[str] = Counter()
    least: dict[str, Pair] = {}
    number = 0
    for shard in sorted(verdicts.glob("*.parquet")):
        try:
            names = pq.read_schema(shard).names
            if "duplicate_of" not in names or "id" not in names:
                continue
            for batch in document.read_parquet(shard, columns=["id", "reason", "value", "duplicate_of"]):
                dropped = batch.filter(pc.starts_with(batch.column("reason"), pattern=GROUP))
                groups.update(dropped.column("duplicate_of").drop_null().to_pylist())
                number += dropped.num_rows
                _keep_least(least, dropped)
        except (HeadwaterError, OSError, KeyError, ValueError, pa.ArrowException) as error:
            notices.append(f"{shard.name}: {error}")
        if number > MAX_COPIES:
            break
    groups.pop("", None)
    largest = sorted(groups.items(), key=lambda item: (-item[1], item[0]))[:LARGEST]
    return Copies(
        sizes=Counter(size + 1 for size in groups.values()),
        largest=[(name, size + 1) for name, size in largest],
        least_alike=[least[reason] for reason in sorted(least)],
        is_whole=number <= MAX_COPIES,
    )


def _keep_least(least: dict[str, Pair], dropped: pa.RecordBatch) -> None:
    """Note the least alike pair of each reason that has a similarity."""
    measured = dropped.filter(pc.is_valid(dropped.column("value")))
    for reason in pc.unique(measured.column("reason")).to_pylist():
        rows = measured.filter(pc.equal(measured.column("reason"), reason))
        value = pc.min(rows.column("value")).as_py()
        first = rows.filter(pc.equal(rows.column("value"), value)).slice(0, 1).to_pylist()
        before = least.get(reason)
        if first and (before is None or before.similarity is None or value < before.similarity):
            row = first[0]
            least[reason] = Pair(reason, row["id"] or "", row["duplicate_of"] or "", value)
