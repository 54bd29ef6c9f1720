"""Curation of any documents outside a run: what `headwater curate` does.

In: input paths. Out, in a folder: `kept/*.parquet`, `rejected/*.parquet` (documents with reason and value, and what
could not be read), `report.json` and what else the stages tell (REPORTS). Steps: copy the inputs into shards → the
stages of a run, in a hidden folder from which the same command goes on where it was cut short → write kept and
rejected apart.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import apart, decide, hits, stages, unread
from headwater.curate import inputs as inputs_of
from headwater.curate.clean.config import CleanConfig
from headwater.curate.config import CurateConfig
from headwater.errors import HeadwaterError
from headwater.pipeline import engine, workspace
from headwater.pipeline.progress import Reporter
from headwater.pipeline.runner import damaged_files_named
from headwater.pipeline.stage import Context, shards

WORK = ".curate"
RESULTS = ("kept", "rejected")
SEED = 7  # a recipe's default
REPORTS = (
    "edits.json",
    "statistics.json",
    "contamination.json",
    "diversity.json",
    "spans.json",
    hits.NAME,
)  # of the stages, where they ran
VERSION = 1  # of what lies in the work folder


@dataclass(frozen=True, kw_only=True)
class Sections:
    """What a stage may ask of its recipe. `owner`: of what is added to an index: this output, from these inputs."""

    clean: CleanConfig
    owner: str


def curate_files(
    inputs: list[str],
    output: Path,
    config: CurateConfig,
    kind: str,
    workers: int,
    report: Reporter,
    clean: CleanConfig | None = None,
) -> dict[str, Any]:
    """Curate `inputs` into `output`; the report. `kind` replaces the rows' own where it is not empty.

    Raises HeadwaterError empty_corpus when nothing is kept; the report is written all the same.
    """
    written = _written(output, config.dedup.index)
    _check_folders(inputs, output, written, config.dedup.index)
    work = storage.make_folder(output) / WORK
    clean = clean or CleanConfig()
    with workspace.locked(output, "another `headwater curate` writes here"):
        request = {"version": VERSION, "curate": asdict(config), "clean": asdict(clean), "sets": _sets(config)}
        problems, _ = inputs_of.bring(inputs, work, json.loads(json.dumps(request)), kind, report.say, written)
        if not any(pq.read_metadata(path).num_rows for path in shards(work / "acquire" / "documents")):
            _tell_nothing_read(work, output, problems)
            inputs_of.remove(work)
            raise document.nothing_read(", ".join(inputs), problems)
        texts, nothing_kept = _run_stages(work, config, clean, workers, report, _owner(inputs, output, written))
        _write_results(work, texts)
        figures = storage.read_json(work / "curate" / "report.json")
        figures["in"] += sum(problems.values())
        figures["rejected"] = dict(Counter(figures["rejected"]) + Counter(problems))
        _remove_results(output)
        for name in RESULTS:
            storage.publish_folder(work / "out" / name, output / name)
        _publish_reports(work, output)
        storage.write_json(output / "report.json", figures)
        inputs_of.remove(work)
    if nothing_kept:
        raise nothing_kept
    return figures


def _written(output: Path, index: str) -> tuple[apart.Written, ...]:
    """The folders that the command writes."""
    own = apart.Written(folder=output, names=(*RESULTS, *REPORTS, "report.json", WORK))
    return (own, apart.Written(folder=Path(index), names=apart.INDEX_NAMES)) if index else (own,)


def _check_folders(inputs: list[str], output: Path, written: tuple[apart.Written, ...], index: str) -> None:
    """Nothing of a person's is written over, and no input is removed with the results of before.

    Raises HeadwaterError arguments, and what apart.check_index raises.
    """
    ours = (output / "report.json").is_file() or (output / WORK).is_dir()  # the latter where it was cut short
    if output.exists() and not output.is_dir():
        raise HeadwaterError("arguments", "is a file", where=str(output), mend="name a folder for the results")
    if not ours and any((output / name).exists() for name in RESULTS):
        told = "holds a folder `kept` or `rejected` that is not of this command"
        raise HeadwaterError("arguments", told, where=str(output), mend="name another folder for the results")
    apart.check_inputs(inputs, written)
    if index:
        apart.check_index(Path(index))


def _tell_nothing_read(work: Path, output: Path, problems: dict[str, int]) -> None:
    """The report of inputs without a document; where they hold nothing at all, what was made before stays."""
    if not problems and (output / "report.json").exists():
        return
    _remove_results(output)
    if (work / inputs_of.REFUSED).exists():
        storage.link_file(work / inputs_of.REFUSED, output / "rejected" / inputs_of.REFUSED)
    figures = {"in": sum(problems.values()), "kept": 0, "rejected": problems}
    storage.write_json(output / "report.json", figures)


def _remove_results(output: Path) -> None:
    """What the command made here before."""
    for name in RESULTS:
        shutil.rmtree(output / name, ignore_errors=True)
    for name in (*REPORTS, "report.json"):
        (output / name).unlink(missing_ok=True)


def _owner(inputs: list[str], output: Path, written: tuple[apart.Written, ...]) -> str:
    """Who adds to an index: the same command with the same output is itself again, another output is another crawl."""
    return storage.value_digest([str(output.resolve()), inputs_of.described(inputs, written)])


def _sets(config: CurateConfig) -> list[list[Any]]:
    """The evaluation sets as they are now."""
    return inputs_of.described(list(config.decontaminate.sets)) if config.decontaminate.sets else []


def _run_stages(
    work: Path, config: CurateConfig, clean: CleanConfig, workers: int, report: Reporter, owner: str
) -> tuple[Path, HeadwaterError | None]:
    """Clean, measure and decide in the work folder: where the texts lie; the error, if no document was kept."""
    runner = engine.create("local", workers)
    cleaned = stages.clean(clean)
    texts = "clean" if cleaned else "acquire"
    measured = stages.read(config, texts, {}, SEED)
    columns = tuple(stage.name for stage in (*measured, *cleaned))
    folders = {"acquire": work / "acquire"}
    try:
        for stage in (*cleaned, *measured, stages.decide(config, columns, {}), *stages.spans(config, texts)):
            folders[stage.name] = storage.make_folder(work / stage.name)
            module, _, name = stage.function.partition(":")
            inputs = {given: folders[given] for given in stage.inputs}
            context = Context(
                stage=stage, folder=folders[stage.name], inputs=inputs, seed=SEED, engine=runner, report=report,
                recipe=Sections(clean=clean, owner=owner),
            )  # fmt: skip
            try:
                with damaged_files_named(stage.name, list(inputs.values())):
                    getattr(import_module(module), name)(context)
            except HeadwaterError as error:
                if stage.name != "curate" or error.failure != "empty_corpus":
                    raise
                return folders[texts] / "documents", error
    finally:
        runner.close()
    return folders.get("spans", folders[texts]) / "documents", None


def _publish_reports(work: Path, output: Path) -> None:
    """Move what the stages tell beside their columns next to the report."""
    for path in sorted(work.glob("*/*.json")):
        if path.name in REPORTS:
            storage.write_json(output / path.name, storage.read_json(path))
    hits.write(work / "decontaminate", output)


def _write_results(work: Path, texts: Path) -> None:
    """Documents with their decided labels, kept and rejected apart, a file a shard."""
    for name, schema in (("kept", document.SCHEMA), ("rejected", unread.SCHEMA)):
        for shard in sorted(texts.glob("*.parquet")):
            verdicts = work / "curate" / decide.FOLDER / shard.name
            batches = _decided(shard, verdicts, name == "kept", schema)
            document.write_parquet(work / "out" / name / shard.name, batches, schema)
    if (work / inputs_of.REFUSED).exists():
        storage.link_file(work / inputs_of.REFUSED, work / "out" / "rejected" / inputs_of.REFUSED)


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
