"""What all steps of dedup come to: whose copy each dropped document is at last, and which documents are one cluster.

In: the drops of all steps and the edges of near-duplicates. Out, by region: the drops with their last survivor, the
cluster of every document that has one beside itself, and the ids that these name.
A copy of a copy is a copy of what stays. A cluster is named for its
first document's text, so that a document alone is its own; documents in one cluster stay on one side of a split.
Memory: 17 bytes a document, in a file where that is more than the budget allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import storage
from headwater.curate.dedup import copies, index, longest, sections
from headwater.curate.dedup.minhash import EDGE
from headwater.curate.dedup.plan import DROP, Plan, per_document
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

CLUSTER = np.dtype([("order", "<i8"), ("root", "<i8")])
NAMES = pa.schema([("order", pa.int64()), ("id", pa.string()), ("digest", pa.string())])
SETTLED, CLUSTERS = f"{phases.WORK}/settled.drops", f"{phases.WORK}/clusters"
_HERE = "headwater.curate.dedup.settle"


def run(context: Context, plan: Plan, drops: list[str], edges: list[str], known: list[index.Segment]) -> None:
    """File the settled drops, the clusters and the names they ask for."""
    phases.run(
        context, "settle", [{"key": "all", "plan": plan, "drops": drops, "edges": edges}], f"{_HERE}:settle", "tasks"
    )
    tasks = [{"key": f"{region:05d}", "plan": plan, "region": region} for region in range(plan.num_regions)]
    phases.run(context, "names", tasks, f"{_HERE}:write_names", "regions")
    if known:
        task = {"key": "index", "plan": plan, "known": known}
        phases.run(context, "names.index", [task], f"{_HERE}:write_index_names", "tasks")


def settle(task: dict[str, Any]) -> dict[str, Any]:
    """Follow every drop to its end, and unite what hangs together."""
    from headwater.kernels import buckets

    folder, plan = Path(task["folder"]), task["plan"]
    scratch = storage.make_folder(folder / phases.WORK / "scratch")
    survivors = per_document(plan, scratch / "survivors", np.int64, -1)
    indexed = per_document(plan, scratch / "indexed", np.bool_, False)
    parents = per_document(plan, scratch / "parents", np.int64, 0)
    for start in range(0, plan.num_documents, 1 << 20):
        parents[start : start + (1 << 20)] = np.arange(start, min(start + (1 << 20), plan.num_documents))
    for region in range(plan.num_regions):
        for name in task["drops"]:
            found = sections.read(folder / name, region, DROP)
            survivors[found["order"]], indexed[found["order"]] = found["survivor"], found["indexed"]
            own = found[found["indexed"] == 0]
            buckets.unite(parents, own["order"], own["survivor"])
        for name in task["edges"]:
            drawn = sections.read(folder / name, region, EDGE)
            drawn = drawn[(drawn["flags"] & buckets.INDEXED) == 0]
            buckets.unite(parents, longest.orders(plan, drawn["later"]), longest.orders(plan, drawn["earlier"]))

    def settled() -> Iterator[np.ndarray]:
        for region in range(plan.num_regions):
            parts = [sections.read(folder / name, region, DROP) for name in task["drops"]]
            found = np.concatenate([np.zeros(0, DROP), *parts])
            found = found[np.argsort(found["order"], kind="stable")]
            found["survivor"], found["indexed"] = buckets.follow(survivors, indexed, found["order"])
            yield found

    def clusters() -> Iterator[np.ndarray]:
        edges = plan.region_edges()
        for first, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            roots = buckets.roots(parents, first, end - first)
            moved = np.flatnonzero(roots != np.arange(first, end))
            beside = np.zeros(len(moved), CLUSTER)
            beside["order"], beside["root"] = moved + first, roots[moved]
            yield beside

    sections.write(folder / SETTLED, settled(), DROP, plan.num_regions)
    sections.write(folder / CLUSTERS, clusters(), CLUSTER, plan.num_regions)
    return {"files": [SETTLED, CLUSTERS]}


def write_names(task: dict[str, Any]) -> dict[str, Any]:
    """Id and digest of the documents in a region that any drop or cluster names."""
    folder, plan, region = Path(task["folder"]), task["plan"], task["region"]
    low, high = plan.region_edges()[[region, region + 1]]
    asked = []
    for number in range(plan.num_regions):
        found = sections.read(folder / SETTLED, number, DROP)
        found = found["survivor"][found["indexed"] == 0]
        roots = sections.read(folder / CLUSTERS, number, CLUSTER)["root"]
        asked += [np.unique(found[(found >= low) & (found < high)]), np.unique(roots[(roots >= low) & (roots < high)])]
    orders = np.unique(np.concatenate([np.zeros(0, np.int64), *asked]))
    name = names_file(region)
    with storage.open_atomic(folder / name) as handle, pq.ParquetWriter(handle, NAMES, compression="zstd") as writer:
        for shard in range(plan.regions[region], plan.regions[region + 1]):
            inside = orders[(orders >= plan.starts[shard]) & (orders < plan.starts[shard + 1])]
            if len(inside):
                found = copies.columns(plan, shard, ["id", "digest"]).take(pa.array(inside - plan.starts[shard]))
                writer.write_table(pa.table([pa.array(inside), found["id"], found["digest"]], schema=NAMES))
    return {"files": [name]}


def write_index_names(task: dict[str, Any]) -> dict[str, Any]:
    """Ids of the documents of the index that any drop names."""
    folder, plan = Path(task["folder"]), task["plan"]
    found = [np.zeros(0, np.int64)]
    for region in range(plan.num_regions):
        drops = sections.read(folder / SETTLED, region, DROP)
        found.append(np.unique(drops["survivor"][drops["indexed"] == 1]))
    numbers = np.unique(np.concatenate(found))
    ids = index.ids_of(task["known"], numbers)
    name = names_file(None)
    with storage.open_atomic(folder / name) as handle:
        pq.write_table(pa.table([pa.array(numbers), ids, [""] * len(ids)], schema=NAMES), handle, compression="zstd")
    return {"files": [name]}


def names_file(region: int | None) -> str:
    """Where the names of a region are; None: those of the index."""
    return f"{phases.WORK}/names/{'index' if region is None else f'{region:05d}'}.parquet"


def named(plan: Plan, folder: Path, orders: np.ndarray, indexed: bool, column: str) -> list[str]:
    """What a column of the names says of documents, in any order."""
    wanted = np.unique(orders)
    found: dict[int, str] = {}
    regions = [None] if indexed else np.unique(plan.region_of(wanted)).tolist()
    for region in regions if len(wanted) else []:
        table = pq.read_table(folder / names_file(region), columns=["order", column])
        places = np.searchsorted(table["order"].to_numpy(), wanted)
        places = places[places < table.num_rows]
        some = table.take(pa.array(np.unique(places)))
        found.update(zip(some["order"].to_pylist(), some[column].to_pylist(), strict=True))
    return [found[order] for order in orders.tolist()]


def roots_of_shard(plan: Plan, folder: Path, shard: int) -> np.ndarray:
    """The order of the first document of each row's cluster."""
    first, end = plan.starts[shard], plan.starts[shard + 1]
    roots = np.arange(first, end)
    beside = sections.read(folder / CLUSTERS, plan.region_of_shard(shard), CLUSTER)
    beside = beside[(beside["order"] >= first) & (beside["order"] < end)]
    roots[beside["order"] - first] = beside["root"]
    return roots
