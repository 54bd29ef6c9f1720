"""How surely a line is a page's furniture rather than its text, and where on a page it stands.

In: lines as Arrow texts; then the places of the lines with a strength. Out: STRONG, WEAK, FAINT or NONE a line, and
which of them are furniture where they stand.

STRONG is furniture anywhere; WEAK at the head or foot of a page or directly beside other furniture; FAINT only beside.
An item of a list is what a text enumerates: only rights and, in a list without numbers, the buttons of social networks
are furniture there.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater.curate.clean import han_forms, openings, phrases, post_phrases, strong_phrases
from headwater.kernels import line_openings
from headwater.kernels.arrow import text_buffers

NONE, FAINT, WEAK, STRONG = range(4)
KINDS = (
    (FAINT, phrases.FAINT),
    (WEAK, phrases.WEAK | post_phrases.WEAK),
    (STRONG, strong_phrases.KINDS),
)
IN_LISTS = ("copyright", "registration")  # kinds that a list may hold
IN_BULLETS = (*IN_LISTS, "share")
EDGE_LINES = 4  # of a page at its head, and as many at its foot
LINK = r"(^|[^!])\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"  # an image is no link
EMPHASIS = r"^[*_]{1,3}([^*_]*)[*_]{1,3}$"
MARK = r"^(?:[-*+•·▪◦>»]|\d{1,2}\.)\s+"  # what stands before a line and is no part of it
BULLET = r"^[-*+•·▪◦]\s"
_HAN_NUMBER = r"[〇零一二两三四五六七八九十百\d]{1,5}"
NUMBER = (
    rf"(?i)^(?:[(（\[]?(?:\d{{1,3}}|[a-z]|[ivx]{{1,5}}|{_HAN_NUMBER})[.)、）．\]:：]|[①-⓿❶-➓㈠-㈩]|"
    rf"第{_HAN_NUMBER}[条款项步章节点]|(?:step|rule|article|section|步骤|规则)\s?{_HAN_NUMBER}\b)"
)
_LINE = re.compile(rb"\s*\S[^\n]*")


def strengths(lines: pa.Array) -> np.ndarray:
    """The strength of every line (int8)."""
    unlinked = pc.replace_substring_regex(lines, LINK, r"\1\2")
    bare = pc.replace_substring_regex(unlinked, MARK, "")
    bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(bare, EMPHASIS, r"\1"))
    bare = han_forms.folded(bare)
    about = line_openings.look(*text_buffers(lines), openings.tables())
    bullet = _matches(unlinked, BULLET)
    item = bullet | _matches(unlinked, NUMBER)
    found = np.zeros(len(bare), np.int8)
    for strength, kinds in KINDS:
        for kind in kinds:
            barred = item if kind not in IN_BULLETS else item & ~bullet if kind not in IN_LISTS else False
            asked = np.flatnonzero((about & openings.BIT_OF[kind] > 0) & np.logical_not(barred))
            if len(asked):
                hit = _matches(bare.take(pa.array(asked)), rf"(?i)^(?:{'|'.join(kinds[kind])})$")
                found[asked[hit]] = strength
    return found


def are_items(lines: pa.Array) -> np.ndarray:
    """Which lines are items of a list."""
    unlinked = pc.replace_substring_regex(lines, LINK, r"\1\2")
    return _matches(unlinked, BULLET) | _matches(unlinked, NUMBER)


def _matches(lines: pa.Array, pattern: str) -> np.ndarray:
    return pc.match_substring_regex(lines, pattern).to_numpy(zero_copy_only=False)


def standing(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, strength: np.ndarray
) -> np.ndarray:
    """Which of these lines of a column, all of some strength, are furniture where they stand."""
    strong = strength == STRONG
    weak = strength == WEAK
    beside = np.zeros(len(rows), bool)  # of the line after it
    for number in np.flatnonzero(rows[1:] == rows[:-1]).tolist():
        beside[number] = is_blank(text, int(ends[number]), int(starts[number + 1]))
    sure = strong | (weak & at_edge(offsets, text, rows, starts, weak))
    firm = strong | weak
    sure |= firm & (_after(beside & firm) | (beside & np.append(firm[1:], False)))
    return sure | (_after(beside & sure) | (beside & np.append(sure[1:], False)))


def _after(flags: np.ndarray) -> np.ndarray:
    """The flags, moved on to the line after each."""
    return np.append(np.zeros(1, bool), flags[:-1])[: len(flags)]


def is_blank(text: np.ndarray, start: int, end: int) -> bool:
    """Whether nothing but white space stands between two places."""
    return not text[start:end].tobytes().strip()


def at_edge(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, starts: np.ndarray, asked: np.ndarray
) -> np.ndarray:
    """Which of the lines asked about are among the first or the last few of their page."""
    found = np.zeros(len(rows), bool)
    for row in np.unique(rows[asked]).tolist():
        begin, end = int(offsets[row]), int(offsets[row + 1])
        first, last = np.searchsorted(rows, [row, row + 1])
        head, foot = edges(text[begin:end].tobytes())
        found[first:last] = (starts[first:last] - begin < head) | (starts[first:last] - begin >= foot)
    return found & asked


def edges(page: bytes) -> tuple[int, int]:
    """Where the first few lines of a page end, and where the last few begin; blank lines are none."""
    head, foot = 0, len(page)
    for _ in range(EDGE_LINES):
        line = _LINE.match(page, head)
        if not line:
            return len(page), 0
        head = line.end()
    view = page.rstrip()
    for _ in range(EDGE_LINES):
        foot = view.rfind(b"\n") + 1
        view = view[:foot].rstrip()
    return head, foot
