"""Caps on a host and on a cluster: map → partition → reduce around curate.diversity.caps, which says who is over.

In: what dedup left. Out: drops without a survivor; their value is how many documents, or which share of the bytes,
their group has.
map (`write_groups`, a task a shard): group, place in the draw and bytes of each document, by the group's first bits →
reduce (`find`, a task a partition): a partition holds whole groups.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from headwater.curate.dedup import copies, sections, settle
from headwater.curate.dedup.plan import DROP, KEY_BYTES, Plan, partition
from headwater.curate.diversity import caps
from headwater.curate.diversity.config import DiversityConfig
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

MEMBER = np.dtype([("group", "<u8"), ("place", "<u8"), ("bytes", "<i8"), ("order", "<i8")])
STEPS = ("host", "cluster")
SPREAD = np.uint64(0xD6E8FEB86659FD93)
_HERE = "headwater.curate.dedup.capped"


def run(context: Context, plan: Plan, before: list[str], clustered: bool) -> dict[str, list[str]]:
    """The files of drops of each cap that is set. `clustered`: dedup ran, so that clusters are known."""
    config: DiversityConfig = context.config.diversity
    wanted = {
        "host": config.max_per_host > 0 or config.max_host_share < 1,
        "cluster": config.max_per_cluster > 0 and clustered,
    }
    found: dict[str, list[str]] = {}
    bits = plan.bits(plan.num_documents, KEY_BYTES)
    for step in (step for step in STEPS if wanted[step]):
        earlier = [*before, *(name for names in found.values() for name in names)]
        fields = {"plan": plan, "bits": bits, "step": step, "seed": context.seed, "config": config}
        tasks = [{**fields, "key": name, "shard": number, "before": earlier} for number, name in enumerate(plan.names)]
        sizes = phases.run(context, f"{step}.groups.{bits}", tasks, f"{_HERE}:write_groups", "shards")
        total = sum(result["bytes"] for result in sizes)
        parts = [{**fields, "key": f"{number:05d}", "number": number, "total": total} for number in range(1 << bits)]
        results = phases.run(context, f"{step}.over.{bits}", parts, f"{_HERE}:find", "partitions")
        found[step] = [name for result in results for name in result["files"]]
    return found


def write_groups(task: dict[str, Any]) -> dict[str, Any]:
    """The group, place and size of each document that reaches the caps."""
    folder, plan, shard, bits = Path(task["folder"]), task["plan"], task["shard"], task["bits"]
    numbers = np.flatnonzero(copies.left(plan, folder, task["before"], shard))
    table = copies.columns(plan, shard, ["id", "url", "text_bytes"]).take(numbers)
    found = np.zeros(len(numbers), MEMBER)
    if task["step"] == "host":
        found["group"] = caps.groups(caps.hosts(table["url"]).to_pylist())
    else:
        roots = settle.roots_of_shard(plan, folder, shard)[numbers].astype(np.uint64)
        found["group"] = (roots + np.uint64(1)) * SPREAD
    found["place"] = caps.order(table["id"].to_pylist(), task["seed"])
    found["bytes"], found["order"] = table["text_bytes"].to_numpy(), numbers + plan.starts[shard]
    name = _groups(task["step"], bits, plan.names[shard])
    sections.write_split(folder / name, found, partition(found["group"], bits), 1 << bits)
    return {"files": [name], "bytes": int(pc.sum(table["text_bytes"]).as_py() or 0)}


def find(task: dict[str, Any]) -> dict[str, Any]:
    """The drops of one partition of the groups."""
    folder, plan, step, bits, number = (task[name] for name in ("folder", "plan", "step", "bits", "number"))
    config: DiversityConfig = task["config"]
    files = [Path(folder) / _groups(step, bits, name) for name in plan.names]
    members = np.concatenate([np.zeros(0, MEMBER), *(sections.read(path, number, MEMBER) for path in files)])
    groups, places = members["group"], members["place"]
    _, which, counts = np.unique(groups, return_inverse=True, return_counts=True)
    found = [np.zeros(0, DROP)]
    limit = config.max_per_host if step == "host" else config.max_per_cluster
    over = caps.over_count(groups, places, limit)
    found.append(copies.drops(members["order"][over], np.full(int(over.sum()), -1), step, counts[which][over]))
    if step == "host" and config.max_host_share < 1:
        members, which = members[~over], which[~over]
        allowed = config.max_host_share * task["total"]
        much = caps.over_bytes(members["group"], members["place"], members["bytes"], allowed)
        shares = np.bincount(which, members["bytes"], len(counts)) / max(task["total"], 1)
        found.append(copies.drops(members["order"][much], np.full(int(much.sum()), -1), step, shares[which][much]))
    name = f"{phases.WORK}/{step}/{bits}-{number:05d}.drops"
    copies.file_drops(plan, Path(folder) / name, np.concatenate(found))
    return {"files": [name]}


def _groups(step: str, bits: int, shard: str) -> str:
    return f"{phases.WORK}/{step}.groups.{bits}/{shard}.groups"
