"""The stage `diversity`: a bounded sample of texts of each language, the same whatever is decided later.

In: `documents/NAME.parquet` and `annotations/NAME.parquet`. Out: `sample.parquet` (SCHEMA): of each language the
documents that come first in the draw of the seed, in that order, with the first characters of each. The verdicts are
no input: figures of the kept ones come from the rows of the sample that were kept, so a changed threshold reads
nothing but this file.
Steps: draw the first of each shard (map) → of these the first of all (reduce).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document
from headwater.curate.diversity import caps
from headwater.curate.diversity.config import DiversityConfig
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FILE = "sample.parquet"
MOST_LANGUAGES = 12  # the commonest; the others are `other`
OTHER = "other"
SCHEMA = pa.schema(
    [
        ("shard", pa.string()),  # the name of the documents' file
        ("row", pa.int64()),
        ("id", pa.string()),
        ("lang", pa.string()),
        ("place", pa.uint64()),  # in the draw
        ("text", pa.large_string()),
    ]
)
_HERE = "headwater.curate.diversity.sample"


def run(context: Context) -> dict[str, Any]:
    """Draw the sample."""
    config: DiversityConfig = context.config
    annotations = context.input("annotate") / "annotations"
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": pq.read_metadata(path).num_rows, "config": config}
        | {"annotations": str(annotations / path.name), "seed": context.seed}
        for path in shards(context.documents())
    ]
    phases.run(context, "draw", tasks, f"{_HERE}:draw_shard", "documents")
    names = [Path(task["shard"]).name for task in tasks]
    join = [{"key": "join", "shards": names, "config": config}]
    joined = phases.run(context, "join", join, f"{_HERE}:join_draws")[0]
    rows = sum(task["weight"] for task in tasks)
    return {"counts": {"in": rows, "kept": rows, "rejected": {}}, "sampled": joined["rows"]}


def draw_shard(task: dict[str, Any]) -> dict[str, Any]:
    """The documents of one shard that may be in the sample."""
    shard, config = Path(task["shard"]), task["config"]
    table = pq.read_table(task["annotations"], columns=["id", "lang"])
    if table.num_rows != pq.read_metadata(shard).num_rows:
        raise HeadwaterError("damaged_file", "has other rows than its annotations", where=str(shard))
    place = caps.order(table["id"].to_pylist(), task["seed"])
    langs = np.array(table["lang"].to_pylist(), object)
    chosen = np.flatnonzero(first_of_each(langs, place, config.sample_documents))

    def batches() -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in document.read_parquet(shard, columns=["id", "text"]):
            rows = chosen[(chosen >= start) & (chosen < start + batch.num_rows)]
            if len(rows):
                yield _drawn(batch, rows, start, shard.name, langs, place, config.sample_chars)
            start += batch.num_rows

    name = _aside(shard.name)
    rows = document.write_parquet(Path(task["folder"]) / name, batches(), SCHEMA)
    return {"files": [name], "rows": rows}


def _drawn(
    batch: pa.RecordBatch, rows: np.ndarray, start: int, shard: str, langs: np.ndarray, place: np.ndarray, chars: int
) -> pa.RecordBatch:
    own = batch.take(pa.array(rows - start))
    texts = [(text or "")[:chars] for text in own.column("text").to_pylist()]
    columns = [
        pa.array([shard] * len(rows), pa.string()),
        pa.array(rows, pa.int64()),
        own.column("id").cast(pa.string()),
        pa.array(langs[rows].tolist(), pa.string()),
        pa.array(place[rows], pa.uint64()),
        pa.array(texts, pa.large_string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def first_of_each(langs: np.ndarray, place: np.ndarray, number: int) -> np.ndarray:
    """A mask of the first `number` of each language in the draw."""
    return ~caps.over_count(caps.groups(f"lang {lang}" for lang in langs), place, number) & (number > 0)


def join_draws(task: dict[str, Any]) -> dict[str, Any]:
    """The first of each language over all shards, in the order of language and draw."""
    folder, number = Path(task["folder"]), task["config"].sample_documents
    found: pa.Table | None = None
    for shard in task["shards"]:
        table = pq.read_table(folder / _aside(shard))
        found = table if found is None else pa.concat_tables([found, table])
        place = found["place"].to_numpy()
        mask = first_of_each(np.array(found["lang"].to_pylist(), object), place, number)
        found = found.filter(pa.array(mask))
    table = found if found is not None else SCHEMA.empty_table()
    table = _with_few_languages(table).sort_by([("lang", "ascending"), ("place", "ascending"), ("id", "ascending")])
    mask = first_of_each(np.array(table["lang"].to_pylist(), object), table["place"].to_numpy(), number)
    table = table.filter(pa.array(mask))
    document.write_parquet(folder / FILE, table.to_batches(), SCHEMA)
    return {"files": [FILE], "rows": table.num_rows}


def _with_few_languages(table: pa.Table) -> pa.Table:
    langs = np.array(table["lang"].to_pylist(), object)
    names, counts = np.unique(langs.astype(str), return_counts=True)
    kept = set(names[np.lexsort((names, -counts))][:MOST_LANGUAGES].tolist())
    values = pa.array([lang if lang in kept else OTHER for lang in langs.tolist()], pa.string())
    return table.set_column(table.schema.get_field_index("lang"), "lang", values)


def _aside(shard: str) -> str:
    return f"{phases.WORK}/drawn/{shard}"
