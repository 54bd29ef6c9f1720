"""HTML entities that were left in the text: `&amp;nbsp;`, `&#8217;`.

In: a text. Out: the text with them resolved, and how many. Only whole entities with a known name and a semicolon are
meant. Where a text speaks of them they stay: in what is marked as code, and near words like HTML or escaping. A sign of
markup that was escaped once more (`&amp;lt;`) was meant to be read as an entity and stays too: cleaning twice is
cleaning once. Of a blank, a quotation mark or another sign that nobody writes about, every layer is resolved.
"""

from __future__ import annotations

import bisect
import html
import re
from html.entities import html5

_ENTITY = re.compile(r"&(?P<again>(?:amp;){0,4})(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# a fence with what it holds, to its end or the text's; code in a line; a line indented like code
_CODE = re.compile(r"^[ \t]*(```|~~~)|`[^`\n]{1,400}`|^(?: {4}|\t)[^\n]*$", re.MULTILINE)

# words of who speaks of entities: sure ones, and those of other trades too, which must stand nearer
_SURE = re.compile(
    r"(?<![.\w/])(?:x?html|xml|sgml)(?:\d|\b)(?!://)|markup|ampersand|character (?:reference|code)|less[ -]than sign|"
    r"转义|字符(?:引用|实体)|标记语言",
    re.IGNORECASE,
)
_NEAR = re.compile(r"\bentit(?:y|ies)\b|\b(?:un)?escap(?:e[ds]?|ing)\b|实体", re.IGNORECASE)
SURE_CHARS, NEAR_CHARS = 500, 100
# what a text about markup is about
_MARKUP = frozenset(("&lt;", "&gt;", "&amp;", "&quot;", "&#60;", "&#62;", "&#38;", "&#34;"))


def resolve(text: str) -> tuple[str, int]:
    """The text with its entities resolved, and how many."""
    if not _ENTITY.search(text):
        return text, 0
    sure, near = _ends(_SURE, text), _ends(_NEAR, text)
    parts: list[str] = []
    count = at = 0
    while True:
        code = _CODE.search(text, at)
        part, found = _resolved(text, at, code.start() if code else len(text), sure, near)
        parts.append(part)
        count += found
        if not code:
            return "".join(parts), count
        at = _end_of(text, code)
        parts.append(text[code.start() : at])


def _ends(words: re.Pattern[str], text: str) -> list[int]:
    return [match.end() for match in words.finditer(text)]


def _is_close(places: list[int], at: int, num_chars: int) -> bool:
    """Whether one of these sorted places is within so many characters of another."""
    number = bisect.bisect_left(places, at - num_chars)
    return number < len(places) and places[number] <= at + num_chars


def _end_of(text: str, code: re.Match[str]) -> int:
    """Where the code that starts here ends."""
    if not code.group(1):
        return code.end()
    close = text.find("\n" + code.group(1), code.end())
    return len(text) if close < 0 else close + 1 + len(code.group(1))


def _resolved(text: str, start: int, end: int, sure: list[int], near: list[int]) -> tuple[str, int]:
    """Part of a text with its entities resolved, and how many."""
    count = 0

    def character(match: re.Match[str]) -> str:
        nonlocal count
        written = match.group()
        again = match.group("again")
        at = start + match.start()
        if _is_close(sure, at, SURE_CHARS) or _is_close(near, at, NEAR_CHARS):
            return written
        entity = "&" + written[1 + len(again) :]
        if entity[1] != "#" and entity[1:] not in html5:
            return written
        if again and entity in _MARKUP:
            return written
        resolved = html.unescape(entity)
        if resolved == entity or resolved == "\ufffd":
            return written
        count += 1
        return resolved

    return _ENTITY.sub(character, text[start:end]), count
