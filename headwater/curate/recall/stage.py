"""The stage `recall`: which documents are like those of a seed.

In: `documents/NAME.parquet` of the acquire stage, and the seed's files. Out: `recalled/NAME.parquet` (score, recalled,
round), row for row; `rounds.json`, a line a round; `review.tsv`, which a person may edit and give back as `review`.
Steps: the n-grams of every document into files (map) → rounds over these → a table a shard.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import linear
from headwater.curate.recall import review, rounds, seeds
from headwater.curate.recall.config import RecallConfig
from headwater.curate.recall.pool import Pool
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.engine.local import available_cores
from headwater.pipeline.stage import Context, shards

FOLDER = "recalled"
SCHEMA = pa.schema([("score", pa.float32()), ("recalled", pa.bool_()), ("round", pa.int8())])
MAX_THREADS = 8


def run(context: Context) -> dict[str, Any]:
    """Recall by the recipe. Raises HeadwaterError empty_corpus, unknown_name or unreadable_input."""
    edits = review.read_edits(Path(context.config.review)) if context.config.review else {}
    found = recall(context, edits, None)
    count = len(found.recalled)  # every row stays: the verdicts say later what becomes of it
    counts = {"in": count, "kept": count, "rejected": {}}
    return {"counts": counts, "recalled": int(found.recalled.sum()), "rounds": found.rounds}


def recall(context: Context, edits: dict[str, str], labels: Mapping[str, bool] | None) -> rounds.Found:
    """Recall, by given edits; `labels` by id stand in place of the columns that the settings name."""
    config: RecallConfig = context.config
    seed = seeds.read(config, context.seed)
    paths = shards(context.documents())
    columns = {} if labels is not None else dict(config.labels)
    linear.features(["warm"], linear.LinearConfig())  # compiled once, before workers want it
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": pq.read_metadata(path).num_rows}
        | {"labels": columns, "seed": context.seed}
        for path in paths
    ]
    phases.run(context, "features", tasks, "headwater.curate.recall.pool:prepare_shard", "documents")
    pool = Pool(context.folder, [path.stem for path in paths], min(MAX_THREADS, available_cores()))
    if not len(pool):
        raise HeadwaterError("empty_corpus", "there is no document to recall from", mend="name documents for the pool")
    found = rounds.run(seed, pool, config, edits, _labels(pool, labels), context.seed, context.report)
    _write(context, found, pool, [path.stem for path in paths], edits)
    return found


def _labels(pool: Pool, labels: Mapping[str, bool] | None) -> np.ndarray:
    if labels is None:
        return pool.rows["relevant"].to_numpy()
    return np.array([int(labels[i]) if i in labels else -1 for i in pool.rows["id"].to_pylist()], np.int8)


def _write(context: Context, found: rounds.Found, pool: Pool, names: list[str], edits: dict[str, str]) -> None:
    at = found.cut if np.isfinite(found.cut) else 0.0
    scores = linear.probabilities(found.scores - np.float32(at))  # so that one half is the cut
    for name, low, high in zip(names, pool.ends[:-1], pool.ends[1:], strict=True):
        values = (scores[low:high], found.recalled[low:high], found.since[low:high])
        columns = [pa.array(column, field.type) for column, field in zip(values, SCHEMA, strict=True)]
        batch = pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
        document.write_parquet(context.folder / FOLDER / f"{name}.parquet", [batch], SCHEMA)
    storage.write_json(context.folder / "rounds.json", found.rounds)
    review.write(context.folder / "review.tsv", found.sites, edits)
