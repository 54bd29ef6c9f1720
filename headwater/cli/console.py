"""What commands share: the outcome they return, and the reporter they speak through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

_quiet = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A command's result: `value` for `--json`, `text` for a person."""

    value: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    exit_code: int = 0


def set_quiet(quiet: bool) -> None:
    global _quiet
    _quiet = quiet


def reporter() -> Reporter:
    """The reporter of this process: stderr, or silence under --quiet."""
    return Reporter(quiet=_quiet)


def table(rows: list[list[str]], header: list[str]) -> str:
    """A plain text table; columns as wide as their widest cell, wide (CJK) characters counted as two."""
    from unicodedata import east_asian_width

    def width(text: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)

    widths = [max(width(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [
        "  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)).rstrip()
        for row in [header, *rows]
    ]
    return "\n".join(lines)


def check_source(source: Any, command: str) -> None:
    """Raise HeadwaterError arguments with every problem that a source made from a command's options has."""
    from headwater.recipe import bounds

    if problems := bounds.problems(source):
        told = "; ".join(f"{field}: {message}" for field, message in problems)
        raise HeadwaterError("arguments", told, mend=f"`headwater {command} --help` lists the options")


def reasons(counts: dict[str, int]) -> str:
    """`: reason count, reason count`, or nothing where nothing was counted."""
    return ": " + ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items())) if counts else ""


def language(text: str) -> str:
    """The language of a text, `und` where it is not sure."""
    from headwater.curate import langid
    from headwater.curate.langid.config import LangidConfig

    code, score = langid.identify_one(text)
    return code if score >= LangidConfig().min_score else langid.UNKNOWN
