"""A classifier on disk: a folder with its weights, its report and its card.

In: a model with what is known of it, or a folder's path. Out: `linear.model`, `report.json`, `card.json` (what it is,
of what it was trained, the digests of its files; written last) and `README.md`, or the model read back. No time is
written, so that equal examples make equal bytes. A folder whose files do not match its card is refused.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.curate import linear
from headwater.errors import HeadwaterError

SCHEMA_VERSION = 1
CARD, REPORT, WEIGHTS, README = "card.json", "report.json", "linear.model", "README.md"
WHAT = "headwater quality classifier"
MEND = "train it again with `headwater classify train`"


def save(folder: Path, model: linear.LinearModel, report: dict[str, Any], trained_on: dict[str, Any]) -> dict[str, Any]:
    """Write a model's folder, the card last; the card."""
    storage.make_folder(folder)
    with storage.disk_errors(folder):
        (folder / CARD).unlink(missing_ok=True)  # until it is back the folder is no model
        shutil.rmtree(folder / WEIGHTS) if (folder / WEIGHTS).is_dir() else (folder / WEIGHTS).unlink(missing_ok=True)
    model.save(folder / WEIGHTS)
    storage.write_json(folder / REPORT, report)
    card = {"what": WHAT, "schema": SCHEMA_VERSION, "linear": asdict(model.config), "trained_on": trained_on}
    card["files"] = {name: digest(folder / name) for name in (WEIGHTS, REPORT)}
    storage.write_text(folder / README, _readme(report, trained_on))
    storage.write_json(folder / CARD, card)
    return card


def load(folder: Path) -> tuple[linear.LinearModel, dict[str, Any]]:
    """The model of a folder and its card.

    Raises HeadwaterError unknown_name, unreadable_input, foreign_version or damaged_file.
    """
    card = read_card(folder)
    for name, expected in card["files"].items():
        if name not in (WEIGHTS, REPORT) or not (folder / name).exists() or digest(folder / name) != expected:
            raise HeadwaterError("damaged_file", "does not match the model's card", where=str(folder / name), mend=MEND)
    return linear.LinearModel.load(folder / WEIGHTS), card


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a model's folder, its weights not looked at."""
    if not folder.exists():
        raise HeadwaterError("unknown_name", "no such model", where=str(folder), mend=MEND)
    if not (folder / CARD).is_file():
        told = f"is no finished classifier: it has no {CARD}"
        raise HeadwaterError("unreadable_input", told, where=str(folder), mend=MEND)
    card = storage.read_json(folder / CARD)
    if not isinstance(card, dict) or card.get("what") != WHAT:
        raise HeadwaterError("unreadable_input", "is no classifier's card", where=str(folder / CARD), mend=MEND)
    if card.get("schema") != SCHEMA_VERSION:
        told = f"has schema {card.get('schema')}; this version reads {SCHEMA_VERSION}"
        raise HeadwaterError("foreign_version", told, where=str(folder / CARD), mend=MEND)
    files = card.get("files")
    if not isinstance(files, dict) or set(files) != {WEIGHTS, REPORT}:
        raise HeadwaterError("damaged_file", "names other files than a model has", where=str(folder / CARD), mend=MEND)
    return card


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the files of a folder with their names."""
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        return storage.value_digest({p.relative_to(path).as_posix(): storage.file_digest(p) for p in inside})
    return storage.file_digest(path)


def _readme(report: dict[str, Any], trained_on: dict[str, Any]) -> str:
    held_out = report["held_out"]["all"] or {}
    figures = "\n".join(
        f"- {name}: {held_out.get(name)}" for name in ("documents", "accuracy", "auc", "f1", "precision", "recall")
    )
    inputs = "\n".join(f"- {name}" for name in trained_on["inputs"])
    return (
        f"# A quality classifier\n\nA linear model over hashed n-grams of a text. A score near 1 says: like the"
        f" positive examples; near 0: like the negative ones.\n\nTrained on {report['examples']['positive']} positive"
        f" and {report['examples']['negative']} negative documents:\n\n{inputs}\n\nOn documents held out of the"
        f" training:\n\n{figures}\n\nMore in `{REPORT}` (by language, calibration, length) and `{CARD}` (digests)."
        f"\n\nUse: `headwater classify apply FOLDER documents.jsonl.zst -o scores.jsonl.zst`\n"
    )
