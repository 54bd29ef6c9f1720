"""Running a chain of stages: find what is finished, make the rest, record it.

In: stages in order, a workspace and a run name. Out: the finished folder of each stage.
Per stage: digest from the inputs' contents → reuse the store entry, or work in `.partial-…` (which
keeps finished tasks when cut short), check the counts, write the manifest, rename into place.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.pipeline import ledger, manifest, phases, workspace
from headwater.pipeline.manifest import Manifest
from headwater.pipeline.progress import Reporter, duration
from headwater.pipeline.stage import Context, Engine, Stage
from headwater.pipeline.workspace import Workspace

IN_LEDGER = ("licenses", "refused")  # figures of a stage that its ledger row carries beside its counts
STATES = ".stages"  # in the run folder: manifests of the stages that live there


@dataclass(frozen=True)
class Finished:
    """A stage that is done: where it lies and what came out."""

    folder: Path
    manifest: Manifest


@dataclass(frozen=True)
class Step:
    """One line of a plan: `reuse`, `run`, or `later` (its inputs are not made yet)."""

    stage: Stage
    action: str
    reason: str
    folder: Path | None = None


@dataclass(kw_only=True)
class Run:
    """One run of a chain."""

    place: Workspace
    name: str
    seed: int
    recipe: Any
    report: Reporter
    engine: Callable[[], Engine]
    limit: int | None = None
    finished: dict[str, Finished] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.place.run_folder(self.name)


def plan(run: Run, stages: Sequence[Stage]) -> list[Step]:
    """What `execute` would do, in order, without doing it."""
    steps = []
    for stage in stages:
        missing = [name for name in stage.inputs if name not in run.finished]
        if missing:
            steps.append(Step(stage, "later", f"waits for {missing[0]}"))
            continue
        digest = _digest(run, stage)
        done = _find(run, stage, digest)
        if done:
            run.finished[stage.name] = done
            steps.append(Step(stage, "reuse", "same inputs, settings and version", done.folder))
        else:
            steps.append(Step(stage, "run", _why(run, stage), run.place.entry(stage.name, digest)))
    return steps


def execute(
    run: Run, stages: Sequence[Stage], redo: Sequence[str] = (), begin: Callable[[], None] = lambda: None
) -> None:
    """Make every stage that is not finished.

    `redo`: run-folder stages to do again even if finished. `begin` is called once the run is ours alone.
    """
    storage.make_folder(run.folder)
    busy = f"the run {run.name!r} is being worked on by another process"
    cleaning = workspace.locked(run.place.store_lock, "", wait=True, shared=True)
    with workspace.locked(run.folder / ".lock", busy), cleaning:
        storage.sweep(run.folder)
        begin()
        for stage in stages:
            digest = _digest(run, stage)
            done = None if stage.name in redo and stage.place == "run" else _find(run, stage, digest)
            if done:
                ledger.record(run.folder, "reuse", stage.name, digest=digest, counts=_counts(done.manifest.figures))
                run.report.say(f"{stage.name}: reused ({done.folder.name})")
            else:
                done = _make(run, stage, digest)
            run.finished[stage.name] = done
            if stage.place == "store":
                storage.point(run.folder / stage.name, done.folder)


def _digest(run: Run, stage: Stage) -> str:
    return manifest.stage_digest(stage, {name: run.finished[name].manifest.content for name in stage.inputs})


def _find(run: Run, stage: Stage, digest: str) -> Finished | None:
    """The finished output with this digest, or None. Raises HeadwaterError damaged_file."""
    folder = run.place.entry(stage.name, digest) if stage.place == "store" else run.folder
    source = folder if stage.place == "store" else run.folder / STATES / stage.name
    found = manifest.read(source)
    if found is None or found.digest != digest:
        return None
    try:
        manifest.check_sizes(folder, found)
    except HeadwaterError:
        if stage.place == "run":
            return None  # made again in place; a store entry serves other runs, so there it is an error
        raise
    return Finished(folder, found)


def _why(run: Run, stage: Stage) -> str:
    """In words, why a stage has to run: what differs from the run's previous output of it."""
    link = run.folder / (stage.name if stage.place == "store" else f"{STATES}/{stage.name}")
    try:
        old = manifest.read(link)
    except HeadwaterError:
        old = None
    if old is None:
        return "not made yet"
    if old.version != stage.version:
        return f"the stage is now version {stage.version} (was {old.version})"
    changed = _changes(old.fields, stage.fields)
    if changed:
        return "; ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
    return "its inputs changed"


