"""Which of two documents alike comes first, and so stays: the earlier one, or with `keep: longest` the longer one.

In: the sizes of all documents in bytes of UTF-8. Out: the rank of every document, the longest first and equals in
document order, and the document of every rank; files of 8 bytes a document. Every step walks documents by rank and
keeps the first of what is alike, so what one step leaves is the longest before the next one looks. With `keep: first`
ranks are orders, and there are no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.curate.dedup import copies, sections
from headwater.curate.dedup.plan import Plan, per_document
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

RANKS, ORDERS = f"{phases.WORK}/ranks", f"{phases.WORK}/orders"
_HERE = "headwater.curate.dedup.longest"


def run(context: Context, plan: Plan) -> None:
    """Write the ranks, where they are asked for."""
    if _ranked(plan):
        phases.run(context, "ranks", [{"key": "all", "plan": plan}], f"{_HERE}:write_ranks", "tasks")


def ranks(plan: Plan, orders: np.ndarray) -> np.ndarray:
    """The rank of each of these documents."""
    return _read(plan, RANKS, orders)


def orders(plan: Plan, ranked: np.ndarray) -> np.ndarray:
    """The document of each of these ranks."""
    return _read(plan, ORDERS, ranked)


def write_ranks(task: dict[str, Any]) -> dict[str, Any]:
    """Rank all documents by counting how many there are of each size: a shard in memory at a time."""
    folder, plan = Path(task["folder"]), task["plan"]
    sizes, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for shard in range(len(plan.names)):
        found, more = np.unique(_sizes(plan, shard), return_counts=True)
        sizes, where = np.unique(np.concatenate([sizes, found]), return_inverse=True)
        counts = np.bincount(where, np.concatenate([counts, more])).astype(np.int64)
    following = np.cumsum(counts[::-1])[::-1] - counts  # the next rank of each size
    scratch = storage.make_folder(folder / phases.WORK / "scratch")
    holders = per_document(plan, scratch / "orders", np.int64, 0)
    with storage.open_atomic(folder / RANKS) as handle:
        for shard, start in enumerate(plan.starts[:-1]):
            which = np.searchsorted(sizes, _sizes(plan, shard))
            by_size = np.argsort(which, kind="stable")
            many = np.bincount(which, minlength=len(sizes))
            within = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
            ranked = np.empty(len(which), np.int64)
            ranked[by_size] = following[which[by_size]] + within
            following += many
            holders[ranked] = np.arange(start, start + len(ranked))
            handle.write(ranked.view(np.uint8).data)
    with storage.open_atomic(folder / ORDERS) as handle:
        for start in range(0, len(holders), 1 << 20):
            handle.write(holders[start : start + (1 << 20)].view(np.uint8).data)
    return {"files": [RANKS, ORDERS]}


def by_rank(plan: Plan, files: list[Path], section: int, dtype: np.dtype, most: int) -> Iterator[np.ndarray]:
    """The records of a section of a file a shard, whose `order` is a rank, in that order and some at a time.

    Each file must hold its records in that order. Memory: `most` records, or a quarter of a task's memory.
    """
    if not _ranked(plan):
        for path in files:
            yield from sections.blocks(path, section, dtype, most)
        return
    held = plan.task_memory // 4 // dtype.itemsize // max(1, len(files))
    for merged in _merged(files, section, dtype, max(64, held)):
        yield from (merged[start : start + most] for start in range(0, len(merged), most))


def _merged(files: list[Path], section: int, dtype: np.dtype, size: int) -> Iterator[np.ndarray]:
    """Records of all files, merged: up to the least rank that a file was read to, and again."""
    open_files = [(path, 0, np.zeros(0, dtype)) for path in files]
    while open_files:
        blocks = []
        for path, read, block in open_files:
            if not len(block):
                block = sections.read(path, section, dtype, read, size)
                read = read + len(block) if len(block) == size else -1  # -1: there is no more
            if len(block):
                blocks.append((path, read, block))
        bound = min((int(block["order"][-1]) for _, read, block in blocks if read >= 0), default=None)
        open_files, parts = [], [np.zeros(0, dtype)]
        for path, read, block in blocks:
            end = len(block) if bound is None else int(np.searchsorted(block["order"], bound, side="right"))
            parts.append(block[:end])
            if end < len(block) or read >= 0:
                open_files.append((path, read, block[end:]))
        merged = np.concatenate(parts)
        yield merged[np.argsort(merged["order"], kind="stable")]


def _sizes(plan: Plan, shard: int) -> np.ndarray:
    return copies.columns(plan, shard, ["text_bytes"])["text_bytes"].to_numpy()


def _ranked(plan: Plan) -> bool:
    return plan.config.keep == "longest" and plan.num_documents > 0


def _read(plan: Plan, name: str, places: np.ndarray) -> np.ndarray:
    if not _ranked(plan) or not len(places):
        return places
    return np.asarray(np.memmap(plan.folder / name, np.int64, "r")[places])
