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
MAX_SEARCHED = 200  # shards in which documents are looked for by their ids
KEPT_A_CHANNEL = 2
REJECTED_A_REASON = 2
TEXT_STAGES = ("spans", "clean", "acquire")  # the first of these that ran holds the text the verdicts are on
SHOWN = ["id", "text", "url", "title", "source"]


def samples(facts: Facts) -> list[dict[str, Any]]:
    """Rows {"channel", "reason", "value", "kept", "id", "url", "title", "text"}, kept ones first."""
    documents = documents_folder(facts)
    if "curate" not in facts.stages or documents is None:
        return []
    chosen: dict[tuple[bool, str], list[tuple[str, str, int, dict[str, Any]]]] = {}
    try:
        for shard in _spread(facts.stages["curate"] / "verdicts"):
            _choose(shard, chosen)
        found = [row for group in sorted(chosen) for row in _with_text(documents, chosen[group])]
    except (HeadwaterError, OSError, KeyError, ValueError) as error:
        facts.notices.append(f"samples: {error}")
        return []
    return sorted(found, key=lambda row: (not row["kept"], row["channel"] if row["kept"] else row["reason"], row["id"]))


def documents_folder(facts: Facts) -> Path | None:
    """The folder of the documents as the verdicts saw them."""
    return next((facts.stages[name] / "documents" for name in TEXT_STAGES if name in facts.stages), None)


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


def _with_text(documents: Path, entries: list[tuple[str, str, int, dict[str, Any]]]) -> list[dict[str, Any]]:
    wanted: dict[str, list[int]] = {}
    for _, shard, row, _ in entries:
        wanted.setdefault(shard, []).append(row)
    texts = {shard: documents_at(documents / shard, rows) for shard, rows in wanted.items()}
    return [{**about, **texts[shard][row]} for _, shard, row, about in entries if row in texts[shard]]


def texts_of(facts: Facts, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The documents with these ids, as far as they stand in the shards that are looked at: {id: row}."""
    documents = documents_folder(facts)
    if documents is None or "curate" not in facts.stages or not ids:
        return {}
    found: dict[str, dict[str, Any]] = {}
    try:
        for shard in sorted((facts.stages["curate"] / "verdicts").glob("*.parquet"))[:MAX_SEARCHED]:
            places = _places(shard, ids)
            texts = documents_at(documents / shard.name, [row for _, row in places])
            found |= {name: texts[row] for name, row in places if row in texts}
            if len(found) == len(ids):
                break
    except (HeadwaterError, OSError, KeyError, ValueError) as error:
        facts.notices.append(f"samples: {error}")
    return found


def _places(shard: Path, ids: set[str]) -> list[tuple[str, int]]:
    """(id, row) of the wanted documents in one verdicts shard."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted, found, start = pa.array(sorted(ids), pa.string()), [], 0
    for batch in document.read_parquet(shard, columns=["id"]):
        column = batch.column("id")
        rows = pc.indices_nonzero(pc.is_in(column, value_set=wanted)).to_pylist()
        found += [(column[row].as_py(), start + row) for row in rows]
        start += batch.num_rows
    return found


def documents_at(shard: Path, rows: list[int]) -> dict[int, dict[str, Any]]:
    """Some rows of a documents shard, with the columns that are shown; a row group that holds none is not read."""
    import pyarrow.parquet as pq

    found: dict[int, dict[str, Any]] = {}
    if not rows:
        return found
    with pq.ParquetFile(shard) as parquet:
        start = 0
        for group in range(parquet.metadata.num_row_groups):
            end = start + parquet.metadata.row_group(group).num_rows
            own = [row for row in rows if start <= row < end]
            if own:
                table = parquet.read_row_group(group, columns=SHOWN).take([row - start for row in own])
                for row, values in zip(own, table.to_pylist(), strict=True):
                    found[row] = {name: value or "" for name, value in values.items()}
            start = end
    return found