def _changes(old: Any, new: Any, path: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted({*old, *new})
        return [c for k in keys for c in _changes(old.get(k), new.get(k), f"{path}.{k}" if path else k)]
    return [] if old == new else [f"{path}: {str(old)[:40]} → {str(new)[:40]}"]


def _make(run: Run, stage: Stage, digest: str) -> Finished:
    ledger.record(run.folder, "start", stage.name, digest=digest)
    run.report.say(f"{stage.name}: running")
    started = time.monotonic()
    try:
        done = _make_in_store(run, stage, digest) if stage.place == "store" else _make_in_run(run, stage, digest)
    except BaseException as error:
        with contextlib.suppress(HeadwaterError, OSError):  # the disk may be the very thing that failed
            ledger.record(
                run.folder, "failed", stage.name, digest=digest, error=f"{type(error).__name__}: {error}"[:500]
            )
        raise
    seconds = time.monotonic() - started
    figures = done.manifest.figures
    counts = _counts(figures)
    told = {name: figures[name] for name in IN_LEDGER if figures.get(name)}
    ledger.record(run.folder, "done", stage.name, digest=digest, seconds=round(seconds, 3), counts=counts, **told)
    run.report.say(f"{stage.name}: done in {duration(seconds)}{_in_words(counts)}")
    return done


def _make_in_store(run: Run, stage: Stage, digest: str) -> Finished:
    final, work = run.place.entry(stage.name, digest), run.place.partial(stage.name, digest)
    lock = run.place.store / f"{workspace.LOCK}{final.name}"
    with workspace.locked(lock, "", wait=True):
        done = _find(run, stage, digest)  # another run may have made it while we waited
        if done:
            return done
        if final.exists():
            raise HeadwaterError(
                "damaged_file",
                "holds no manifest of this digest",
                where=str(final),
                mend=f"remove {final} and run again",
            )
        storage.make_folder(work)
        storage.sweep(work)
        figures = _call(run, stage, work)
        check_counts(stage.name, figures)
        files = manifest.describe_files(work, phases.described_files(work))
        made = _manifest(run, stage, digest, figures, files)
        manifest.write(work, made)
        storage.publish_folder(work, final)
        for name in (phases.MARKERS, phases.WORK):
            shutil.rmtree(final / name, ignore_errors=True)
    return Finished(final, made)


def _make_in_run(run: Run, stage: Stage, digest: str) -> Finished:
    figures = dict(_call(run, stage, run.folder))
    names = figures.pop("files", [])
    files = {name: manifest.describe_file(run.folder / name) for name in sorted(names)}
    made = _manifest(run, stage, digest, figures, files)
    manifest.write(run.folder / STATES / stage.name, made)
    return Finished(run.folder, made)


def _call(run: Run, stage: Stage, folder: Path) -> dict[str, Any]:
    module, _, name = stage.function.partition(":")
    context = Context(
        stage=stage,
        folder=folder,
        inputs={n: f.folder for n, f in run.finished.items()},
        input_digests={n: f.manifest.content for n, f in run.finished.items()},
        seed=run.seed,
        engine=run.engine(),
        report=run.report,
        limit=run.limit,
        run_folder=run.folder,
        recipe=run.recipe,
    )
    with damaged_files_named(stage.name, [run.finished[given].folder for given in stage.inputs]):
        return getattr(import_module(module), name)(context)


@contextlib.contextmanager
def damaged_files_named(stage: str, folders: Sequence[Path]) -> Iterator[None]:
    """What Arrow cannot read of our own files, in the folders of a stage's inputs, is rot, and no bug."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("pyarrow"):  # not imported here: a stage may need no tables
            raise
        raise HeadwaterError(
            "damaged_file",
            f"a file of an earlier stage cannot be read: {error}",
            where=str(_damaged_table(folders) or stage),
            mend="`headwater verify RUN` checks every file; remove its folder in store/ and run again",
        ) from error


def _damaged_table(folders: Sequence[Path]) -> Path | None:
    """The first Parquet file that does not begin and end as one."""
    for path in (path for folder in folders for path in sorted(folder.glob("*/*.parquet"))):
        with open(path, "rb") as handle:
            head = handle.read(4)
            handle.seek(max(0, path.stat().st_size - 4))
            if head != b"PAR1" or handle.read(4) != b"PAR1":
                return path
    return None


def _manifest(run: Run, stage: Stage, digest: str, figures: dict[str, Any], files: dict[str, Any]) -> Manifest:
    made = Manifest(
        stage=stage.name,
        version=stage.version,
        digest=digest,
        content="",
        inputs={name: run.finished[name].manifest.content for name in stage.inputs},
        fields=stage.fields,
        figures=figures,
        files=files,
    )
    return replace(made, content=manifest.content_digest(files))


def check_counts(stage: str, figures: dict[str, Any]) -> None:
    """Stop unless every document that came in was kept or rejected with a reason."""
    counts = _counts(figures)
    if not counts:
        return
    out = counts["kept"] + sum(counts["rejected"].values())
    if counts["in"] != out:
        rejected = out - counts["kept"]
        raise HeadwaterError(
            "counts_differ",
            f"{counts['in']} documents in, but {counts['kept']} kept and {rejected} rejected",
            where=stage,
            mend="this is a bug in headwater: please report it with the recipe",
        )


def _counts(figures: dict[str, Any]) -> dict[str, Any]:
    return figures.get("counts") or {}


def _in_words(counts: dict[str, Any]) -> str:
    if not counts:
        return ""
    rejected = sum(counts["rejected"].values())
    return f" ({counts['in']:,} in, {counts['kept']:,} kept" + (f", {rejected:,} rejected)" if rejected else ")")
