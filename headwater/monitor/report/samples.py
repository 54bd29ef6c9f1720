"""Texts to show: a few kept and rejected documents.

In: the stage folders acquire (documents) and curate (verdicts). Out: plain rows.
Which documents are shown follows from a hash of their ids, so that equal runs show equal samples. Of
a large corpus only some shards are looked at.
"""

from __future__ import annotations

import hashlib
import heapq
from pathlib import Path
from typing import Any

from headwater import document
from headwater.errors import HeadwaterError
from headwater.monitor.report.gather import Facts

MAX_SHARDS = 8
KEPT_A_CHANNEL = 2
REJECTED_A_REASON = 2
SHOWN = ["id", "text", "url", "title", "source"]


def samples(facts: Facts) -> list[dict[str, Any]]:
    """Rows {"channel", "reason", "value", "kept", "id", "url", "title", "text"}, kept ones first."""
    if "curate" not in facts.stages or "acquire" not in facts.stages:
        return []
    chosen: dict[tuple[bool, str], list[tuple[str, str, int, dict[str, Any]]]] = {}
    try:
        for shard in _spread(facts.stages["curate"] / "verdicts"):
            _choose(shard, chosen)
        found = [row for group in sorted(chosen) for row in _with_text(facts.stages["acquire"], chosen[group])]
    except (HeadwaterError, OSError, KeyError, ValueError) as error:
        facts.notices.append(f"samples: {error}")
        return []
    return sorted(found, key=lambda row: (not row["kept"], row["channel"] if row["kept"] else row["reason"], row["id"]))


def _spread(folder: Path) -> list[Path]:
    """At most MAX_SHARDS shards, evenly over the folder."""
    shards = sorted(folder.glob("*.parquet"))
    step = max(1, -(-len(shards) // MAX_SHARDS))
    return shards[::step]


def _choose(shard: Path, chosen: dict[tuple[bool, str], list[tuple[str, str, int, dict[str, Any]]]]) -> None:
    """Add the rows of one verdicts shard that have the lowest hashes of their group so far."""
    start = 0
    for batch in document.read_parquet(shard, columns=["id", "kept", "reason", "value", "channel"]):
        columns = batch.to_pydict()
        for row, (name, kept, reason) in enumerate(zip(columns["id"], columns["kept"], columns["reason"], strict=True)):
            group = (bool(kept), str((columns["channel"][row] if kept else reason) or ""))
            about = {
                "kept": bool(kept),
                "channel": columns["channel"][row] or "",
                "reason": reason or "",
                "value": columns["value"][row],
            }
            rank = hashlib.sha256(str(name).encode("utf-8", "replace")).hexdigest()
            rows = chosen.setdefault(group, [])
            rows.append((rank, shard.name, start + row, about))
            limit = KEPT_A_CHANNEL if kept else REJECTED_A_REASON
            if len(rows) >= 64:
                rows[:] = heapq.nsmallest(limit, rows, key=lambda entry: entry[:3])
        start += batch.num_rows
    for (kept, _), rows in chosen.items():
        limit = KEPT_A_CHANNEL if kept else REJECTED_A_REASON
        rows[:] = heapq.nsmallest(limit, rows, key=lambda entry: entry[:3])


def _with_text(acquire: Path, entries: list[tuple[str, str, int, dict[str, Any]]]) -> list[dict[str, Any]]:
    found = []
    for _, shard, row, about in entries:
        text = document_at(acquire / "documents" / shard, row)
        if text is not None:
            found.append({**about, **text})
    return found


def document_at(shard: Path, row: int) -> dict[str, Any] | None:
    """One row of a documents shard, with the columns that are shown."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(shard) as parquet:
        start = 0
        for group in range(parquet.metadata.num_row_groups):
            size = parquet.metadata.row_group(group).num_rows
            if row < start + size:
                batch = parquet.read_row_group(group, columns=SHOWN)
                return {k: v or "" for k, v in batch.slice(row - start, 1).to_pylist()[0].items()}
            start += size
    return None
