"""HTML entities that were left in the text: `&amp;nbsp;`, `&#8217;`.

In: a text. Out: the text with them resolved, and how many. Only whole entities with a known name and a semicolon are
meant. Where a text speaks of them they stay: in what is marked as code, and near words like HTML or escaping. A sign of
markup that was escaped once more (`&amp;lt;`) was meant to be read as an entity and stays too: cleaning twice is
cleaning once. Of a blank, a quotation mark or another sign that nobody writes about, every layer is resolved.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

_ENTITY = re.compile(r"&(?P<again>(?:amp;){0,4})(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
MAX_INLINE = 402  # characters of code in a line, with its marks
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
BLOCK_CHARS, MARGIN_CHARS, MAX_BLOCKS = 2048, 64, 8  # no such word is as long as the margin
# what a text about markup is about
_MARKUP = frozenset(("&lt;", "&gt;", "&amp;", "&quot;", "&#60;", "&#62;", "&#38;", "&#34;"))


def resolve(text: str) -> tuple[str, int]:
    """The text with its entities resolved, and how many."""
    last = 0
    for match in _ENTITY.finditer(text):
        last = match.end()
    if not last:
        return text, 0
    sure, near = _Said(_SURE, text), _Said(_NEAR, text)
    parts: list[str] = []
    count = at = 0
    while at < last:
        code = _CODE.search(text, at, last + MAX_INLINE)
        if code and code.start() >= last:
            code = None
        end = code.start() if code else last
        part, found = _resolved(text, at, end, sure, near)
        parts.append(part)
        count += found
        at = _end_of(text, code) if code else last
        parts.append(text[end:at])
    return "".join(parts) + text[at:], count


class _Said:
    """Where a text has words of a kind, looked up in the blocks asked for: entities may be few and far apart."""

    def __init__(self, words: re.Pattern[str], text: str) -> None:
        self.words, self.text = words, text
        self.ends: dict[int, list[int]] = {}  # of the last few blocks

    def is_near(self, at: int, num_chars: int) -> bool:
        """Whether such a word ends within so many characters of a place."""
        first, last = max(0, at - num_chars), at + num_chars
        for block in range(first // BLOCK_CHARS, last // BLOCK_CHARS + 1):
            ends = self.ends.get(block)
            if ends is None:
                ends = self._read(block)
            if ends and any(first <= end <= last for end in ends):
                return True
        return False

    def _read(self, block: int) -> list[int]:
        if len(self.ends) > MAX_BLOCKS:
            self.ends.clear()
        start, stop = block * BLOCK_CHARS, (block + 1) * BLOCK_CHARS
        found = self.words.finditer(self.text, max(0, start - MARGIN_CHARS), stop + MARGIN_CHARS)
        self.ends[block] = [match.end() for match in found if start <= match.end() < stop]
        return self.ends[block]


def _end_of(text: str, code: re.Match[str]) -> int:
    """Where the code that starts here ends."""
    if not code.group(1):
        return code.end()
    close = text.find("\n" + code.group(1), code.end())
    return len(text) if close < 0 else close + 1 + len(code.group(1))


def _resolved(text: str, start: int, end: int, sure: _Said, near: _Said) -> tuple[str, int]:
    """Part of a text with its entities resolved, and how many."""
    count = 0

    def character(match: re.Match[str]) -> str:
        nonlocal count
        written = match.group()
        again = match.group("again")
        entity = "&" + written[1 + len(again) :]
        if entity[1] != "#" and entity[1:] not in html5:
            return written
        if again and entity in _MARKUP:
            return written
        resolved = html.unescape(entity)
        at = start + match.start()
        if resolved == entity or resolved == "\ufffd" or sure.is_near(at, SURE_CHARS) or near.is_near(at, NEAR_CHARS):
            return written
        count += 1
        return resolved

    return _ENTITY.sub(character, text[start:end]), count
