"""`headwater run` and `headwater train`: the whole chain, or the chain up to a trained model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter
from headwater.errors import HeadwaterError
from headwater.pipeline.stage import Engine


def run(
    recipe: str = typer.Argument(..., help="a recipe file, or preset:NAME"),
    set_: list[str] = typer.Option([], "--set", help="override one value: --set train.tokens=5M (repeatable)"),
    from_: str = typer.Option("", "--from", help="begin at this stage; earlier ones must be finished"),
    until: str = typer.Option("", "--until", help="stop after this stage"),
    limit: int = typer.Option(
        0, "--limit", min=0, help="smoke test: at most N documents a source, in a run of its own"
    ),
    fork: str = typer.Option("", "--fork", help="start training from another run's checkpoint: RUN@STEP"),
    dry_run: bool = typer.Option(False, "--dry-run", help="print the plan and every derived number; change nothing"),
    workspace: Path = typer.Option(Path("."), "--workspace", help="folder of store/ and runs/"),
) -> Outcome:
    """Run a recipe from web page to evaluated model. The same command again continues.

    Example: headwater run recipes/zh-en-code.yaml --set train.tokens=5M
    """
    return _run(recipe, list(set_), from_, until, limit, fork, dry_run, workspace)


def train(
    recipe: str = typer.Argument(..., help="a recipe file, or preset:NAME"),
    set_: list[str] = typer.Option([], "--set", help="override one value (repeatable)"),
    limit: int = typer.Option(0, "--limit", min=0, help="smoke test: at most N documents a source"),
    fork: str = typer.Option("", "--fork", help="start from another run's checkpoint: RUN@STEP"),
    dry_run: bool = typer.Option(False, "--dry-run", help="print the plan; change nothing"),
    workspace: Path = typer.Option(Path("."), "--workspace", help="folder of store/ and runs/"),
) -> Outcome:
    """Run a recipe up to its trained model: `headwater run RECIPE --until train`.

    Example: headwater train recipes/zh-en-code.yaml
    """
    return _run(recipe, list(set_), "", "train", limit, fork, dry_run, workspace)


def _run(
    path: str, overrides: list[str], first: str, last: str, limit: int, fork: str, dry_run: bool, root: Path
) -> Outcome:
    from headwater import chain
    from headwater.pipeline import runner
    from headwater.recipe.load import load

    loaded = load(path, overrides + ([f"fork={fork}"] if fork else []))
    recipe = loaded.recipe
    if not recipe.sources:
        raise HeadwaterError(
            "recipe",
            "no sources: the recipe names no data",
            where=path,
            mend="add a `sources:` list (`headwater init`)",
        )
    if limit:
        recipe = replace(recipe, name=f"{recipe.name}-limit{limit}")
        loaded = replace(loaded, recipe=recipe)
    run_ = _prepared(recipe, root, limit)
    stages = chain.stages(recipe, limit or None, run_.folder)
    names = [stage.name for stage in stages]
    end = _position(last, names, "--until", last=True) + 1 if last else len(stages)
    start = _position(first, names, "--from", last=False) if first else 0
    if start >= end:
        raise HeadwaterError("arguments", f"--from {first} comes after --until {last}: nothing would run")
    if recipe.fork:
        from headwater.train import fork as forks

        forks.find(run_.place.runs, recipe.fork)
    if dry_run:
        return _plan(run_, stages[:end], loaded)
    steps = runner.plan(run_, stages[:start])
    unfinished = [step.stage.name for step in steps if step.action != "reuse"]
    if unfinished:
        raise HeadwaterError("arguments", f"--from {first}: the stage {unfinished[0]!r} before it is not finished")
    engine = _LazyEngine(recipe)
    run_.engine = engine.get
    files = _RunFiles(run_.folder, loaded)
    try:
        runner.execute(run_, stages[:end], redo=names[start:] if first else (), begin=files.write)
    except HeadwaterError as error:
        if error.exit_code == 2:  # refused: what the run was made by stays on record
            files.restore()
        raise
    finally:
        engine.close()
    return _summary(run_)


def _position(name: str, names: list[str], flag: str, last: bool) -> int:
    """The place of a stage; `crawl` stands for all crawls: the first for --from, the last for --until."""
    matches = [i for i, n in enumerate(names) if n == name or n.split(".")[0] == name]
    if not matches:
        from difflib import get_close_matches

        near = get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]!r}?" if near else "stages: " + ", ".join(names)
        raise HeadwaterError("arguments", f"{flag} {name}: no such stage", mend=hint)
    return matches[-1] if last else matches[0]


class _LazyEngine:
    """The engine of the recipe, started when the first stage needs it."""

    def __init__(self, recipe: Any) -> None:
        self.recipe = recipe
        self.engine: Engine | None = None

    def get(self) -> Engine:
        from headwater.pipeline import engine

        if self.engine is None:
            self.engine = engine.create(self.recipe.engine, self.recipe.workers)
        return self.engine

    def close(self) -> None:
        if self.engine is not None:
            self.engine.close()


def _prepared(recipe: Any, root: Path, limit: int) -> Any:
    from headwater.pipeline import runner
    from headwater.pipeline.workspace import Workspace

    return runner.Run(
        place=Workspace(root),
        name=recipe.name,
        seed=recipe.seed,
        recipe=recipe,
        report=reporter(),
        engine=lambda: None,  # type: ignore[arg-type, return-value]
        limit=limit or None,
    )


class _RunFiles:
    """The run's recipe and environment on record, and what stood there before."""

    NAMES = ("recipe.resolved.yaml", "environment.json")

    def __init__(self, folder: Path, loaded: Any) -> None:
        self.folder, self.loaded = folder, loaded
        self.before: dict[str, bytes] = {}

    def write(self) -> None:
        from headwater import storage
        from headwater.cli.doctor import environment
        from headwater.recipe.load import resolved

        self.before = {n: (self.folder / n).read_bytes() for n in self.NAMES if (self.folder / n).exists()}
        storage.write_text(self.folder / self.NAMES[0], resolved(self.loaded))
        storage.write_json(self.folder / self.NAMES[1], environment())

    def restore(self) -> None:
        from headwater import storage

        for name, data in self.before.items():
            storage.write_bytes(self.folder / name, data)


