"""Boilerplate lines: which short lines of general documents are cut.

In: a column of texts and which are looked at. Out: the column without those lines, and counts.
Steps: every short line of prose that begins like one (`kernels.short_lines`, `openings`) → how surely each is furniture
(`furniture.strengths`, once for equal lines) → what is so where it stands is cut out of the texts, unless it is a part
of a paragraph whose lines were wrapped by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from headwater.curate.clean import furniture, openings
from headwater.curate.clean.column import replaced, spliced
from headwater.curate.clean.edits import Counts
from headwater.kernels import short_lines
from headwater.kernels.arrow import text_buffers

MAX_BYTES = 480  # of a line that can be a cookie banner
AROUND = 100  # bytes before and after a line that tell whether it is one of a paragraph's
# the next line begins in small letters, and this one has not ended; this one does, and the one before has not
_GOES_ON = re.compile(rb"[ \t\r]*\n[ \t]*[a-z(`\[]")
_IS_OVER = re.compile(rb"(?:[.!?:|>]|\xc2\xbb|\xe2\x80\xa6|\xe2\x86\x92)$")
_WENT_BEFORE = re.compile(rb"[A-Za-z0-9,;)`'\"][ \t\r]*\n[ \t]*$")
_BLANK_LINES = re.compile(rb"(?:[ \t\r]*\n)*")


def cut_boilerplate(texts: pa.Array, wanted: np.ndarray, counts: Counts) -> pa.Array:
    """The column without the lines that the patterns hold for."""
    offsets, text = text_buffers(texts)
    rows, starts, ends, hashes = short_lines.find_lines(offsets, text, wanted, MAX_BYTES, openings.tables())
    _, first, number = np.unique(hashes, return_index=True, return_inverse=True)
    strength = furniture.strengths(slices(text, starts[first], ends[first]))[number]
    hit = stand_alone(text, starts, ends, strength > furniture.NONE)
    hit[hit] = furniture.standing(offsets, text, rows[hit], starts[hit], ends[hit], strength[hit])
    return cut(texts, rows[hit], starts[hit], ends[hit], counts, "boilerplate_line")


def slices(text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> pa.Array:
    """Parts of a buffer of valid UTF-8, cut at ASCII, as texts of their own."""
    offsets, joined = short_lines.gather(text, starts, ends)
    return pa.LargeStringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(joined))


def stand_alone(text: np.ndarray, starts: np.ndarray, ends: np.ndarray, which: np.ndarray) -> np.ndarray:
    """`which` without lines of hand-wrapped paragraphs: those that the next goes on from, or that go on from one."""
    alone = which.copy()
    for number in np.flatnonzero(which).tolist():
        start, end = int(starts[number]), int(ends[number])
        before, after = text[max(0, start - AROUND) : start].tobytes(), text[end : end + AROUND].tobytes()
        goes_on = _GOES_ON.match(after) and not _IS_OVER.search(text[max(start, end - 4) : end].tobytes())
        alone[number] = not goes_on and not (97 <= text[start] <= 122 and _WENT_BEFORE.search(before))
    return alone


def cut(texts: pa.Array, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, counts: Counts, kind: str) -> pa.Array:
    """The column without these lines, given by the places of their contents in its buffer, row by row."""
    if not len(rows):
        return texts
    offsets, text = text_buffers(texts)
    changed: dict[int, bytearray] = {}
    edges = np.flatnonzero(np.diff(rows, prepend=-1, append=-1))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        row = int(rows[first])
        start = int(offsets[row])
        whole = text[start : offsets[row + 1]].tobytes()
        spans = zip((starts[first:last] - start).tolist(), (ends[first:last] - start).tolist(), strict=True)
        changed[row] = without_lines(whole, spans)
        counts[kind][row] += last - first
    return replaced(texts, changed)


def without_lines(text: bytes, spans: Iterable[tuple[int, int]]) -> bytearray:
    """A text without the lines whose contents lie at these spans; of the blank lines round them one is left."""
    gaps: list[tuple[int, int]] = []
    for start, end in spans:
        first = text.rfind(b"\n", 0, start) + 1
        following = text.find(b"\n", end)
        last = len(text) if following < 0 else following + 1
        if gaps and not text[gaps[-1][1] : first].strip():
            first = gaps.pop()[0]
        gaps.append((first, last))
    return spliced(text, ((*_with_blanks(text, first, last), b"") for first, last in gaps))


def _with_blanks(text: bytes, first: int, last: int) -> tuple[int, int]:
    """A gap with the blank lines after it where there is one before it too, or with all before it at a text's end."""
    before = text.rfind(b"\n", 0, max(first - 1, 0)) + 1  # where the line before it starts
    blank = _BLANK_LINES.match(text, last)
    following = blank.end() if blank else last
    if first == 0 or following == len(text) or not text[before:first].strip():
        last = following
    if last == len(text):
        while first and text[first - 1] in b" \t\r\n":
            first -= 1
    return first, last
