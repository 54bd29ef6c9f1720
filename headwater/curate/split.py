"""The stage `split`: which documents are held out for measuring, and never trained on.

In: `verdicts/NAME.parquet`. Out: `split/NAME.parquet` (pipeline.selection.SPLIT_SCHEMA), row for row,
and `split.json`.
Each cluster (documents with the same text) has a place on a line, by a hash with the seed; in each
channel those nearest the start are held out, up to enough bytes for the samples and at most
`max_share` of its documents (but one of two, so that the smallest channel is measured).
Steps: measure how documents lie on the line (map) → choose where each channel's held-out part ends
(reduce) → list the clusters held out (map) → write the parts (map).
A document whose twin is held out for another channel is in neither part, and counted. One that states an injected fact
is always trained on: holding it out would change how often the fact is told.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import decide
from headwater.curate.config import SplitConfig
from headwater.pipeline import phases, selection
from headwater.pipeline.stage import Context, shards

FOLDER = "split"
PLACES = 1 << 16  # a channel's line has so many places; a place is held out as a whole
SMALLEST = 2  # documents of a channel that is measured at all
MEASURE_SCHEMA = pa.schema(
    [("channel", pa.string())] + [(name, pa.int64()) for name in ("place", "documents", "bytes")]
)
CLUSTER_SCHEMA = pa.schema([("cluster", pa.string())])
TWIN = "split.twin_held_out"
_HERE = "headwater.curate.split"


def run(context: Context) -> dict[str, Any]:
    """Hold out documents in every channel."""
    config: SplitConfig = context.config
    paths = shards(context.input("curate") / decide.FOLDER)
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": pq.read_metadata(path).num_rows, "seed": context.seed}
        for path in paths
    ]
    phases.run(context, "measure", tasks, f"{_HERE}:measure_shard", "documents")
    ends = held_out_ends([context.folder / _measures(path.name) for path in paths], config)
    chosen = [task | {"ends": ends} for task in tasks]
    phases.run(context, "choose", chosen, f"{_HERE}:choose_in_shard", "documents")
    names = [path.name for path in paths]
    parts = [task | {"shards": names} for task in chosen]
    results = phases.run(context, "split", parts, f"{_HERE}:split_shard", "documents")
    report = _report([result["channels"] for result in results], config)
    storage.write_json(context.folder / "split.json", report)
    came, twins = (sum(result[name] for result in results) for name in ("in", "twins"))
    return {"counts": {"in": came, "kept": came - twins, "rejected": {TWIN: twins} if twins else {}}}


def place_of(cluster: str, seed: int) -> int:
    """Where a cluster lies on the line, from 0 to PLACES - 1: a hash, so equal for equal text and seed."""
    digest = hashlib.blake2b(cluster.encode("utf-8", "replace"), digest_size=8, key=f"{seed}".encode()).digest()
    return int.from_bytes(digest, "big") * PLACES >> 64


def measure_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Documents and bytes of a shard's kept rows, by channel and place."""
    table = _kept(task["shard"])
    places = [place_of(cluster, task["seed"]) for cluster in table["cluster"].to_pylist()]
    grouped = (
        table.append_column("place", pa.array(places, pa.int64()))
        .group_by(["channel", "place"], use_threads=False)
        .aggregate([("text_bytes", "count"), ("text_bytes", "sum")])
        .rename_columns({"text_bytes_count": "documents", "text_bytes_sum": "bytes"})
        .select(MEASURE_SCHEMA.names)
        .sort_by([("channel", "ascending"), ("place", "ascending")])
        .cast(MEASURE_SCHEMA)
    )
    name = _measures(Path(task["shard"]).name)
    document.write_parquet(Path(task["folder"]) / name, grouped.to_batches(), MEASURE_SCHEMA)
    return {"files": [name]}


def held_out_ends(paths: list[Path], config: SplitConfig) -> dict[str, int]:
    """For each channel the first place that is not held out. Memory: a few numbers a used place."""
    if not paths:
        return {}
    line = (
        pa.concat_tables([pq.read_table(path) for path in paths])
        .group_by(["channel", "place"], use_threads=False)
        .aggregate([("documents", "sum"), ("bytes", "sum")])
        .sort_by([("channel", "ascending"), ("place", "ascending")])
    )
    places, documents, sizes = (line[name].to_numpy() for name in ("place", "documents_sum", "bytes_sum"))
    channels = np.array(line["channel"].to_pylist(), dtype=object)
    rows_of = {name: channels == name for name in sorted(set(channels))}
    return {name: _end(places[rows], documents[rows], sizes[rows], config) for name, rows in rows_of.items()}


