"""Lines of wikitext as Markdown: headings and lists.

In: wikitext whose brackets are text already. Out: lines.
"""

from __future__ import annotations

import re

from headwater.document import wikitags

_LIST = re.compile(r"([*#:;]{1,20})[ \t]*(.*)", re.DOTALL)


def markdown(text: str) -> list[str]:
    """Headings and lists marked as in Markdown; a heading with nothing beneath it left out."""
    out: list[str] = []
    for line in text.split("\n"):
        line = line.rstrip()
        level = _level(line)
        if level:
            while out and (not out[-1] or _depth(out[-1]) >= level):
                out.pop()
            out += ["", f"{'#' * level} {line.strip('= ')}", ""] if line.strip("= ") else []
        elif line.startswith("----"):
            out.append("")
        elif match := _LIST.fullmatch(line):
            out.append(_item(match.group(1), match.group(2).strip()))
        elif line.strip() or (out and out[-1]):
            out.append(line.strip())
    while out and (not out[-1] or _depth(out[-1])):
        out.pop()
    return out


def _level(line: str) -> int:
    """The level of a heading line; 0 for any other."""
    if len(line) < 3 or line[0] != "=" or line[-1] != "=":
        return 0
    left = len(line) - len(line.lstrip("="))
    return min(left, len(line) - len(line.rstrip("=")), 6)


def _depth(line: str) -> int:
    """The level of a heading that was written already; 0 for any other line."""
    marks = len(line) - len(line.lstrip("#"))
    return marks if 0 < marks <= 6 and line[marks : marks + 1] == " " else 0


def _item(marks: str, text: str) -> str:
    if not any(char.isalnum() or char >= wikitags.MARK for char in text):
        return ""  # what a template filled
    if marks[-1] in ":;":
        return text
    return "  " * (len(marks) - 1) + ("1. " if marks[-1] == "#" else "- ") + text
