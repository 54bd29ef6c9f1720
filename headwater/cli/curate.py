"""`headwater curate` and `sample`: curation of any documents, without a recipe's run.

In: documents of any format, or a run. Out: what each command's help says.
"""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from headwater.cli.console import Outcome, reporter, table
from headwater.errors import HeadwaterError

SAMPLE_CHARS = 300
FOR_PROSE = ("gopher.", "gopher_repetition.", "c4.", "fineweb.")
MAX_SAMPLES = 1000
COLLECT_EVERY = 100_000  # objects; what is imported stays, so looking through it every 700 is a tenth of a small run


def curate(
    inputs: list[str] = typer.Argument(..., help="JSONL, Parquet, text or code files, folders or globs"),
    output: Path = typer.Option(..., "-o", "--output", help="folder for kept/, rejected/ and report.json"),
    recipe: str = typer.Option("", "--recipe", help="take the `clean:` and `curate:` sections of this recipe"),
    preset: str = typer.Option("", "--preset", help="web, technical (documentation) or none, in place of the recipe's"),
    decontaminate: list[str] = typer.Option([], "--decontaminate", help="drop documents with questions of these sets"),
    index: str = typer.Option("", "--index", help="folder of what earlier crawls saw; this one is added to it"),
    kind: str = typer.Option("", "--kind", help="general, specific or instruct; default: as the rows say"),
    workers: int = typer.Option(0, "--workers", min=0, max=1024, help="worker processes; 0: one a core"),
) -> Outcome:
    """Clean, filter and deduplicate documents; every rejected one carries its rule and value.

    Example: headwater curate corpus.jsonl.zst -o curated
    """
    gc.set_threshold(COLLECT_EVERY)
    from headwater import document
    from headwater.curate.standalone import curate_files

    if kind and kind not in document.KINDS:
        raise HeadwaterError("arguments", f"--kind {kind}: known are {', '.join(document.KINDS)}")
    clean, config = _sections(recipe)
    config = _with_options(config, preset, tuple(decontaminate), index)
    report = curate_files(inputs, output, config, kind, workers, reporter(), clean)
    return Outcome(value=report | {"output": str(output)}, text=_summary(report, output))


def _sections(recipe: str) -> tuple[Any, Any]:
    """The sections `clean` and `curate` of a recipe, or their defaults."""
    if recipe:
        from headwater.recipe.load import load

        loaded = load(recipe).recipe
        return loaded.clean, loaded.curate
    from headwater.curate.clean.config import CleanConfig
    from headwater.curate.config import CurateConfig

    return CleanConfig(), CurateConfig()


def _with_options(config: Any, preset: str, sets: tuple[str, ...], index: str) -> Any:
    """The settings with those of the command line in place."""
    from headwater.curate.presets import PRESETS, settle

    if preset and preset not in PRESETS:
        raise HeadwaterError("arguments", f"--preset {preset}: known are {', '.join(PRESETS)}")
    if preset:
        config = settle(replace(config, preset=preset))
    if sets:
        config = replace(config, decontaminate=replace(config.decontaminate, sets=sets))
    if index:
        config = replace(config, dedup=replace(config.dedup, index=index))
    return config


def _summary(report: dict[str, Any], output: Path) -> str:
    rows = [[reason, str(count)] for reason, count in Counter(report["rejected"]).most_common()]
    head = f"{report['in']} documents in, {report['kept']} kept, {report['in'] - report['kept']} rejected -> {output}"
    prose = sum(count for reason, count in report["rejected"].items() if reason.startswith(FOR_PROSE))
    if prose > report["in"] / 3:
        head += "\nmost broke rules for prose on the web: for documentation try --preset technical"
    return head + ("\n" + table(rows, ["rejected by", "documents"]) if rows else "")


def sample(
    run: str = typer.Argument(..., help="a run's name or folder, a folder that a data command made, or a file"),
    reason: str = typer.Option(
        "", "--reason", help="rejected by this rule (`gopher`: by any of its rules); default: kept"
    ),
    near: bool = typer.Option(False, "--near", help="with --reason: the documents nearest to its limits, both sides"),
    number: int = typer.Option(5, "-n", "--number", min=1, max=MAX_SAMPLES, help="how many; with --near a side"),
    workspace: Path = typer.Option(Path("."), "--workspace", help="folder of store/ and runs/"),
) -> Outcome:
    """Kept or rejected examples of a run, spread over the whole corpus by a hash.

    Example: headwater sample demo --reason gopher.mean_word_length -n 3
    """
    if near and not reason:
        raise HeadwaterError("arguments", "--near needs --reason", mend="name the rule: --reason gopher.num_words")
    rows = _drawn(run, reason, near, number, workspace)
    shown = [_shown(row) for row in rows]
    return Outcome(value={"run": run, "reason": reason, "documents": rows}, text="\n".join(shown))


def _shown(row: dict[str, Any]) -> str:
    from headwater.curate import unread

    if place := unread.told_place(row):
        head = row["meta"].get("head", "")
        return f"{place}  {row['reason']}" + (f"\n  {head!r}" if head else "")
    return f"{_headline(row)}\n  {row['url']}\n  {row['text'][:SAMPLE_CHARS]!r}"


def _headline(row: dict[str, Any]) -> str:
    """What became of a document, and how far from which limit it lies."""
    head = f"{row['id']}  {row['channel']}  {row['reason'] or 'kept'}"
    head += f" = {row['value']:.4g}" if row["value"] is not None else ""
    if near := row.get("near"):
        limits = [f"{sign} {near[name]:.4g}" for name, sign in (("low", "≥"), ("high", "≤")) if near[name] is not None]
        head += f"  ({near['side']}: {near['rule']} = {near['value']:.4g}, kept {' and '.join(limits)})"
    return head


def _drawn(run: str, reason: str, near: bool, number: int, workspace: Path) -> list[dict[str, Any]]:
    from headwater.cli.made import document_files
    from headwater.curate import samples

    place = next((path for path in (workspace / "runs" / run, Path(run)) if path.exists()), None)
    if place is None:
        raise HeadwaterError("unknown_name", "no such run, folder or file", where=run, mend="`ls runs` shows the runs")
    judged = [(place / name).is_dir() for name in ("curate", "kept", "rejected")]
    files = [] if any(judged) else document_files(place) if place.is_dir() else [str(place)]
    if not files:
        return samples.near(place, reason, number) if near else samples.draw(place, reason, number)
    if reason:
        raise HeadwaterError("arguments", "these documents were not judged yet", where=run, mend="leave --reason out")
    return samples.draw_documents(files, number)
