"""How a corpus lies before dedup: the order of its documents, its regions, and how many partitions the memory allows.

In: the shards of the annotations and the settings. Out: a Plan that every task carries. A document is called by its
order, its place among all documents from 0; a region is a run of shards, the unit in which results are filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headwater.curate.dedup.config import DedupConfig

MAX_REGIONS = 256
MAX_PARTITIONS = 4096
MIN_PARTITION_BYTES = 1 << 20  # a smaller one saves no memory: the process that works on it is larger by far
KEY_BYTES, RECORD_BYTES = 160, 160  # of a reducer's memory for each record: the record, its order, and what is matched

BYTES_PER_DOCUMENT = 17  # of all arrays that a task holds with an entry a document

KEY = np.dtype([("high", "<u8"), ("low", "<u8"), ("order", "<i8")])
DROP = np.dtype([("order", "<i8"), ("survivor", "<i8"), ("value", "<f8"), ("step", "u1"), ("indexed", "u1")])
# The order in which documents are dropped, and what each drop is called; a step's number is its place here.
REASONS = {
    "url": "dedup.url",
    "exact": "dedup.exact",
    "minhash": "dedup.minhash",
    "semantic": "dedup.semantic",
    "host": "cap.host",
    "cluster": "cap.cluster",
}
STEPS = tuple(REASONS)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`starts[i]` is the order of shard i's first document; `regions[r]` the first shard of region r."""

    config: DedupConfig
    folder: Path
    annotations: Path
    fingerprints: Path | None
    names: tuple[str, ...]
    starts: tuple[int, ...]
    regions: tuple[int, ...]
    workers: int

    @property
    def num_documents(self) -> int:
        return self.starts[-1]

    @property
    def num_regions(self) -> int:
        return len(self.regions) - 1

    @property
    def task_memory(self) -> int:
        """Bytes that one task may reckon with: a quarter of its part, the rest is for reading and sorting files."""
        return self.config.memory // (4 * max(1, self.workers))

    def region_edges(self) -> np.ndarray:
        """The order of the first document of each region, and the end."""
        return np.array([self.starts[shard] for shard in self.regions], np.int64)

    def region_of(self, orders: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.region_edges(), orders, side="right") - 1

    def region_of_shard(self, shard: int) -> int:
        return int(np.searchsorted(self.regions, shard, side="right")) - 1

    def shard_of(self, orders: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.array(self.starts), orders, side="right") - 1

    def bits(self, records: int, record_bytes: int) -> int:
        """Partitions for so many records are 2 to this power: the first bits of a key say which."""
        needed = max(1, records * record_bytes // max(self.task_memory, MIN_PARTITION_BYTES))
        return min(int(needed - 1).bit_length(), MAX_PARTITIONS.bit_length() - 1)


def regions_of(num_shards: int) -> tuple[int, ...]:
    step = max(1, -(-num_shards // MAX_REGIONS))
    return (*range(0, num_shards, step), num_shards)


def per_document(plan: Plan, path: Path, dtype: Any, value: Any) -> np.ndarray:
    """An array with an entry a document: in memory, or in a file that is gone with its last use."""
    if plan.num_documents * BYTES_PER_DOCUMENT <= plan.task_memory:
        return np.full(plan.num_documents, value, dtype)
    found = np.memmap(path, dtype, "w+", shape=(plan.num_documents,))
    path.unlink()
    found[:] = value
    return np.asarray(found)


def partition(keys: np.ndarray, bits: int) -> np.ndarray:
    """The partition of each 64-bit key: its first bits, so that partitions in order hold keys in order."""
    return (keys >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(keys), np.int64)
