"""What was found in one text: places and kinds, as numbers, since a long text may hold millions.

In: finds of every kind, in any order. Out: those that are masked, in order: of two that overlap the surer kind stays.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable, Iterator

import numpy as np

PRIORITY = ("key", "email", "ip", "id", "card", "passport", "plate", "phone")  # the surest first
BLOCK = 1 << 14  # rows that are Python objects at once


class Finds:
    """The finds of one text."""

    def __init__(self) -> None:
        self.flat = array("q")  # start, end, kind of each

    def add(self, places: Iterable[tuple[int, int]], kind: str) -> None:
        """Note places of a kind."""
        number = PRIORITY.index(kind)
        for start, end in places:
            self.flat.extend((start, end, number))

    def apart(self) -> np.ndarray:
        """[finds, 3]: start, end and kind of those that stay, in order."""
        found = np.frombuffer(self.flat, np.int64).reshape(-1, 3)
        if not (np.diff(found[:, 0]) > 0).all():
            found = found[np.lexsort((found[:, 2], found[:, 1], found[:, 0]))]
        reach = np.maximum.accumulate(found[:, 1]) if len(found) else np.empty(0, np.int64)
        meets = found[1:, 0] < reach[:-1]
        if not meets.any():
            return found
        parts: list[np.ndarray] = []
        begins = np.flatnonzero(np.concatenate([[True], ~meets, [True]]))  # of those that hang together
        for first, last in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True):
            group = found[first:last]
            parts.append(group if last - first == 1 else np.array(_surest(group.tolist()), np.int64))
        return np.concatenate(parts)


def _surest(found: list[list[int]]) -> list[list[int]]:
    """Of finds that overlap, those that stay."""
    taken: list[list[int]] = []
    for find in sorted(found, key=lambda entry: (entry[2], entry[0])):
        place = bisect.bisect(taken, find)
        free_before = place == 0 or taken[place - 1][1] <= find[0]
        if free_before and (place == len(taken) or find[1] <= taken[place][0]):
            taken.insert(place, find)
    return taken


def by_blocks(rows: np.ndarray) -> Iterator[list[int]]:
    """Rows of numbers as Python's own, a few at a time."""
    for first in range(0, len(rows), BLOCK):
        yield from rows[first : first + BLOCK].tolist()
