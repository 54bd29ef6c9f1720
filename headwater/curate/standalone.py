"""Curation of any documents outside a run: what `headwater curate` does.

In: input paths. Out, in a folder: `kept/*.parquet`, `rejected/*.parquet` (documents with reason and
value) and `report.json`. Steps: copy the inputs into shards → annotate → decide → write kept and
rejected apart. The stages are those of a run; they work in a hidden folder that is removed at the end.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import annotate, decide
from headwater.curate.config import CurateConfig
from headwater.errors import HeadwaterError
from headwater.pipeline import engine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage

WORK = ".curate"
SHARD_BYTES = 64 << 20  # of text
SHARD_ROWS = 50_000
REJECTED_SCHEMA = pa.schema([*document.SCHEMA, pa.field("reason", pa.string()), pa.field("value", pa.float64())])


def curate_files(
    inputs: list[str], output: Path, config: CurateConfig, kind: str, workers: int, report: Reporter
) -> dict[str, Any]:
    """Curate `inputs` into `output`; the report. `kind` replaces the rows' own where it is not empty.

    Raises HeadwaterError empty_corpus when nothing is kept; the report is written all the same.
    """
    work = storage.make_folder(output) / WORK
    shutil.rmtree(work, ignore_errors=True)  # what a killed command left: its inputs may have changed
    problems: Counter[str] = Counter()
    try:
        write_documents(inputs, work / "acquire" / "documents", kind, problems)
        nothing_kept = _run_stages(work, config, workers, report)
        _write_results(work)
        figures = storage.read_json(work / "curate" / "report.json")
        figures["in"] += problems.total()
        figures["rejected"] |= problems
        for name in ("kept", "rejected"):
            shutil.rmtree(output / name, ignore_errors=True)
            storage.publish_folder(work / "out" / name, output / name)
        storage.write_json(output / "report.json", figures)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if nothing_kept:
        raise nothing_kept
    return figures


def write_documents(inputs: list[str], folder: Path, kind: str, problems: Counter[str]) -> None:
    """Copy the inputs into shards of a bounded size, at least one."""
    pending: list[pa.RecordBatch] = []
    shards = 0

    def flush() -> None:
        nonlocal shards
        document.write_parquet(folder / f"{shards:05d}.parquet", pending)
        shards += 1
        pending.clear()

    for batch in document.read(inputs, problems):
        if kind:
            column = batch.schema.get_field_index("kind")
            batch = batch.set_column(column, document.SCHEMA.field("kind"), pa.array([kind] * batch.num_rows))
        pending.append(batch)
        if sum(b.nbytes for b in pending) >= SHARD_BYTES or sum(b.num_rows for b in pending) >= SHARD_ROWS:
            flush()
    if pending or not shards:
        flush()


def _run_stages(work: Path, config: CurateConfig, workers: int, report: Reporter) -> HeadwaterError | None:
    """Annotate and decide in the work folder; the error, if no document was kept."""
    runner = engine.create("local", workers)
    try:
        for name, function, given in (("annotate", annotate.run, "acquire"), ("curate", decide.run, "annotate")):
            stage = Stage(name=name, version=1, function="", config=config, inputs=(given,))
            folder = storage.make_folder(work / name)
            inputs = {given: work / given}
            function(Context(stage=stage, folder=folder, inputs=inputs, seed=0, engine=runner, report=report))
    except HeadwaterError as error:
        if error.failure != "empty_corpus":
            raise
        return error
    finally:
        runner.close()
    return None


def _write_results(work: Path) -> None:
    """Documents with their decided labels, kept and rejected apart, a file a shard."""
    for name, schema in (("kept", document.SCHEMA), ("rejected", REJECTED_SCHEMA)):
        for shard in sorted((work / "acquire" / "documents").glob("*.parquet")):
            verdicts = work / "curate" / decide.FOLDER / shard.name
            batches = _decided(shard, verdicts, name == "kept", schema)
            document.write_parquet(work / "out" / name / shard.name, batches, schema)


def _decided(documents: Path, verdicts: Path, kept: bool, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The kept or the rejected rows of a shard, the columns that were decided in place of the given ones."""
    decisions = pq.read_table(verdicts)
    start = 0
    for batch in document.read_parquet(documents):
        rows = decisions.slice(start, batch.num_rows)
        start += batch.num_rows
        decided = {name: rows[name].combine_chunks() for name in rows.schema.names if name in schema.names}
        columns = [decided[name] if name in decided else batch.column(name) for name in schema.names]
        wanted = pc.equal(rows["kept"], kept).combine_chunks()
        yield pa.RecordBatch.from_arrays(columns, schema=schema).filter(wanted)
