"""A packed corpus, made by the real stages from documents in Chinese, English and code."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document
from headwater.pack import build
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.selection import SPLIT_SCHEMA
from headwater.pipeline.stage import Context, Stage
from headwater.tokenizer import train
from tests.tokenizer.made import rows, tokenizer

SHARD_ROWS = 11


def corpus(folder: Path, given: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Write `acquire`, `split` and `tokenizer` below `folder`; the documents, each with its part and channel."""
    given = given or rows(40)
    for place, row in enumerate(given):
        row["part"] = "heldout" if place % 7 == 3 else "rejected" if place % 7 == 5 else "train"
        row["channel"] = document.channel(row["lang"], row["kind"], row["domain"])
    for shard in range(0, len(given), SHARD_ROWS):
        part = given[shard : shard + SHARD_ROWS]
        name = f"000-00000-{shard // SHARD_ROWS:04d}.parquet"
        document.write_parquet(folder / "acquire/documents" / name, document.batches_of(part, max_rows=4))
        decided = [
            {key: row.get(key) for key in SPLIT_SCHEMA.names} | {"text_bytes": len(row["text"].encode())}
            for row in part
        ]
        document.write_parquet(
            folder / "split/split" / name, [pa.RecordBatch.from_pylist(decided, schema=SPLIT_SCHEMA)], SPLIT_SCHEMA
        )
    train.save(folder / "tokenizer", tokenizer())
    return given


def context_of(folder: Path, name: str = "pack", engine: Any = None, config: Any = None) -> Context:
    inputs_of = ("acquire", "split", "tokenizer")
    stage = Stage(name="pack", version=1, function="headwater.pack.build:run", config=config, inputs=inputs_of)
    inputs = {name: folder / name for name in stage.inputs}
    report = Reporter(out=io.StringIO())
    return Context(
        stage=stage, folder=folder / name, inputs=inputs, seed=7, engine=engine or LocalEngine(1), report=report
    )


def packed(folder: Path, given: list[dict[str, Any]] | None = None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The corpus and the figures of the `pack` stage run over it."""
    documents = corpus(folder, given)
    return documents, build.run(context_of(folder))
