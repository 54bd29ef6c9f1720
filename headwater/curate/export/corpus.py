"""Which of a run's folders are its curated corpus, and its documents joined with what was decided of them.

In: a run folder. Out: a Corpus, and record batches of one part (train or heldout) in document order: the document's
columns, its channel, and its quality where that was scored. Every text is that of the last stage that changed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.errors import HeadwaterError
from headwater.pipeline import ledger, manifest
from headwater.pipeline.manifest import Manifest
from headwater.pipeline.selection import DECIDED
from headwater.pipeline.stage import shards

TEXT_STAGES = ("spans", "clean", "acquire")  # the last that changed a text comes first
FINISHED = ("done", "reuse")
RECIPE, ENVIRONMENT = "recipe.resolved.yaml", "environment.json"
# `meta` as JSON text: a map column is what many readers of data sets cannot load
SCHEMA = pa.schema(
    [field if field.name != "meta" else pa.field("meta", pa.string()) for field in document.SCHEMA]
    + [("channel", pa.string()), ("quality", pa.float32())]
)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A run's finished stages that the corpus was made by, each with its manifest. `texts`: the one that has them."""

    run: Path
    texts: str
    stages: dict[str, Manifest] = field(default_factory=dict)

    @property
    def documents(self) -> Path:
        return self.run / self.texts / "documents"

    @property
    def splits(self) -> list[Path]:
        return shards(self.run / "split" / "split")

    def key(self) -> str:
        """A digest of everything that the documents follow from."""
        return storage.value_digest({name: found.content for name, found in sorted(self.stages.items())})


def find(run: Path) -> Corpus:
    """The corpus of a run. Raises HeadwaterError unknown_name when it is not curated yet, or damaged_file."""
    events = [row for row in ledger.rows(run) if row.get("event") in FINISHED]
    names = [str(row.get("stage", "")) for row in events]
    ends = [place for place, name in enumerate(names) if name == "split"]
    starts = [place for place, name in enumerate(names) if name == "acquire" and ends and place < ends[-1]]
    if not ends or not starts or not (run / "split").is_dir():
        mend = "make its corpus first: `headwater run RECIPE --until split`"
        raise HeadwaterError("unknown_name", "this run is not curated yet", where=str(run), mend=mend)
    live = list(dict.fromkeys(names[starts[-1] : ends[-1] + 1]))
    stages = {name: found for name in live if (found := manifest.read(run / name))}
    for name in stages.get("acquire", _none()).inputs:
        if found := manifest.read(run / name):
            stages[name] = found
    texts = next((name for name in TEXT_STAGES if name in stages), "")
    if not texts or "split" not in stages:
        mend = "the store may have been cleaned: run the recipe again"
        raise HeadwaterError("damaged_file", "the stages of this run are gone", where=str(run), mend=mend)
    for name in (texts, "split"):
        manifest.check_sizes(run / name, stages[name])
    return Corpus(run=run, texts=texts, stages=stages)


def _none() -> Any:
    return Manifest(stage="", version=0, digest="", content="", inputs={}, fields={}, figures={})


def batches(corpus: Corpus, part: str) -> Iterator[pa.RecordBatch]:
    """The documents of a part, as rows of SCHEMA. Raises HeadwaterError damaged_file."""
    for split in corpus.splits:
        decisions = pq.read_table(split, columns=["id", "part", *DECIDED, "channel"])
        if not pc.any(pc.equal(decisions["part"], part)).as_py():
            continue
        quality = _quality(corpus, split.name, decisions.num_rows)
        start = 0
        for batch in document.read_parquet(corpus.documents / split.name):
            rows = decisions.slice(start, batch.num_rows)
            if not batch.column("id").equals(rows["id"].combine_chunks()):
                raise _misaligned(corpus, split)
            mask = pc.equal(rows["part"], part).combine_chunks()
            joined = _joined(batch, rows, quality.slice(start, batch.num_rows)).filter(mask)
            start += batch.num_rows
            if joined.num_rows:
                yield joined
        if start != decisions.num_rows:
            raise _misaligned(corpus, split)


def _joined(batch: pa.RecordBatch, rows: pa.Table, quality: pa.Array) -> pa.RecordBatch:
    import orjson

    arrays = {name: batch.column(name) for name in batch.schema.names if name != "meta"}
    arrays |= {name: rows[name].combine_chunks() for name in (*DECIDED, "channel")}
    metas = [orjson.dumps(dict(meta or ()), option=orjson.OPT_SORT_KEYS) for meta in batch.column("meta").to_pylist()]
    arrays |= {"meta": pa.array([meta.decode() for meta in metas], pa.string()), "quality": quality}
    return pa.RecordBatch.from_arrays([arrays[name] for name in SCHEMA.names], schema=SCHEMA)


def _quality(corpus: Corpus, name: str, num_rows: int) -> pa.Array:
    """Scores of a shard's documents; null where none were given."""
    path = corpus.run / "quality" / "scores" / name
    if "quality" not in corpus.stages or not path.is_file():
        return pa.nulls(num_rows, pa.float32())
    scores = pq.read_table(path, columns=["score"])["score"].cast(pa.float32()).combine_chunks()
    if len(scores) != num_rows:
        raise HeadwaterError("damaged_file", f"has {len(scores)} rows where {num_rows} documents are", where=str(path))
    return scores


def _misaligned(corpus: Corpus, split: Path) -> HeadwaterError:
    where = str(corpus.documents / split.name)
    mend = "run the recipe again, so that texts and decisions are of one make"
    return HeadwaterError("damaged_file", f"does not hold the documents of {split}", where=where, mend=mend)
