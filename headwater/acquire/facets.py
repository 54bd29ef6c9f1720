"""Faceted navigation: queries that combine the same few values without end.

In: a path and a query. Out: whether the queries of that path have become combinations: far more of them than
values they are made of. An archive, a wiki or a forum gives every page a value of its own, however many there are;
the further pages of a list are not held against it.
"""

from __future__ import annotations

import re

MIN_QUERIES = 500  # of one path; only above are they held against their values
QUERIES_PER_VALUE = 20
MAX_VALUES_PER_PATH = 4096  # a path with more has pages of its own behind its queries
MAX_VALUES = 400_000  # remembered in all; the paths met first are forgotten first
_SEPARATOR = re.compile(r"&|,|;|\||%2C|%3B|%7C")
_FURTHER_PAGE = re.compile(r"(?:^|&)(?:page|p|pg|pn|start|offset|from|paged|pageno|page_?num|skip)=", re.IGNORECASE)


class Facets:
    """How many queries each path has had, and the values in them."""

    def __init__(self) -> None:
        self._paths: dict[str, tuple[list[int], set[int]]] = {}
        self._num_values = 0

    def endless(self, path: str, query: str) -> bool:
        """Count one more query of a path that has not been met before; whether it is one of endless combinations."""
        pieces = _SEPARATOR.split(query)
        if len(pieces) < 2 or _FURTHER_PAGE.search(query):
            return False
        if path not in self._paths:
            while self._paths and self._num_values + len(self._paths) >= MAX_VALUES:
                self._num_values -= len(self._paths.pop(next(iter(self._paths)))[1])
            self._paths[path] = ([0], set())
        count, values = self._paths[path]
        count[0] += 1
        if len(values) < MAX_VALUES_PER_PATH:
            known = len(values)
            values.update(map(hash_of, pieces[:64]))
            self._num_values += len(values) - known
            return count[0] > MIN_QUERIES and count[0] > QUERIES_PER_VALUE * len(values)
        return False


def hash_of(piece: str) -> int:
    """A value as remembered: the same in every process, unlike `hash`."""
    from zlib import crc32

    return crc32(piece.encode())
