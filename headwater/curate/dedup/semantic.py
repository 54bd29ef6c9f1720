"""Semantic near-duplicates: documents that use nearly the same words, in whatever order.

In: the vectors of the documents that earlier steps left. Out: drops; the value is the cosine.
Steps: find the centres of clusters in a sample (one task) → file each document under its nearest centre (map) → within
each cluster, by rank (`longest`), drop a document that is like an earlier one that stays (reduce).
Only documents of one cluster are compared, and with the last LEADERS that stay: so a cluster of any size takes a
time in proportion to it. The idea: SemDeDup, arXiv 2303.09540.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.curate.dedup import copies, longest, rows, sections, vectors
from headwater.curate.dedup.plan import DROP, Plan
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

MEMBER = np.dtype([("cluster", "<i4"), ("order", "<i8")])
CLUSTER_DOCUMENTS = 1000  # documents a cluster should have
MAX_CLUSTERS = 2048
SAMPLE = 16_384  # documents whose clusters are found
ROUNDS = 6
LEADERS = 4096
MEMBER_BYTES = 1024  # of memory for a document that is compared
CENTRES = f"{phases.WORK}/centres.npy"
STEP = "semantic"
_HERE = "headwater.curate.dedup.semantic"


def run(context: Context, plan: Plan, before: list[str]) -> list[str]:
    """The names of the files of drops."""
    fields = {"plan": plan, "before": before}
    phases.run(context, "centres", [{**fields, "key": "all"}], f"{_HERE}:find_centres", "tasks")
    bits = plan.bits(plan.num_documents, MEMBER_BYTES)
    tasks = [
        {**fields, "key": name, "shard": number, "bits": bits, "weight": plan.starts[number + 1] - plan.starts[number]}
        for number, name in enumerate(plan.names)
    ]
    phases.run(context, f"members.{bits}", tasks, f"{_HERE}:write_members", "documents")
    parts = [{**fields, "key": f"{number:05d}", "number": number, "bits": bits} for number in range(1 << bits)]
    results = phases.run(context, f"semantic.{bits}", parts, f"{_HERE}:find", "partitions")
    return [name for result in results for name in result["files"]]


def find_centres(task: dict[str, Any]) -> dict[str, Any]:
    """The centres of a sample that is spread evenly over the documents: int8 [clusters, dims]."""
    from headwater.kernels import vectors as kernels

    folder, plan = Path(task["folder"]), task["plan"]
    step = max(1, -(-plan.num_documents // SAMPLE))
    found = [np.zeros((0, plan.config.semantic_dims), np.int8)]
    for shard in range(len(plan.names)):
        numbers = np.flatnonzero(copies.left(plan, folder, task["before"], shard))
        numbers = numbers[(numbers + plan.starts[shard]) % step == 0]
        found.append(rows.take(_vectors(plan, shard), numbers, np.int8))
    sample = np.concatenate(found)
    wanted = min(MAX_CLUSTERS, max(1, plan.num_documents // CLUSTER_DOCUMENTS), max(1, len(sample)))
    centres = sample[np.linspace(0, len(sample) - 1, wanted).astype(int)] if len(sample) else np.zeros((1, 64), np.int8)
    for _ in range(ROUNDS if len(sample) else 0):
        home = kernels.nearest(sample, centres)
        sums = np.zeros(centres.shape, np.int64)
        np.add.at(sums, home, sample)
        largest = np.abs(sums).max(axis=1, keepdims=True)
        moved = np.round(sums * 127 / np.maximum(largest, 1)).astype(np.int8)
        centres = np.where(largest > 0, moved, centres)
    with storage.open_atomic(folder / CENTRES) as handle:
        np.lib.format.write_array(handle, np.ascontiguousarray(centres), version=(1, 0), allow_pickle=False)
    return {"files": [CENTRES]}


def write_members(task: dict[str, Any]) -> dict[str, Any]:
    """The cluster of each document of a shard, by partition and rank; none of one without words."""
    from headwater.kernels import vectors as kernels

    folder, plan, shard, bits = Path(task["folder"]), task["plan"], task["shard"], task["bits"]
    centres = np.load(folder / CENTRES, allow_pickle=False)
    numbers = np.flatnonzero(copies.left(plan, folder, task["before"], shard))
    found = [np.zeros(0, MEMBER)]
    most = max(1024, plan.task_memory // 4 // MEMBER_BYTES)
    for start in range(0, len(numbers), most):
        some = numbers[start : start + most]
        read = rows.take(_vectors(plan, shard), some, np.int8)
        there = read.any(axis=1)
        members = np.zeros(int(there.sum()), MEMBER)
        members["cluster"], members["order"] = kernels.nearest(read[there], centres), some[there] + plan.starts[shard]
        found.append(members)
    members = np.concatenate(found)
    members["order"] = longest.ranks(plan, members["order"])
    members = members[np.argsort(members["order"], kind="stable")]
    name = _members(bits, plan.names[shard])
    sections.write_split(folder / name, members, members["cluster"].astype(np.int64) % (1 << bits), 1 << bits)
    return {"files": [name]}


def find(task: dict[str, Any]) -> dict[str, Any]:
    """The drops of the clusters of one partition."""
    from headwater.kernels import vectors as kernels

    folder, plan, number, bits = Path(task["folder"]), task["plan"], task["number"], task["bits"]
    state: dict[int, tuple[np.ndarray, int, list[np.ndarray]]] = {}
    found = [np.zeros(0, DROP)]
    for piece in _pieces(plan, folder, number, bits):
        order = np.argsort(piece["cluster"], kind="stable")
        sorted_piece, read = piece[order], _take(plan, piece["order"])[order]
        starts = np.flatnonzero(np.diff(sorted_piece["cluster"], prepend=-1))
        for first, end in zip(starts, [*starts[1:], len(piece)], strict=True):
            cluster, ranked = int(sorted_piece["cluster"][first]), sorted_piece["order"][first:end]
            leaders, filled, known = state.get(cluster) or (np.zeros((0, read.shape[1]), np.int8), 0, [])
            leaders = _room(leaders, filled, end - first)
            filled, which, values = kernels.alike(leaders, filled, read[first:end], plan.config.semantic_similarity)
            known.append(ranked[which < 0])
            dropped = which >= 0
            gone = longest.orders(plan, ranked[dropped])
            survivors = longest.orders(plan, np.concatenate(known)[which[dropped]])
            found.append(copies.drops(gone, survivors, STEP, values[dropped]))
            state[cluster] = (leaders, filled, known)
    drops = np.concatenate(found)
    name = f"{phases.WORK}/{STEP}/{bits}-{number:05d}.drops"
    copies.file_drops(plan, folder / name, drops)
    return {"files": [name], "rows": len(drops)}


def _room(leaders: np.ndarray, filled: int, more: int) -> np.ndarray:
    """Leaders with room for more, up to LEADERS: a leader keeps its place while they all fit."""
    wanted = min(LEADERS, filled + more)
    if len(leaders) >= wanted:
        return leaders
    wider = np.zeros((LEADERS if wanted > LEADERS // 2 else wanted, leaders.shape[1]), np.int8)
    wider[: len(leaders)] = leaders
    return wider


def _pieces(plan: Plan, folder: Path, number: int, bits: int) -> Iterator[np.ndarray]:
    most = max(1024, plan.task_memory // 4 // MEMBER_BYTES)
    files = [folder / _members(bits, name) for name in plan.names]
    return longest.by_rank(plan, files, number, MEMBER, most)


def _take(plan: Plan, ranked: np.ndarray) -> np.ndarray:
    return rows.of_documents(plan, _vectors, longest.orders(plan, ranked), np.int8, plan.config.semantic_dims)


def _vectors(plan: Plan, shard: int) -> Path:
    assert plan.fingerprints, "the stage `fingerprint` ran"
    return plan.fingerprints / vectors.FOLDER / f"{Path(plan.names[shard]).stem}.npy"


def _members(bits: int, shard: str) -> str:
    return f"{phases.WORK}/members.{bits}/{shard}.members"
