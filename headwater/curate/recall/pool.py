"""The pool: documents whose n-grams lie in files, so that rounds read no text again.

In: `documents/NAME.parquet`. Out, a shard each: NAME.parquet of what a round must know of a row (ROWS), and its
features as raw arrays, which are mapped into memory and not read in.

A row's `fold` and `rank` follow from its text: copies are in one fold, so no model scores a text that it has seen; and
the rows of lowest rank are a random sample, the same however the documents are cut into shards.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import linear
from headwater.pipeline import phases

FOLDS = 4
FOLDER = f"{phases.WORK}/pool"
ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("source", pa.string()),
        ("title", pa.string()),
        ("rank", pa.uint64()),
        ("fold", pa.uint8()),
        ("relevant", pa.int8()),  # 1, 0, or -1 where nobody said
    ]
)
MAX_TITLE_CHARS = 80


def hashed(texts: Sequence[str], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(rank, fold) of each text: a random order and a part, both a hash of text and seed."""
    key = seed.to_bytes(8, "little")
    digests = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16, key=key).digest() for text in texts]
    numbers = np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2)
    return numbers[:, 0].astype(np.uint64), (numbers[:, 1] % FOLDS).astype(np.uint8)


def prepare_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write rows and features of one shard of documents."""
    config, labels = linear.LinearConfig(), task["labels"]
    columns = ["id", "text", "url", "source", "title", *(name.split(".")[0] for name in labels)]
    names = [f"{FOLDER}/{task['key']}{end}" for end in (".parquet", ".indptr", ".buckets", ".weights")]
    paths = [Path(task["folder"]) / name for name in names]
    indptr = [np.zeros(1, np.int64)]
    rows: list[pa.RecordBatch] = []
    with contextlib.ExitStack() as stack:
        buckets, weights = (stack.enter_context(storage.open_atomic(path)) for path in paths[2:])
        for batch in document.read_parquet(Path(task["shard"]), columns=list(dict.fromkeys(columns))):
            found = linear.features(batch.column("text"), config)
            buckets.write(found.buckets.astype("<u4", copy=False).tobytes())
            weights.write(found.weights.astype("<f4", copy=False).tobytes())
            indptr.append(found.indptr[1:] + indptr[-1][-1])
            rows.append(_rows(batch, labels, task["seed"]))
    storage.write_bytes(paths[1], np.concatenate(indptr).astype("<i8").tobytes())
    document.write_parquet(paths[0], rows, ROWS)
    return {"files": names, "rows": sum(batch.num_rows for batch in rows)}


def _rows(batch: pa.RecordBatch, labels: Mapping[str, Sequence[str]], seed: int) -> pa.RecordBatch:
    rank, fold = hashed([text or "" for text in batch.column("text").to_pylist()], seed)
    relevant = np.full(batch.num_rows, 1 if labels else -1, np.int8)
    for name, values in labels.items():
        relevant &= np.isin(np.array(_values(batch, name), dtype=object), list(values)).astype(np.int8)
    titles = [(title or "")[:MAX_TITLE_CHARS] for title in batch.column("title").to_pylist()]
    given = [[value or "" for value in batch.column(name).to_pylist()] for name in ("id", "url", "source")]
    arrays = [*given, titles, rank, fold, relevant]
    columns = [pa.array(values, field.type) for values, field in zip(arrays, ROWS, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=ROWS)


def _values(batch: pa.RecordBatch, name: str) -> list[str]:
    column, _, key = name.partition(".")
    values = batch.column(column).to_pylist()
    return [dict(value or ()).get(key, "") for value in values] if key else [value or "" for value in values]


class Pool:
    """Every row of the pool. `rows` is in memory (ROWS); features are mapped from their files."""

    def __init__(self, folder: Path, keys: Sequence[str], threads: int) -> None:
        self.threads = threads
        tables = [pq.read_table(folder / FOLDER / f"{key}.parquet") for key in keys]
        self.rows = pa.concat_tables(tables)
        self.ends = np.cumsum([0, *(table.num_rows for table in tables)])
        self.rank = self.rows["rank"].to_numpy()
        self.fold = self.rows["fold"].to_numpy().astype(np.int64)
        self._shards = [_mapped(folder / FOLDER, key) for key in keys]

    def __len__(self) -> int:
        return self.rows.num_rows

    def take(self, rows: np.ndarray) -> linear.Features:
        """The features of chosen rows, which must be in order."""
        cuts = np.searchsorted(rows, self.ends)
        parts = [
            shard.take(rows[low:high] - start)
            for shard, start, low, high in zip(self._shards, self.ends, cuts[:-1], cuts[1:], strict=False)
            if high > low
        ]
        return linear.concat(parts)

    def logits(self, models: Sequence[linear.LinearModel]) -> np.ndarray:
        """The log-odds of every row, by the model of its fold."""
        which = [self.fold[low:high] for low, high in zip(self.ends[:-1], self.ends[1:], strict=True)]
        with ThreadPoolExecutor(self.threads) as threads:
            parts = list(
                threads.map(lambda pair: linear.logits_of(models, *pair), zip(self._shards, which, strict=True))
            )
        return np.concatenate(parts) if parts else np.empty(0, np.float32)


def _mapped(folder: Path, key: str) -> linear.Features:
    def array(end: str, dtype: str) -> np.ndarray:
        path = folder / f"{key}{end}"
        return np.memmap(path, dtype, "r") if path.stat().st_size else np.empty(0, dtype)

    return linear.Features(
        indptr=np.fromfile(folder / f"{key}.indptr", "<i8"),
        buckets=array(".buckets", "<u4"),
        weights=array(".weights", "<f4"),
    )
