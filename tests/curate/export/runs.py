"""A curated run by hand: documents, what was decided of them, manifests and a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document, storage
from headwater.pipeline import ledger, manifest, selection
from headwater.pipeline.manifest import Manifest

PARTS = ("train", "train", "heldout", "rejected")


def rows_of(shard: int, count: int, **fields: Any) -> list[dict[str, Any]]:
    """Documents whose place says their part: PARTS in turn."""
    rows = []
    for index in range(count):
        text = f"文档 {shard}-{index}，第 {index} 篇。"
        row = {"id": f"d{shard}-{index}", "text": text, "url": f"https://host{index % 3}.example/{shard}/{index}"}
        row |= {"source": "web", "license": "CC-BY-4.0", "lang": "und", "domain": "general", "kind": "general"}
        row |= {"fetched_at": f"2026-01-{index % 28 + 1:02d}T00:00:00Z", "meta": {"b": "2", "a": "1"}}
        rows.append(row | fields)
    return rows


def write_run(folder: Path, shards: list[list[dict[str, Any]]], **stages: dict[str, Any]) -> Path:
    """A run folder of these shards. `stages`: manifest figures of a stage, and `fields` among them."""
    for number, rows in enumerate(shards):
        name = f"000-{number:05d}.parquet"
        document.write_parquet(folder / "acquire" / "documents" / name, document.batches_of(rows))
        parts = [PARTS[index % len(PARTS)] for index in range(len(rows))]
        values = {"id": [row["id"] for row in rows], "part": parts, "channel": ["zh-general"] * len(rows)}
        values |= {"lang": ["zh"] * len(rows), "kind": [row["kind"] for row in rows]}
        values |= {"domain": [row["domain"] for row in rows], "text_bytes": [len(row["text"].encode()) for row in rows]}
        columns = [pa.array(values[field.name], field.type) for field in selection.SPLIT_SCHEMA]
        batch = pa.record_batch(columns, schema=selection.SPLIT_SCHEMA)
        document.write_parquet(folder / "split" / "split" / name, [batch], selection.SPLIT_SCHEMA)
    counts = {"in": 10, "kept": 8, "rejected": {"gopher.num_words": 1, "dedup.exact": 1}}
    for stage in dict.fromkeys(("acquire", *stages, "curate", "split")):
        finish(folder, stage, stages.get(stage, {"counts": counts} if stage == "curate" else {}))
    (folder / "recipe.resolved.yaml").write_text('name: "r"\nsources:\n  - files:\n      paths: ["a"]\n', "utf-8")
    return folder


def finish(folder: Path, stage: str, figures: dict[str, Any]) -> None:
    """A manifest and a line of the ledger."""
    figures = dict(figures)
    fields = figures.pop("fields", {})
    storage.make_folder(folder / stage)
    files = manifest.describe_files(folder / stage)
    content = manifest.content_digest(files)
    made = Manifest(stage=stage, version=1, digest=storage.value_digest(stage), content=content, inputs={},
                    fields=fields, figures=figures, files=files)  # fmt: skip
    manifest.write(folder / stage, made)
    ledger.record(folder, "done", stage, digest=made.digest)
