"""The page docs/cleaning/decontamination.md, written from what benchmarks/decontaminate.py measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EXAMPLE_CHARS = 70


def write_page(path: Path, result: dict[str, Any], number: int) -> None:
    config = result["config"]
    parts = [
        "# Decontamination, measured",
        f"Made by `python -m benchmarks.decontaminate`. Up to {number} questions of each set, each in nine forms, were "
        "planted in the middle of documents that never held them; then all sets were searched for. A match begins with "
        f"{config.seed_words} words ({config.seed_chars} characters where words are not spaced), grows left and right "
        f"over gaps, and counts from {config.min_tokens} words on. A document is rejected when it holds more than "
        f"{config.max_share:.0%} of a question, or {config.max_short_share:.0%} of one shorter than "
        f"{config.short_tokens} words.",
        "## Found again, by set and form",
        _recall(result["recall"]),
        "Re-cased is in capitals without punctuation; re-wrapped, in quoted lines of 30 characters; edited, with one "
        "word in twelve (one at least) replaced, left out or doubled. What is missing is short: a question of fewer "
        "than 5 words (8 characters) is not searched for, since texts hold it that never saw the set, and half of a "
        "short one is no evidence.",
        "## What the sets hold",
        _figures(result["figures"]),
        "## Clean corpora, against all sets",
        _clean(result["clean"]),
        "All that was rejected there, the largest shares first:",
        _examples(result["clean"]),
        "## Thresholds",
        _table(result["shares"], "share", lambda row: f"{row['share']:.0%}"),
        "## Lengths that a match begins with",
        _table(result["seeds"], "words, characters", lambda row: f"{row['words']}, {row['chars']}", speed=True),
        "## Any shared run, without shares",
        "What the papers do: a document goes when it shares one run of so many words (characters) with any text of a "
        "set (10: DeepSeekMath, arXiv 2402.03300; 13: GPT-3, arXiv 2005.14165, appendix C).",
        _table(result["peers"], "words, characters", lambda row: f"{row['words']}, {row['chars']}"),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(parts) + "\n", "utf-8")


def _lines(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _recall(recall: dict[str, dict[str, float]]) -> str:
    names = list(next(iter(recall.values())))
    rows = [[name, *(f"{row[form]:.1%}" for form in names)] for name, row in recall.items()]
    return _lines(["set", *names], rows)


def _figures(figures: dict[str, dict[str, int]]) -> str:
    names = ["rows", "texts", "searched", "too_short", "answers_too_short", "common"]
    rows = [[name, *(str(row.get(column, 0)) for column in names)] for name, row in figures.items()]
    return _lines(["set", "rows", "texts", "searched", "too short", "answers too short", "common phrases"], rows)


def _clean(rows: list[dict[str, Any]]) -> str:
    lines = [
        [row["corpus"], str(row["documents"]), f"{row['size']:.0f} MB", str(row["flagged"]), f"{row['speed']:.0f} MB/s"]
        for row in rows
    ]
    return _lines(["corpus", "documents", "text", "rejected", "speed, one core"], lines)


def _examples(rows: list[dict[str, Any]]) -> str:
    lines = [
        [row["corpus"], f"{share:.2f}", f"{name} {row_id}", _quoted(text), _quoted(span)]
        for row in rows
        for share, name, row_id, text, span in row["examples"]
    ]
    return _lines(["corpus", "share", "question", "it asks", "the document says"], lines)


def _quoted(text: str) -> str:
    return " ".join(text[:EXAMPLE_CHARS].split()).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def _table(rows: list[dict[str, Any]], first: str, label: Any, speed: bool = False) -> str:
    names = list(rows[0]["forms"])
    lines = [
        [label(row), *(f"{row['forms'][form]:.1%}" for form in names), str(row["flagged"])]
        + ([f"{row['speed']:.0f} MB/s"] if speed else [])
        for row in rows
    ]
    return _lines([first, *names, "clean documents rejected", *(["speed"] if speed else [])], lines)
