"""Where a text may be cut: between its lines and its sentences.

In: a text as bytes, and spans of it. Out: a span made shorter until it is whole lines and sentences; and the text
without such spans, in which nothing runs together that stood apart.
"""

from __future__ import annotations

import re

_MARKS = ".?!\u2026\u061f\u06d4\u0964"  # that end a sentence before white space
_CLOSERS = "\"'\u2019\u201d\u00bb)\\]\u300d\u300f\uff09\u3011\u300b*_"
# A stop after one capital letter is part of a name; after a short word and before a small letter, of an abbreviation.
_ENDS = re.compile(
    rf"(?<![{_MARKS}])(?<!\b[A-Z])[{_MARKS}]++[{_CLOSERS}]*+(?=\s|\Z)(?!\s+[a-z])"
    rf"|(?<=[^\W\d_][^\W\d_][^\W\d_][^\W\d_])\.(?=\s)"
    rf"|[\u3002\uff01\uff1f\uff61]++[{_CLOSERS}]*+"
)
_LINE = re.compile(rb"[\n\r\x0b\x0c]|\xe2\x80[\xa8\xa9]")
_SPACE = b" \t\n\r\x0b\x0c"
NEAR = 64  # bytes about a span that say whether it begins or ends with a sentence
MAX_BREAKS = 2  # where something was cut out of the middle; one at least


def narrowed(text: bytes, first: int, end: int, lines_only: bool) -> tuple[int, int]:
    """The longest part of a span that is whole lines and, but for `lines_only`, sentences; empty where none is."""
    low, high = max(0, first - NEAR), min(len(text), end + NEAR)
    places = {place for place in (0, len(text)) if first <= place <= end}
    for match in _LINE.finditer(text, low, high):
        places |= {match.start(), match.end()}
    if not lines_only:
        places |= _sentences(text, low, high)
    inside = [place for place in places if first <= place <= end]
    return (min(inside), max(inside)) if inside else (first, first)


def unbroken(text: bytes) -> bool:
    """Whether a text is one line in which no sentence ends but, it may be, at its end."""
    text = text.strip(_SPACE)
    return not _LINE.search(text) and not any(place < len(text) for place in _sentences(text, 0, len(text)))


def _sentences(text: bytes, low: int, high: int) -> set[int]:
    """Where sentences of a part of a text end, and where what follows them begins."""
    while low > 0 and text[low] & 0xC0 == 0x80:
        low -= 1
    while high < len(text) and text[high] & 0xC0 == 0x80:
        high += 1
    part = text[low:high].decode("utf-8", "replace")
    found: set[int] = set()
    at, read = low, 0
    for match in _ENDS.finditer(part):
        if match.end() == len(part) and high < len(text):
            continue  # what follows was not read
        at += len(part[read : match.end()].encode("utf-8", "replace"))
        read = match.end()
        after = at
        while after < len(text) and text[after] in b" \t":
            after += 1
        found |= {at, after}
    return found


def without(text: bytes, spans: list[tuple[int, int]]) -> bytes:
    """The text without these spans, which are ascending and apart; a line break where each was, or the blank line."""
    if not spans:
        return text
    kept: list[bytes] = []
    at, breaks = 0, 0
    for first, end in [*(_stripped(text, *span) for span in spans), (len(text), len(text))]:
        piece = text[at:first]
        body = piece.lstrip(_SPACE) if at else piece
        lead = piece[: len(piece) - len(body)]
        breaks = max(breaks, lead.count(b"\n"))
        at = end
        if not body.strip(_SPACE):
            continue
        if kept:
            kept.append(b"\n" * min(MAX_BREAKS, max(1, breaks)))
        indent = lead[lead.rfind(b"\n") + 1 :] if b"\n" in lead else b""
        whole = body.rstrip(_SPACE) if first < len(text) else body
        kept += [indent, whole]
        breaks = body[len(whole) :].count(b"\n")
    return b"".join(kept)


def _stripped(text: bytes, first: int, end: int) -> tuple[int, int]:
    """A span without the white space at its edges, so that this still stands about it."""
    while first < end and text[first] in _SPACE:
        first += 1
    while end > first and text[end - 1] in _SPACE:
        end -= 1
    return first, end
