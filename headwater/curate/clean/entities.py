"""HTML entities that were left in the text: `&amp;nbsp;`, `&#8217;`.

In: a text. Out: the text with them resolved, and how many. Only whole entities with a known name and a semicolon are
meant; what is marked as code stays, since there an entity is what the text speaks of.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

MAX_LAYERS = 4  # `&amp;amp;amp;lt;` was escaped three times over
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# a fence with what it holds, to its end or the text's; code in a line; a line indented like code
_CODE = re.compile(r"^[ \t]*(```|~~~)|`[^`\n]{1,400}`|^(?: {4}|\t)[^\n]*$", re.MULTILINE)


def resolve(text: str) -> tuple[str, int]:
    """The text with its entities resolved, and how many."""
    total = 0
    for _ in range(MAX_LAYERS):
        text, count = _once(text)
        total += count
        if not count:
            break
    return text, total


def _once(text: str) -> tuple[str, int]:
    parts: list[str] = []
    count = at = 0
    while True:
        code = _CODE.search(text, at)
        part, found = _resolved(text[at : code.start() if code else len(text)])
        parts.append(part)
        count += found
        if not code:
            return "".join(parts), count
        at = _end_of(text, code)
        parts.append(text[code.start() : at])


def _end_of(text: str, code: re.Match[str]) -> int:
    """Where the code that starts here ends."""
    if not code.group(1):
        return code.end()
    close = text.find("\n" + code.group(1), code.end())
    return len(text) if close < 0 else close + 1 + len(code.group(1))


def _resolved(text: str) -> tuple[str, int]:
    count = 0

    def character(match: re.Match[str]) -> str:
        nonlocal count
        entity = match.group()
        if entity[1] != "#" and entity[1:] not in html5:
            return entity
        resolved = html.unescape(entity)
        if resolved == entity or resolved == "\ufffd":
            return entity
        count += 1
        return resolved

    return _ENTITY.sub(character, text), count
