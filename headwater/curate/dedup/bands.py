"""Bands of MinHash signatures: the buckets that documents with an equal band share.

In: the fingerprints of the documents that earlier steps left. Out: a RECORD a band and document, in sections by the
first bits of its bucket, and the records of such a partition again, by rank (`longest`) and in pieces of a bounded
size. The `order` of such a record is the document's rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater.curate.dedup import copies, longest, rows, sections
from headwater.curate.dedup.plan import Plan, partition
from headwater.pipeline import phases

RECORD = np.dtype([("bucket", "<u8"), ("order", "<i8"), ("band", "u1")])
PIECE_BYTES = 1536  # of memory for a member that is compared: its signature, its record and what is drawn from it
PRIME, SPREAD = np.uint64(0x100000001B3), np.uint64(0xD6E8FEB86659FD93)


def buckets_of(signatures: np.ndarray, bands: int) -> np.ndarray:
    """The bucket of each band of signatures: uint64 [n, bands]; no two bands share one but by chance."""
    parts = signatures.reshape(len(signatures), bands, signatures.shape[1] // bands).astype(np.uint64)
    found = np.broadcast_to(np.arange(1, bands + 1, dtype=np.uint64) * SPREAD, parts.shape[:2])
    for row in range(parts.shape[2]):
        found = (found ^ parts[:, :, row]) * PRIME
        found = (found ^ (found >> np.uint64(29))) * SPREAD
    return found ^ (found >> np.uint64(32))


def records_of(signatures: np.ndarray, orders: np.ndarray, bands: int) -> np.ndarray:
    """A RECORD a band of each document; none of a document without tokens."""
    from headwater.kernels.minhash import EMPTY

    signed = (signatures != EMPTY).any(axis=1)
    found = np.zeros((int(signed.sum()), bands), RECORD)
    found["bucket"] = buckets_of(signatures[signed], bands)
    found["order"] = orders[signed][:, None]
    found["band"] = np.arange(bands)
    return found.reshape(-1)


def write_bands(task: dict[str, Any]) -> dict[str, Any]:
    """The buckets of a shard's documents, by partition, by rank."""
    folder, plan, shard, bits = Path(task["folder"]), task["plan"], task["shard"], task["bits"]
    numbers = np.flatnonzero(copies.left(plan, folder, task["before"], shard))
    most = max(1, plan.task_memory // 4 // PIECE_BYTES)
    found = [np.zeros(0, RECORD)]
    for start in range(0, len(numbers), most):
        some = numbers[start : start + most]
        signatures = rows.take(fingerprints(plan, shard), some, np.uint32)
        found.append(records_of(signatures, some + plan.starts[shard], plan.config.bands))
    records = np.concatenate(found)
    records["order"] = longest.ranks(plan, records["order"])
    records = records[np.argsort(records["order"], kind="stable")]
    name = _bands(bits, plan.names[shard])
    sections.write_split(folder / name, records, partition(records["bucket"], bits), 1 << bits)
    return {"files": [name]}


def pieces(plan: Plan, folder: Path, number: int, bits: int) -> Iterator[np.ndarray]:
    """The records of a partition by rank, as many at a time as the memory allows."""
    most = max(1024, plan.task_memory // 2 // PIECE_BYTES)
    waiting: list[np.ndarray] = []
    count = 0
    files = [folder / _bands(bits, name) for name in plan.names]
    for block in longest.by_rank(plan, files, number, RECORD, most):
        if count and count + len(block) > most:
            yield np.concatenate(waiting)
            waiting, count = [], 0
        waiting.append(block)
        count += len(block)
    if waiting:
        yield np.concatenate(waiting)


def signatures_of(plan: Plan, ranked: np.ndarray) -> np.ndarray:
    """The signatures of the documents of these ranks."""
    width = plan.config.bands * plan.config.rows
    return rows.of_documents(plan, fingerprints, longest.orders(plan, ranked), np.uint32, width)


def fingerprints(plan: Plan, shard: int) -> Path:
    assert plan.fingerprints, "the stage `fingerprint` ran"
    return plan.fingerprints / "fingerprints" / f"{Path(plan.names[shard]).stem}.npy"


def _bands(bits: int, shard: str) -> str:
    return f"{phases.WORK}/bands.{bits}/{shard}.bands"
