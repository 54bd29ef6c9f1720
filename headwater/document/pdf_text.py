"""Pages of lines to flowing text: running heads out, words joined over line ends, lines into paragraphs.

In: the text of each page of a PDF. Out: one text. Nothing is known of the layout but the lines: a line about as long
as its page's long ones goes on in the next, a shorter one ends its paragraph.
"""

from __future__ import annotations

import re
from collections import Counter

EDGE_LINES = 2  # at the top and at the bottom of a page, where running heads stand
MIN_REPEATS = 3
MIN_REPEAT_SHARE = 0.4  # of pages; left and right pages may carry different heads
FULL_SHARE = 0.75  # of the width of a page's long lines
MIN_WIDTH = 24  # a narrower page is a list, and its lines stay
_HYPHENS = "\x02\u00ad\ufffe"  # how a hyphen at a line's end may come out; the parser may have joined the lines
_JOINED = re.compile(r"(?<=[^\W\d])[\x02\u00ad\ufffe](?=[a-z])|(?<=[A-Z])[\x02\u00ad\ufffe](?=[A-Z])")
_KEPT = re.compile(r"[\x02\ufffe](?=[^\s])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_PAGE_NUMBER = re.compile(
    r"[-–—\s·|]*(?:page|p\.|seite|第)?\s*(?:\d{1,5}|[ivxlc]{1,7})\s*(?:页|頁)?\s*(?:(?:of|/|共)\s*\d{1,5}\s*(?:页|頁)?)?[-–—\s·|]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_ITEM = re.compile(
    r"\s*(?:[-*·–]\s|[•●▪◦]|\(?\d{1,3}[.)、]\s?|\(?[a-z]\)\s|[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、)"
)
_ENDS = '.!?:;。！？：；…”"’」』)'
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def flowing(pages: list[str]) -> str:
    """The text of a document out of the text of its pages."""
    lines = [_lines(page) for page in pages]
    trimmed = without_running_heads(lines)
    lines = trimmed if any(trimmed) else lines
    paragraphs: list[list[str]] = []  # each in pieces, so that a long one is put together once
    for page in lines:
        width = _full_width(page)
        goes_on = bool(paragraphs) and _open_end(paragraphs[-1])
        for line in page:
            if not line:
                goes_on = False
                continue
            if goes_on and not _ITEM.match(line):
                before, after = joined(paragraphs[-1][-1], line)
                paragraphs[-1][-1:] = [before, after]
            else:
                paragraphs.append([line])
            goes_on = _goes_on(line, width)
    texts = ("".join(pieces).rstrip(_HYPHENS) for pieces in paragraphs)
    return "\n\n".join(text for text in texts if text.strip())


def _lines(page: str) -> list[str]:
    text = _KEPT.sub("-", _JOINED.sub("", page.replace("\r\n", "\n").replace("\r", "\n")))
    found = [line.strip(" \t\xa0") for line in text.split("\n")]
    kept = [line[:-1] + "\x02" if line[-1:] in tuple(_HYPHENS) else line for line in found]
    return [
        _CONTROL.sub("", line[:-1]) + line[-1:] if line.endswith("\x02") else _CONTROL.sub("", line) for line in kept
    ]


def without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Pages without the lines at their edges that stand on many of them, and without their numbers."""
    trimmed = [_trim(page) for page in pages]
    counts = Counter(key for page in trimmed for key in {_key(line) for line in _edges(page)})
    needed = max(MIN_REPEATS, MIN_REPEAT_SHARE * len(pages))
    heads = {key for key, count in counts.items() if count >= needed and key}
    return [_trim(_without_edges(page, heads)) for page in trimmed]


def _edges(page: list[str]) -> list[str]:
    return page if len(page) <= 2 * EDGE_LINES else page[:EDGE_LINES] + page[-EDGE_LINES:]


def _without_edges(page: list[str], heads: set[str]) -> list[str]:
    kept = []
    for number, line in enumerate(page):
        at_edge = number < EDGE_LINES or number >= len(page) - EDGE_LINES
        outermost = number == 0 or number == len(page) - 1
        if not (at_edge and _key(line) in heads) and not (outermost and _PAGE_NUMBER.fullmatch(line)):
            kept.append(line)
    return kept


def _trim(page: list[str]) -> list[str]:
    start, end = 0, len(page)
    while start < end and not page[start]:
        start += 1
    while end > start and not page[end - 1]:
        end -= 1
    return page[start:end]


def _key(line: str) -> str:
    """A line with its numbers made equal: `12 Chapter 3` and `13 Chapter 3` are one running head."""
    return _DIGITS.sub("#", line.strip().lower())


def width_of(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


def _full_width(page: list[str]) -> float:
    """The width of a page's long lines: nine in ten are no wider."""
    widths = sorted(width_of(line) for line in page if line)
    return widths[int(0.9 * len(widths))] if widths else 0.0


def _goes_on(line: str, width: float) -> bool:
    return line[-1:] == "\x02" or (width >= MIN_WIDTH and width_of(line) >= FULL_SHARE * width)


def _open_end(pieces: list[str]) -> bool:
    """Whether a paragraph at the end of a page has no end of its own, and so may go on overleaf."""
    last = pieces[-1]
    return last[-1:] == "\x02" or (last[-1:] not in _ENDS and (len(pieces) > 1 or width_of(last) >= MIN_WIDTH))


def joined(before: str, after: str) -> tuple[str, str]:
    """Two lines made to be one: a word cut by a hyphen made whole, no space where either side is Chinese."""
    if before.endswith("\x02") or (before.endswith("-") and before[-2:-1].isalpha() and after[:1].islower()):
        return before[:-1], after
    wide = _WIDE.match(before[-1:]) or _WIDE.match(after[:1])
    return before, after if wide else f" {after}"