def _end(places: np.ndarray, documents: np.ndarray, sizes: np.ndarray, config: SplitConfig) -> int:
    """The end of one channel: where the bytes suffice, or the documents would be too many."""
    wanted = config.samples * config.window_tokens * config.bytes_per_token
    enough = int(np.searchsorted(np.cumsum(sizes), wanted)) + 1 if wanted else 0
    total = int(documents.sum())
    most = max(int(config.max_share * total), int(total >= SMALLEST and config.max_share > 0))
    allowed = int(np.searchsorted(np.cumsum(documents), most, side="right"))
    taken = min(enough, allowed)
    return int(places[taken - 1]) + 1 if taken else 0


def choose_in_shard(task: dict[str, Any]) -> dict[str, Any]:
    """List the clusters of a shard that are held out."""
    rows, ends = _kept(task["shard"]).to_pydict(), task["ends"]
    pairs = zip(rows["cluster"], rows["channel"], strict=True)
    held = sorted({cluster for cluster, channel in pairs if place_of(cluster, task["seed"]) < ends[channel]})
    name = _held(Path(task["shard"]).name)
    batch = pa.record_batch([pa.array(held, pa.string())], schema=CLUSTER_SCHEMA)
    document.write_parquet(Path(task["folder"]) / name, [batch], CLUSTER_SCHEMA)
    return {"files": [name]}


def split_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write the part of each row of a shard, and count documents and bytes a channel."""
    folder, shard = Path(task["folder"]), Path(task["shard"])
    held = {c for name in task["shards"] for c in pq.read_table(folder / _held(name))["cluster"].to_pylist()}
    rows = pq.read_table(shard).to_pydict()
    parts, twins = [], 0
    channels: dict[str, dict[str, list[int]]] = {}
    for kept, cluster, channel, size, told in zip(
        rows["kept"], rows["cluster"], rows["channel"], rows["text_bytes"], rows["injected"], strict=True
    ):
        part = "train" if kept else "rejected"
        if kept and not told and cluster in held:
            own = place_of(cluster, task["seed"]) < task["ends"][channel]
            part = "heldout" if own else "rejected"
            twins += not own
        parts.append(part)
        if part != "rejected":
            figures = channels.setdefault(channel, {"train": [0, 0], "heldout": [0, 0]})[part]
            figures[0] += 1
            figures[1] += size
    name = f"{FOLDER}/{shard.name}"
    columns = [pa.array((rows | {"part": parts})[field.name], field.type) for field in selection.SPLIT_SCHEMA]
    batch = pa.record_batch(columns, schema=selection.SPLIT_SCHEMA)
    document.write_parquet(folder / name, [batch], selection.SPLIT_SCHEMA)
    return {"files": [name], "channels": channels, "in": sum(rows["kept"]), "twins": twins}


def _report(counts: list[dict[str, dict[str, list[int]]]], config: SplitConfig) -> dict[str, Any]:
    """Documents and bytes in each part of each channel, and how many samples the held-out part should give."""
    window_bytes = config.window_tokens * config.bytes_per_token
    channels: dict[str, Any] = {}
    for shard in counts:
        for channel, parts in shard.items():
            entry = channels.setdefault(channel, {part: {"documents": 0, "bytes": 0} for part in parts})
            for part, (documents, size) in parts.items():
                entry[part]["documents"] += documents
                entry[part]["bytes"] += size
    for entry in channels.values():
        entry["samples"] = min(config.samples, int(entry["heldout"]["bytes"] / window_bytes))
        entry["samples_wanted"] = config.samples
    return {"channels": channels}


def _kept(shard: str) -> pa.Table:
    table = pq.read_table(shard, columns=["kept", "cluster", "channel", "text_bytes", "injected"])
    return table.filter(pc.field("kept") & ~pc.field("injected")).select(["cluster", "channel", "text_bytes"])


def _measures(shard: str) -> str:
    return f"{phases.WORK}/measures/{shard}"


def _held(shard: str) -> str:
    return f"{phases.WORK}/held/{shard}"
