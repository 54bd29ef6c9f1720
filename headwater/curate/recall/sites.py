"""Sites: which documents stand together, by their addresses.

In: addresses and sources. Out: the number of each row's site, and the sites' names.

A site is a host. Where one host holds many documents it is cut at the next part of the path, and so on, as long as a
piece still holds many; what is left over in pieces too small to judge stays with the site above. Sites depend on the
addresses alone, never on scores: they are the same in every round, and so is the review of a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import numpy as np

MANY_SHARE, MANY_PAGES = 0.02, 100  # a piece with more than both is cut, if it can be
SMALL_SHARE = 0.2  # of MANY: a smaller piece is not a site by itself
NAMED_PARTS = 3  # a site whose pages share more of their path says so, up to these parts, the host among them
MAX_PARTS = 4  # of an address that are looked at: the host and three folders
NOWHERE = "(no address)"
Parts = tuple[str, ...]


def parts_of(url: str, source: str) -> Parts:
    """Host and folders of an address, or the source's name where there is none."""
    try:
        split = urlsplit(url)
        host = split.hostname or ""
    except ValueError:
        host = ""
    if not host:
        return (source.strip() or NOWHERE,)
    return (host, *(part for part in split.path.split("/") if part))[:MAX_PARTS]


def find(urls: Sequence[str], sources: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """(the site's number of each row, the sites' names)."""
    parts = [parts_of(url, source) for url, source in zip(urls, sources, strict=True)]
    order = sorted(range(len(parts)), key=parts.__getitem__)
    ordered = [parts[row] for row in order]
    many = max(MANY_PAGES, int(MANY_SHARE * len(parts)))
    least = int(SMALL_SHARE * many)
    numbers = np.zeros(len(parts), np.int64)
    names: list[str] = []
    waiting = [(0, len(parts), 0)]  # (first, end, parts that all rows between them share)
    while waiting:
        first, end, depth = waiting.pop()
        pieces = _pieces(ordered, first, end, depth)
        deepest = MAX_PARTS - (len(pieces) == 1)  # a last part that all share cuts nothing
        cannot = depth >= deepest or all(b - a < least for a, b in pieces)
        if depth and (end - first <= many or cannot):
            _name(ordered, order, first, end, depth, numbers, names)
            continue
        small = [piece for piece in pieces if depth and piece[1] - piece[0] < least]
        large = pieces if not depth else [piece for piece in pieces if piece[1] - piece[0] >= least]
        waiting += [(a, b, depth + 1) for a, b in reversed(large)]
        for number, (a, b) in enumerate(small):
            if not number:
                names.append("/".join(ordered[first][:depth]))
            numbers[order[a:b]] = len(names) - 1
    return numbers, names


def _pieces(ordered: list[Parts], first: int, end: int, depth: int) -> list[tuple[int, int]]:
    """Runs of rows whose address goes on alike after `depth` parts."""
    starts = [
        row for row in range(first, end) if row == first or ordered[row][: depth + 1] != ordered[row - 1][: depth + 1]
    ]
    return list(zip(starts, [*starts[1:], end], strict=True))


def _name(
    ordered: list[Parts], order: list[int], first: int, end: int, depth: int, numbers: np.ndarray, names: list[str]
) -> None:
    """Make the rows between first and end a site; its name has the parts that all of them share, a few at most."""
    low, high = ordered[first], ordered[end - 1]
    while depth < min(NAMED_PARTS, len(low) - 1, len(high) - 1) and low[depth] == high[depth]:
        depth += 1
    numbers[order[first:end]] = len(names)
    names.append("/".join(low[:depth]))
