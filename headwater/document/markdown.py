"""Markdown: its text as it is, its front matter (YAML or TOML between fences) as fields.

In: an InputFile. Out: its row; title by the front matter, else the first heading, else the file's name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.document.texts import whole_text

MAX_FRONT_CHARS = 64 << 10
_ENTRY = re.compile(r"^([A-Za-z][\w-]{0,40})[ \t]*[:=][ \t]*(\S.*)$")
_HEADING = re.compile(r"^ {0,3}#[ \t]+([^\n]{1,500}?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}=+[ \t]*$")
_MARKS = re.compile(r"[*`]|\{#[^}]*\}|!?\[([^\]]{0,300})\]\([^)]{0,500}\)")
FENCES = {"---": ("---", "..."), "+++": ("+++",)}


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    read = whole_text(item, problems)
    if read is None:
        return
    fields, text = front_matter(read[0])
    lang = fields.get("lang") or fields.get("language") or ""
    meta = {"charset": read[1], "date": fields.get("date", ""), "author": fields.get("author", "")}
    given = {
        "license": fields.get("license", ""),
        "lang": lang[:2].lower() if re.match(r"[A-Za-z]{2}([-_]|$)", lang) else "",
    }
    yield from whole_file(item, text, problems, title=fields.get("title") or heading(text), meta=meta, **given)


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The simple entries between the fences that open a text, and what follows; no entries where it has none."""
    first, _, rest = text.partition("\n")
    ends = FENCES.get(first.rstrip())
    if ends is None:
        return {}, text
    fields: dict[str, str] = {}
    at = len(first) + 1
    for line in rest[:MAX_FRONT_CHARS].splitlines(keepends=True):
        at += len(line)
        if line.rstrip() in ends:
            return fields, text[at:].lstrip("\n")
        if match := _ENTRY.match(line.rstrip()):
            fields.setdefault(match.group(1).lower(), unquoted(match.group(2)))
    return {}, text  # a rule across the page, not a fence


def unquoted(value: str) -> str:
    """A scalar without its quotes or its comment; the first entry of a list in brackets."""
    value = value.strip()
    if value[:1] in "\"'" and value.find(value[0], 1) > 0:
        return value[1 : value.find(value[0], 1)]
    if value.startswith("[") and value.endswith("]"):
        return unquoted(value[1:-1].split(",")[0])
    return value.split(" #", 1)[0].strip()


def heading(text: str) -> str:
    """The first heading of the first level, outside code; "" where there is none."""
    fence = previous = ""
    for line in text[: 64 << 10].split("\n"):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~"):
            fence = "" if fence == mark else fence or mark
        elif not fence:
            if match := _HEADING.match(line):
                return _clean(match.group(1))
            if _SETEXT.match(line) and previous.strip():
                return _clean(previous.strip())
        previous = line
    return ""


def _clean(title: str) -> str:
    return _MARKS.sub(lambda match: match.group(1) or "", title).strip()
