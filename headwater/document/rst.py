"""reStructuredText: its text as it is; title, date, author and licence where it says them.

In: an InputFile. Out: its row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.document.texts import whole_text

HEAD_CHARS = 64 << 10
_RULE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}[ \t]*$")
_FIELD = re.compile(r"^:([A-Za-z]{2,20}):[ \t]+(\S.{0,500})$", re.MULTILINE)


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    read = whole_text(item, problems)
    if read is None:
        return
    text, charset = read
    head = text[:HEAD_CHARS]
    fields = {name.lower(): value.strip() for name, value in reversed(_FIELD.findall(head))}
    meta = {"charset": charset, "date": fields.get("date", ""), "author": fields.get("author", "")}
    given = {"license": fields.get("license", "")}
    yield from whole_file(item, text, problems, title=fields.get("title") or title(head), meta=meta, **given)


def title(head: str) -> str:
    """The first line with a rule beneath it (and perhaps above); "" where there is none."""
    lines = head.split("\n")
    for line, below in zip(lines, lines[1:], strict=False):
        if (
            line.strip()
            and _RULE.match(below)
            and not _RULE.match(line)
            and _width(below.strip()) >= _width(line.strip())
        ):
            return line.strip()
    return ""


def _width(line: str) -> int:
    return sum(2 if ord(char) >= 0x2E80 else 1 for char in line) if len(line) < 1000 else len(line)
