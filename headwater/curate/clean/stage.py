"""The stage `clean`: repair the text of every document before anything is measured.

In: `documents/NAME.parquet`. Out: `documents/NAME.parquet`, the same rows in the same order, `edits/NAME.parquet`
beside them, and `edits.json`: how much was done, with examples. A document whose text is cut away stays, empty.
Steps: count every site's short lines (map) → find those that most of its pages have (partition, reduce) → repair (map).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import warm
from headwater.curate.clean import batches, edits, examples, repair, shared_lines
from headwater.curate.clean.config import CleanConfig
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "documents"
SUMMARY = "edits.json"
_HERE = "headwater.curate.clean.stage"


def run(context: Context) -> dict[str, Any]:
    """Repair every shard."""
    warm.ready(context.report)
    config: CleanConfig = context.config
    paths = shards(context.documents())
    rows = [pq.read_metadata(path).num_rows for path in paths]
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": count, "config": config}
        for path, count in zip(paths, rows, strict=True)
    ]
    partitions = shared_lines.num_partitions(sum(rows)) if config.enabled and config.lines.shared else 0
    if partitions:
        counting = [task | {"partitions": partitions} for task in tasks]
        phases.run(context, "count_lines", counting, f"{_HERE}:count_shard", "documents")
        names = [path.name for path in paths]
        reductions = [
            {"key": f"{number:05d}", "partition": number, "shards": names, "config": config}
            for number in range(partitions)
        ]
        phases.run(context, "shared_lines", reductions, f"{_HERE}:reduce_partition", "partitions")
    repairs = [task | {"partitions": partitions} for task in tasks]
    results = phases.run(context, "repair", repairs, f"{_HERE}:repair_shard", "documents")
    summary = add_up([result["summary"] for result in results])
    storage.write_json(context.folder / SUMMARY, summary)
    counts = {"in": sum(rows), "kept": sum(rows), "rejected": {}}
    return {"counts": counts, "edited": summary["edited"], "edits": summary["edits"]}


def count_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Count the short lines of one shard's sites."""
    config: CleanConfig = task["config"]
    shard = Path(task["shard"])
    name = _keys(shard.name)

    def looked_at() -> Iterator[tuple[pa.Array, np.ndarray, np.ndarray]]:
        for batch in batches.read(shard, columns=list(repair.COLUMNS)):
            hosts = shared_lines.hosts_of(batch.column("url"))
            yield batch.column("text"), hosts, repair.who(batch, config).general

    shared_lines.write_keys(Path(task["folder"]) / name, looked_at(), config.lines, task["partitions"])
    return {"files": [name]}


def reduce_partition(task: dict[str, Any]) -> dict[str, Any]:
    """Find the lines that belong to the sites of one partition."""
    folder, name = Path(task["folder"]), _lines(task["partition"])
    keys_files = [folder / _keys(shard) for shard in task["shards"]]
    found = shared_lines.reduce_partition(keys_files, task["partition"], folder / name, task["config"].lines)
    return {"files": [name], "lines": found}


def repair_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Repair one shard: documents and edits under its name."""
    config: CleanConfig = task["config"]
    folder, shard = Path(task["folder"]), Path(task["shard"])
    site_lines = _site_lines(folder, shard, task["partitions"])
    done: list[pa.RecordBatch] = []
    shown = examples.Examples()

    def repaired() -> Iterator[pa.RecordBatch]:
        for batch in batches.read(shard):
            after, edited = repair.repair(batch, config, site_lines)
            done.append(edited)
            shown.add(batch, after, edited)
            yield after

    names = [f"{FOLDER}/{shard.name}", f"{edits.FOLDER}/{shard.name}"]
    document.write_parquet(folder / names[0], repaired())
    document.write_parquet(folder / names[1], done, edits.SCHEMA)
    return {"files": names, "summary": edits.summary(done) | {"examples": shown.found}}


def _site_lines(folder: Path, shard: Path, partitions: int) -> np.ndarray:
    """The lines of the sites that the shard has pages of."""
    if not partitions:
        return np.empty(0, np.uint64)
    urls = pq.read_table(shard, columns=["url"])["url"].combine_chunks()
    hosts = np.unique(shared_lines.hosts_of(urls))
    numbers = np.unique(hosts % np.uint64(partitions)).tolist()
    return shared_lines.read_lines([folder / _lines(number) for number in numbers], hosts)


def add_up(summaries: list[dict[str, Any]]) -> dict[str, Any]:
    """One summary of several, in document order."""
    total: dict[str, Any] = {"in": 0, "edited": 0, "bytes_before": 0, "bytes_after": 0, "edits": {}, "examples": {}}
    for summary in summaries:
        for name in ("in", "edited", "bytes_before", "bytes_after"):
            total[name] += summary[name]
        for kind, figures in summary["edits"].items():
            sums = total["edits"].setdefault(kind, {"edits": 0, "documents": 0})
            for name, value in figures.items():
                sums[name] += value
        for kind, found in summary["examples"].items():
            total["examples"][kind] = (total["examples"].get(kind, []) + found)[: examples.MOST]
    return total


def _keys(shard: str) -> str:
    return f"{phases.WORK}/keys/{shard}"


def _lines(partition: int) -> str:
    return f"{phases.WORK}/lines/{partition:05d}.parquet"
