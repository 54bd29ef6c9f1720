"""The stage `fingerprint`: MinHash signatures, and vectors where semantic near-duplicates are looked for.

In: the documents and `annotations/NAME.parquet` (source code has other tokens than prose). Out, row for row:
`fingerprints/NAME.npy`, uint32 [rows, bands * rows of a band], every value kernels.minhash.EMPTY where a document has
no token; and `vectors/NAME.npy` (see curate.dedup.vectors). Plain arrays, so that one row is read without the others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import annotate
from headwater.curate.dedup import vectors
from headwater.curate.dedup.config import DedupConfig
from headwater.kernels.arrow import text_buffers
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "fingerprints"
CODE = "code"
BATCH_ROWS = 256  # texts that are signed at once
_HERE = "headwater.curate.fingerprint"


def run(context: Context) -> dict[str, Any]:
    """Sign every shard; a task a shard. The stage's config is CurateConfig.dedup."""
    config: DedupConfig = context.config
    annotations = context.input("annotate") / annotate.FOLDER
    tasks = [
        {
            "key": path.stem,
            "shard": str(path),
            "annotations": str(annotations / path.name),
            "weight": pq.read_metadata(path).num_rows,
            "config": config,
        }
        for path in shards(context.documents())
    ]
    if config.minhash:
        phases.run(context, "sign", tasks, f"{_HERE}:sign_shard", "documents")
    if config.semantic:
        vectors.run(context, tasks)
    rows = sum(task["weight"] for task in tasks)
    return {"counts": {"in": rows, "kept": rows, "rejected": {}}}


def sign_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write the signatures of one shard, a batch at a time."""
    from headwater.kernels.minhash import EMPTY

    config: DedupConfig = task["config"]
    shard = Path(task["shard"])
    name = f"{FOLDER}/{shard.stem}.npy"
    labels = pq.read_table(task["annotations"], columns=["lang", "injected"])
    is_code = pc.equal(labels["lang"], CODE).combine_chunks().to_numpy(zero_copy_only=False).astype(bool)
    told = labels["injected"].combine_chunks().to_numpy(zero_copy_only=False)
    start = 0
    with storage.open_atomic(Path(task["folder"]) / name) as handle:
        write_header(handle, (task["weight"], config.bands * config.rows), np.uint32)
        for batch in document.read_parquet(shard, columns=["text"], max_rows=BATCH_ROWS):
            texts, signs = batch.column("text"), is_code[start : start + batch.num_rows]
            signatures = sign(texts, signs, config)
            signatures[told[start : start + batch.num_rows]] = EMPTY  # near-copies by design: a fact told often
            handle.write(np.ascontiguousarray(signatures).view(np.uint8).data)
            start += batch.num_rows
    return {"files": [name]}


def sign(texts: pa.Array, signs: np.ndarray, config: DedupConfig) -> np.ndarray:
    """The signatures of texts: uint32 [n, bands * rows]."""
    from headwater.kernels import minhash

    return minhash.signatures(
        *text_buffers(texts), signs,
        words=config.ngram_words, chars=config.ngram_chars, bands=config.bands, rows=config.rows,
    )  # fmt: skip


def write_header(handle: Any, shape: tuple[int, ...], dtype: Any) -> None:
    """The head of a .npy file whose rows follow."""
    described = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(handle, described)