def _plan(run_: Any, stages: list[Any], loaded: Any) -> Outcome:
    from headwater.pipeline import runner
    from headwater.recipe.derive import derived

    steps = runner.plan(run_, stages)
    numbers = derived(loaded.recipe)
    width = max(len(step.stage.name) for step in steps)
    lines = [f"run {run_.name!r} in {run_.folder}", ""]
    lines += [f"  {step.stage.name:<{width}}  {step.action:<6} {step.reason}" for step in steps]
    lines += ["", "derived numbers"]
    lines += [f"  {n.name:<24} {n.text:<16} {n.why}" for n in numbers]
    value = {
        "run": run_.name,
        "stages": [
            {"stage": s.stage.name, "action": s.action, "reason": s.reason, "folder": s.folder and str(s.folder)}
            for s in steps
        ],
        "derived": {n.name: n.value for n in numbers},
    }
    return Outcome(value=value, text="\n".join(lines))


def _summary(run_: Any) -> Outcome:
    report = run_.folder / "report.html"
    done = {name: str(f.folder) for name, f in run_.finished.items()}
    value: dict[str, Any] = {"run": run_.name, "folder": str(run_.folder), "stages": done}
    lines = [f"finished: {run_.folder}"]
    evaluation = run_.finished.get("evaluate")
    if evaluation:
        value["evaluate"] = evaluation.manifest.figures
    if "report" in run_.finished and report.exists():
        value["report"] = str(report)
        lines.append(f"report:   {report}")
    return Outcome(value=value, text="\n".join(lines))
