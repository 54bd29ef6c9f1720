"""Where on a page a site's own lines are its furniture: at the head, at the foot, and in long runs within.

In: the short lines of a column of pages, and which of them their sites share. Out: which are furniture. A recipe's
`Ingredients`, the names of a play's persons and the `Returns` of a manual are on every page of a site too: they are the
structure of what it says, and stand between lines that only their page has.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from headwater.curate.clean import furniture
from headwater.curate.clean.lines import slices

LONG_RUN = 3  # firm lines one after the other, within a page
_TELLS = re.compile(rb"[0-9A-Za-z\x80-\xff]")


class Lines(NamedTuple):
    """Short lines of a column: their rows, places in its buffer and hashes."""

    rows: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    hashes: np.ndarray


def furniture_of(
    offsets: np.ndarray, text: np.ndarray, lines: Lines, shared: np.ndarray, firm: np.ndarray
) -> np.ndarray:
    """Which of the lines are furniture of their sites."""
    found = np.zeros(len(shared), bool)
    pages = np.unique(lines.rows[shared])
    on_page = np.isin(lines.rows, pages)
    strength, item = np.zeros(len(shared), np.int8), np.zeros(len(shared), bool)
    _, first, number = np.unique(lines.hashes[on_page], return_index=True, return_inverse=True)
    once = slices(text, lines.starts[on_page][first], lines.ends[on_page][first])
    strength[on_page], item[on_page] = furniture.strengths(once)[number], furniture.are_items(once)[number]
    ours = shared | (strength >= furniture.WEAK)
    for row in pages.tolist():
        begin, end = np.searchsorted(lines.rows, [row, row + 1])
        page = slice(int(begin), int(end))
        touching = _touching(text, lines, page, int(offsets[row]), int(offsets[row + 1]))
        edge = _edges(lines.hashes[page], ours[page], touching)
        inner = _runs(firm[page] & ~item[page], touching)
        found[page] = shared[page] & (edge | inner)
    return found


def _touching(text: np.ndarray, lines: Lines, page: slice, begin: int, end: int) -> np.ndarray:
    """Whether nothing but marks stands before each line and the one before it (or the page's start); the end's last."""
    lasts = np.concatenate([[begin], lines.ends[page]]).tolist()
    firsts = np.concatenate([lines.starts[page], [end]]).tolist()
    view = np.ascontiguousarray(text).data
    gaps = zip(lasts, firsts, strict=True)
    return np.array([not _TELLS.search(view[last:first]) for last, first in gaps], bool)


def _edges(hashes: np.ndarray, ours: np.ndarray, touching: np.ndarray) -> np.ndarray:
    """The lines from a page's head on, and back from its foot, that are all furniture."""
    head = _length(ours, touching[:-1])
    foot = _length(ours[::-1], touching[1:][::-1])
    edge = np.zeros(len(ours), bool)
    edge[:head] = edge[len(ours) - foot :] = True
    # what the body says as well is no furniture, as the name of the person who speaks first
    return edge & ~np.isin(hashes, hashes[~edge])


def _length(ours: np.ndarray, touching: np.ndarray) -> int:
    """How many lines from the first on are ours and touch the one before."""
    other = np.flatnonzero(~(ours & touching))
    return int(other[0]) if len(other) else len(ours)


def _runs(firm: np.ndarray, touching: np.ndarray) -> np.ndarray:
    """The lines in runs of firm ones, one after the other."""
    starts = np.flatnonzero(firm & ~(touching[:-1] & np.append([False], firm[:-1])))
    stops = np.flatnonzero(firm & ~(touching[1:] & np.append(firm[1:], [False]))) + 1
    found = np.zeros(len(firm), bool)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        found[start:stop] = stop - start >= LONG_RUN
    return found
