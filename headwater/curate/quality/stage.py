"""The stage `quality`: a score for every document, and which ones are kept.

In: `documents/NAME.parquet` of the acquire stage; languages from `annotations/NAME.parquet` where that stage is an
input too. Out: `scores/NAME.parquet` (score, kept, lang), row for row, and `thresholds.json`; with `positive` and
`negative` files, the model in `model/` as well.
Steps: train, if no model is given → score every shard (map) → find the thresholds (reduce) → decide (map).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate.quality import apply, folder
from headwater.curate.quality.config import QualityConfig, TrainingConfig
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.stage import Context, shards

FOLDER = "scores"
SCHEMA = pa.schema([("score", pa.float32()), ("kept", pa.bool_()), ("lang", pa.string())])
_HERE = "headwater.curate.quality.stage"


def run(context: Context) -> dict[str, Any]:
    """Score and decide. Raises HeadwaterError unknown_name, unreadable_input, foreign_version or damaged_file."""
    config: QualityConfig = context.config
    model = Path(config.model) if config.model else _trained(context, config)
    card = folder.load(model)[1]  # a damaged model is found before any work
    paths = shards(context.documents())
    annotations = str(context.inputs.get("annotate", ""))
    tasks = [
        {"key": path.stem, "shard": str(path), "weight": pq.read_metadata(path).num_rows}
        | {"model": str(model), "annotations": annotations}
        for path in paths
    ]
    phases.run(context, "score", tasks, f"{_HERE}:score_shard", "documents")
    aside = [context.folder / _aside(path.name) for path in paths]
    found = apply.cut(aside, config.keep_share, config.min_score, config.per)
    report = {"keep_share": config.keep_share, "min_score": config.min_score, "per": config.per, "groups": found}
    storage.write_json(context.folder / "thresholds.json", report | {"model": card["files"][folder.WEIGHTS]})
    choices = [task | {"found": found, "per": config.per} for task in tasks]
    results = phases.run(context, "choose", choices, f"{_HERE}:choose_in_shard", "documents")
    rows, kept = (sum(result[name] for result in results) for name in ("rows", "kept"))
    return {"counts": {"in": rows, "kept": rows, "rejected": {}}, "chosen": kept, "thresholds": found}


def _trained(context: Context, config: QualityConfig) -> Path:
    """The folder of a model trained from the files that the recipe names; one that is whole is not trained again."""
    from headwater.curate.quality.command import train_from_files

    place = context.folder / "model"
    try:
        folder.load(place)
    except HeadwaterError:
        positive, negative = list(config.positive), list(config.negative)
        train_from_files(positive, negative, place, TrainingConfig(), context.seed)
    return place


def score_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Scores and languages of one documents shard."""
    model = folder.load(Path(task["model"]))[0]
    shard = Path(task["shard"])
    langs = _languages(task["annotations"], shard.name)

    def batches() -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in document.read_parquet(shard, columns=["id", "text", "lang"]):
            if langs is not None:
                own = langs.slice(start, batch.num_rows)
                start += batch.num_rows
                batch = batch.set_column(2, "lang", own.combine_chunks())
            yield apply.score_batch(model, batch)

    name = _aside(shard.name)
    rows = document.write_parquet(Path(task["folder"]) / name, batches(), apply.SCHEMA)
    if langs is not None and len(langs) != rows:
        raise HeadwaterError("damaged_file", "has other rows than its annotations", where=str(shard))
    return {"files": [name], "rows": rows}


def _languages(annotations: str, name: str) -> pa.ChunkedArray | None:
    """The languages that the stage `annotate` found for a shard, or None where it is no input."""
    return pq.read_table(Path(annotations) / "annotations" / name, columns=["lang"])["lang"] if annotations else None


def choose_in_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Write score, verdict and language of one shard's documents."""
    folder_, shard = Path(task["folder"]), Path(task["shard"])
    kept = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal kept
        for batch in document.read_parquet(folder_ / _aside(shard.name)):
            chosen = apply.kept_rows(batch, task["found"], task["per"])
            kept += int(chosen.sum())
            columns = [batch.column("score"), pa.array(chosen, pa.bool_()), batch.column("lang")]
            yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    name = f"{FOLDER}/{shard.name}"
    rows = document.write_parquet(folder_ / name, batches(), SCHEMA)
    return {"files": [name], "rows": rows, "kept": kept}


def fingerprint(config: QualityConfig) -> dict[str, Any]:
    """What the stage's digest must know of files outside the run: the model's digest, or the examples' contents."""
    if config.model:
        return {"model": folder.read_card(Path(config.model))["files"][folder.WEIGHTS]}
    given = {"positive": config.positive, "negative": config.negative}
    return {name: [storage.file_digest(path) for path in document.expand(paths)] for name, paths in given.items()}


def _aside(shard: str) -> str:
    return f"{phases.WORK}/scored/{shard}"
