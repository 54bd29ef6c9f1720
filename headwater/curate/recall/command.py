"""Recall by the command: files in, a folder out.

In: files of a seed, of a pool and of labels. Out: `recalled.jsonl.zst` (documents as given, with meta.recall_score and
meta.recall_round), `rounds.json`, `review.tsv`. What was read stays in `.work` with a note of what it was read from, so
that the same command again, killed or with an edited review, goes on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import apart, inputs
from headwater.curate.recall import review, stage
from headwater.curate.recall.config import RecallConfig
from headwater.document import streams
from headwater.errors import HeadwaterError
from headwater.pipeline import engine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage, shards

WORK = ".work"
RESULTS = ("recalled.jsonl.zst", "rounds.json", "review.tsv")
VERSION = 1


def recall_files(
    config: RecallConfig, pool: list[str], labels: list[str], output: Path, seed: int, workers: int, report: Reporter
) -> dict[str, Any]:
    """Recall from `pool` into `output`; the figures."""
    written = apart.Written(folder=output, names=(*RESULTS, WORK))
    apart.check_inputs(pool, (written,))
    work = storage.make_folder(output) / WORK
    known = read_labels(labels) if labels else None
    edits = review.read_edits(output / "review.tsv") if (output / "review.tsv").exists() else {}
    problems = _read_pool(pool, work, written, seed, report)
    runner = engine.create("local", workers)
    try:
        folder = storage.make_folder(work / "recall")
        context = Context(
            stage=Stage(name="recall", version=VERSION, function="", config=config, inputs=("acquire",)),
            folder=folder, inputs={"acquire": work / "acquire"}, seed=seed, engine=runner, report=report,
        )  # fmt: skip
        found = stage.recall(context, edits, known)
    finally:
        runner.close()
    document.write_jsonl(output / "recalled.jsonl.zst", _recalled(work))
    for name in ("rounds.json", "review.tsv"):
        storage.write_bytes(output / name, (folder / name).read_bytes())
    return {
        "pool": len(found.recalled), "recalled": int(found.recalled.sum()), "unreadable": problems,
        "rounds": found.rounds, "edited_sites": len(edits),
    }  # fmt: skip


def _read_pool(pool: list[str], work: Path, written: apart.Written, seed: int, report: Reporter) -> dict[str, int]:
    """Bring the pool into shards, unless they are there already; the rows that could not be read, by reason."""
    request = {"version": VERSION, "seed": seed}
    unreadable, before = inputs.bring(pool, work, request, say=report.say, written=(written,))
    if before:
        report.say("  the pool was read before")
    paths = shards(work / "acquire" / "documents")
    if not sum(pq.read_metadata(path).num_rows for path in paths):
        raise document.nothing_read(", ".join(pool), Counter(unreadable))
    return unreadable


def _recalled(work: Path) -> Iterator[pa.RecordBatch]:
    """The recalled documents, in the pool's order, each with its score and round."""
    for shard in shards(work / "acquire" / "documents"):
        table = pq.read_table(work / "recall" / stage.FOLDER / shard.name)
        start = 0
        for batch in document.read_parquet(shard):
            verdicts = table.slice(start, batch.num_rows)
            start += batch.num_rows
            chosen = verdicts["recalled"].combine_chunks()
            batch, verdicts = batch.filter(chosen), verdicts.filter(verdicts["recalled"])
            scores, turns = verdicts["score"].to_pylist(), verdicts["round"].to_pylist()
            meta = [
                [
                    *(pair for pair in given if not pair[0].startswith("recall_")),
                    ("recall_score", f"{score:.6f}"),
                    ("recall_round", str(turn)),
                ]
                for given, score, turn in zip(batch.column("meta").to_pylist(), scores, turns, strict=True)
            ]
            place = batch.schema.get_field_index("meta")
            yield batch.set_column(
                place, document.SCHEMA.field("meta"), pa.array(meta, document.SCHEMA.field("meta").type)
            )


def read_labels(names: list[str]) -> dict[str, bool]:
    """{id: relevant} of JSONL files. Raises HeadwaterError unreadable_input at the first row that is none."""
    import orjson

    labels: dict[str, bool] = {}
    for name in document.expand(names):
        problems: Counter[str] = Counter()
        for number, line in enumerate(streams.lines(str(name), problems), 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
                labels[str(row["id"])] = _truth(row["relevant"])
            except (ValueError, KeyError, TypeError) as error:
                raise HeadwaterError(
                    "unreadable_input", "a label is a row {id, relevant}, relevant being true or false",
                    where=f"{name}:{number}",
                ) from error  # fmt: skip
        if problems:
            raise HeadwaterError("unreadable_input", f"is damaged ({', '.join(problems)})", where=str(name))
    return labels


def _truth(value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return value >= 0.5
    if isinstance(value, str) and value.strip().lower() in ("true", "1", "yes", "false", "0", "no"):
        return value.strip().lower() in ("true", "1", "yes")
    raise ValueError("not true or false")
