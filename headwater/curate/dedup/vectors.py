"""Vectors of documents, from the words they use: for semantic near-duplicates, without a model.

In: the tasks of the stage `fingerprint`. Out: `vectors/NAME.npy`, int8 [rows, dims], row for row the documents.
Steps: count in how many of a sample of documents each hashed word (or pair of characters) occurs (map) → weigh each by
how rare it is (reduce) → project the weighed words of each document (map).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import document, storage
from headwater.curate.dedup.config import DedupConfig
from headwater.kernels.arrow import text_buffers
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

FOLDER = "vectors"
MAX_CHARS = 100_000  # of a document that are read
BITS = 18  # of a hashed word
SAMPLE = 50_000  # documents whose words are counted
WEIGHTS = f"{phases.WORK}/weights.npy"
_HERE = "headwater.curate.dedup.vectors"


def run(context: Context, tasks: list[dict[str, Any]]) -> None:
    """Write the vectors of every shard. `tasks`: a task a shard, with `shard`, `config` and `weight`."""
    step = max(1, -(-sum(task["weight"] for task in tasks) // SAMPLE))
    counted = [task | {"step": step} for task in tasks]
    phases.run(context, "words", counted, f"{_HERE}:count_shard", "documents")
    names = [task["key"] for task in tasks]
    phases.run(context, "weights", [{"key": "all", "names": names}], f"{_HERE}:weigh", "tasks")
    phases.run(context, "vectors", tasks, f"{_HERE}:project_shard", "documents")


def words(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(indptr, buckets, counts) of the words of texts, and of pairs of characters where words are not spaced."""
    from headwater.kernels.ngrams import count_ngrams

    return count_ngrams(*text_buffers(texts), max_chars=MAX_CHARS, words=1, chars=2, bits=BITS)


def count_shard(task: dict[str, Any]) -> dict[str, Any]:
    """In how many sampled documents of a shard each word occurs; the last entry is the number of documents."""
    found = np.zeros((1 << BITS) + 1, np.int64)
    start = 0
    for batch in document.read_parquet(Path(task["shard"]), columns=["text"]):
        chosen = np.flatnonzero((np.arange(batch.num_rows) + start) % task["step"] == 0)
        _, buckets, _ = words(batch.column("text").take(pa.array(chosen)))
        found[:-1] += np.bincount(buckets, minlength=1 << BITS)
        found[-1] += len(chosen)
        start += batch.num_rows
    name = _counts(task["key"])
    _save(Path(task["folder"]) / name, found)
    return {"files": [name]}


def weigh(task: dict[str, Any]) -> dict[str, Any]:
    """The weight of each word: the logarithm of how rare it is."""
    folder = Path(task["folder"])
    found = np.zeros((1 << BITS) + 1, np.int64)
    for name in task["names"]:
        found += np.load(folder / _counts(name), allow_pickle=False)
    _save(folder / WEIGHTS, np.round(np.log((found[-1] + 1) / (found[:-1] + 0.5)), 6))
    return {"files": [WEIGHTS]}


def project_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write the vectors of one shard."""
    from headwater.curate.fingerprint import write_header
    from headwater.kernels import vectors

    config: DedupConfig = task["config"]
    folder = Path(task["folder"])
    weights = np.load(folder / WEIGHTS, allow_pickle=False)
    name = f"{FOLDER}/{task['key']}.npy"
    with storage.open_atomic(folder / name) as handle:
        write_header(handle, (task["weight"], config.semantic_dims), np.int8)
        for batch in document.read_parquet(Path(task["shard"]), columns=["text"]):
            found = vectors.project(*words(batch.column("text")), weights, config.semantic_dims)
            handle.write(found.view(np.uint8).data)
    return {"files": [name]}


def _save(path: Path, array: np.ndarray) -> None:
    with storage.open_atomic(path) as handle:
        np.lib.format.write_array(handle, array, version=(1, 0), allow_pickle=False)


def _counts(key: str) -> str:
    return f"{phases.WORK}/words/{key}.npy"
