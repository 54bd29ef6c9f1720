"""Everything a report is made from, read once, and nothing of it required.

In: the run folder and the finished stage folders. Out: Facts, with empty values where a part of the
chain was not run, and a notice for every file that could not be read.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.monitor.report.copies import Copies, copies
from headwater.monitor.report.curves import Curves, read_curves
from headwater.monitor.report.tally import Tally, tally

MAX_HEADER_BYTES = 64 << 20  # of a safetensors file
SAYING = ("curate", "decontaminate", "diversity")  # stages whose folders may hold a report of their own
MAX_EVENTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a run. `notices` says what should have been readable and was not."""

    name: str
    run_folder: Path
    stages: dict[str, Path]
    counts: dict[str, dict[str, Any]]
    crawls: list[dict[str, Any]]
    curate: dict[str, Any]
    verdicts: Tally
    statistics: dict[str, Any]
    edits: dict[str, Any]
    contamination: dict[str, Any]
    diversity: dict[str, Any]
    copies: Copies
    split: dict[str, Any]
    tokenizer: dict[str, Any]
    pack: dict[str, Any]
    mixture: dict[str, Any]
    curves: Curves
    events: list[dict[str, Any]]
    scores: dict[str, Any]
    continuations: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    environment: dict[str, Any]
    recipe: dict[str, Any]
    recipe_text: str
    model: dict[str, Any]
    parameters: int | None
    notices: list[str] = field(default_factory=list)


def gather(run_folder: Path, stages: dict[str, Path]) -> Facts:
    """Read what is there."""
    notices: list[str] = []

    def of(stage: str, name: str) -> dict[str, Any]:
        return read_dict(stages[stage] / name, notices) if stage in stages else {}

    def anywhere(name: str) -> dict[str, Any]:
        """From the first of the stages that may say it."""
        return next((found for stage in SAYING if (found := of(stage, name))), {})

    fetching = [stage for stage in sorted(stages, key=_natural) if stage.split(".")[0] in ("crawl", "search")]
    crawls = [of(stage, "report.json") for stage in fetching]
    evaluation = run_folder / "eval"
    checkpoint = _last_checkpoint(run_folder)
    recipe_text = _text(run_folder / "recipe.resolved.yaml", notices)
    continued = read_dict(evaluation / "continuations.json", notices).get("continuations")
    return Facts(
        name=run_folder.name,
        run_folder=run_folder,
        stages=stages,
        counts={stage: _counts(folder, notices) for stage, folder in stages.items()},
        crawls=[crawl for crawl in crawls if crawl],
        curate=of("curate", "report.json"),
        verdicts=tally(stages["curate"] / "verdicts", notices) if "curate" in stages else Tally(),
        statistics=of("curate", "statistics.json"),
        edits=of("clean", "edits.json"),
        contamination=anywhere("contamination.json"),
        diversity=anywhere("diversity.json"),
        copies=copies(stages["curate"] / "verdicts", notices) if "curate" in stages else Copies(),
        split=of("split", "split.json"),
        tokenizer=of("tokenizer", "report.json"),
        pack=of("pack", "pack.json"),
        mixture=of("mix", "mixture.json"),
        curves=read_curves(rows(run_folder / "metrics.jsonl", notices)),
        events=rows(run_folder / "events.jsonl", notices)[-MAX_EVENTS:],
        scores=read_dict(evaluation / "perplexity.json", notices),
        continuations=[row for row in continued if isinstance(row, dict)] if isinstance(continued, list) else [],
        ledger=rows(run_folder / "ledger.jsonl", notices),
        environment=read_dict(run_folder / "environment.json", notices),
        recipe=_yaml(recipe_text, notices),
        recipe_text=recipe_text,
        model=read_dict(checkpoint / "model.json", notices) if checkpoint else {},
        parameters=count_parameters(checkpoint / "model.safetensors") if checkpoint else None,
        notices=notices,
    )


def read_dict(path: Path, notices: list[str]) -> dict[str, Any]:
    """A JSON object; empty where the file is missing, with a notice where it is damaged."""
    if not path.is_file():
        return {}
    try:
        value = storage.read_json(path)
    except (HeadwaterError, OSError) as error:
        notices.append(f"{path.name}: {error}")
        return {}
    if not isinstance(value, dict):
        notices.append(f"{path.name}: not an object")
        return {}
    return value


def rows(path: Path, notices: list[str]) -> list[dict[str, Any]]:
    """The rows of a log up to the first damaged one."""
    found: list[dict[str, Any]] = []
    try:
        for row in storage.read_rows(path):
            if isinstance(row, dict):
                found.append(row)
    except (HeadwaterError, OSError, RecursionError) as error:
        notices.append(f"{path.name}: {error}")
    return found


def inner(value: Any, *keys: str) -> dict[str, Any]:
    """The object at a path of keys, or an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def count_parameters(weights: Path) -> int | None:
    """Parameters of a safetensors file, from its header alone; None when it cannot be read."""
    try:
        with open(weights, "rb") as handle:
            (size,) = struct.unpack("<Q", handle.read(8))
            header = json.loads(handle.read(size)) if size <= MAX_HEADER_BYTES else {}
        shapes = [entry["shape"] for name, entry in header.items() if name != "__metadata__"]
        total = 0
        for shape in shapes:
            product = 1
            for length in shape:
                product *= int(length)
            total += product
    except (OSError, struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return total or None


def _counts(folder: Path, notices: list[str]) -> dict[str, Any]:
    """{"in", "kept", "rejected"} of a finished stage's manifest."""
    manifest = folder / "manifest.json"
    return inner(read_dict(manifest, notices), "figures", "counts") if manifest.is_file() else {}


def _natural(stage: str) -> tuple[str, int]:
    name, _, number = stage.partition(".")
    return name, int(number) if number.isdigit() else 0


def _last_checkpoint(run_folder: Path) -> Path | None:
    found = sorted(path for path in (run_folder / "checkpoints").glob("step-*") if path.is_dir())
    return found[-1] if found else None


def _text(path: Path, notices: list[str]) -> str:
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else ""
    except OSError as error:
        notices.append(f"{path.name}: {error}")
        return ""


def _yaml(text: str, notices: list[str]) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML(typ="safe", pure=True).load(text) if text else {}
    except (YAMLError, ValueError, RecursionError) as error:
        notices.append(f"recipe.resolved.yaml: {str(error).splitlines()[0]}")
        return {}
    return value if isinstance(value, dict) else {}
