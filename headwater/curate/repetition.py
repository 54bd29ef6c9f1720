"""Repetition: how much of a text was said before in the same text.

In: words, lines or code points of one document. Out: shares from 0 to 1.
n-grams are counted exactly: a level's distinct n-grams are numbered, and an (n+1)-gram is the pair
(number of its first n words, its last word). Only places that repeat at one level can repeat at the
next, so ordinary text thins out at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)
WINDOW = 16  # characters
SAMPLE_PLACES = 1024  # places in each of SAMPLE_PARTS stretches of a long text
SAMPLE_PARTS = 4
_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def seen_before(pieces: Sequence[str]) -> tuple[int, int]:
    """How many pieces repeat an earlier one, and their characters together."""
    seen: set[str] = set()
    count = chars = 0
    for piece in pieces:
        if piece in seen:
            count += 1
            chars += len(piece)
        else:
            seen.add(piece)
    return count, chars


def number(words: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Words as numbers in order of first appearance, and the distinct words."""
    vocabulary = list(dict.fromkeys(words))
    index = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    return np.fromiter(map(index.__getitem__, words), np.int64, len(words)), vocabulary


def ngram_chars(ids: np.ndarray, lengths: np.ndarray) -> tuple[list[int], list[int]]:
    """Characters in the commonest 2-, 3- and 4-gram, and in 5- to 10-grams that appeared before.

    `lengths`: characters of each word in place. An n-gram that appears once is no repetition. The
    commonest is counted with single spaces between its words; of equals the first in the text. A
    character under several repeated n-grams counts once; the first appearance does not count.
    """
    top, duplicate = dict.fromkeys(TOP_SIZES, 0), dict.fromkeys(DUPLICATE_SIZES, 0)
    ends = np.concatenate(([0], np.cumsum(lengths)))
    places, labels = np.arange(len(ids)), ids
    for size in range(2, DUPLICATE_SIZES[-1] + 1):
        inside = places + size <= len(ids)
        places, labels = places[inside], labels[inside]
        if len(places) < 2:
            break
        keys = labels * (int(ids.max()) + 1) + ids[places + size - 1]
        _, first, inverse, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        if size in top and count.max() > 1:
            best = first[count == count.max()].min()
            place = places[best]
            top[size] = int(count.max()) * int(ends[place + size] - ends[place] + size - 1)
        if size in duplicate:
            later = places[first[inverse] != np.arange(len(places))]
            duplicate[size] = _covered(later, size, lengths)
        repeated = count[inverse] > 1
        places, labels = places[repeated], inverse[repeated]
    return list(top.values()), list(duplicate.values())


def _covered(places: np.ndarray, size: int, lengths: np.ndarray) -> int:
    """Characters of the words under any n-gram that starts at one of `places`."""
    if not len(places):
        return 0
    edges = np.zeros(len(lengths) + 1, np.int64)
    np.add.at(edges, places, 1)
    np.add.at(edges, places + size, -1)
    return int(lengths[np.cumsum(edges[:-1]) > 0].sum())


def window_share(codes: np.ndarray, width: int) -> float:
    """Share of places whose next `width` code points stood at an earlier place; 0 for a shorter text."""
    hashes = _window_hashes(codes, width)
    return 1.0 - len(np.unique(hashes)) / len(hashes) if len(hashes) else 0.0


def sampled_window_share(codes: np.ndarray) -> float:
    """`window_share` of WINDOW code points over a bounded sample: evenly spread stretches.

    Bounded, so that a line of millions of characters costs what a page costs. The second least of
    the stretches counts: one long table in a varied text is no extreme, a short head is no excuse.
    """
    span = SAMPLE_PLACES + WINDOW - 1
    if len(codes) <= SAMPLE_PARTS * span:
        return window_share(codes, WINDOW)
    starts = np.linspace(0, len(codes) - span, SAMPLE_PARTS).astype(np.int64)
    return sorted(window_share(codes[start : start + span], WINDOW) for start in starts)[1]


def _window_hashes(codes: np.ndarray, width: int) -> np.ndarray:
    """A 64-bit polynomial hash of every window of `width` code points, by doubling."""
    if len(codes) < width:
        return np.empty(0, np.uint64)
    power = codes.astype(np.uint64) + np.uint64(1)
    factor, size = _MULTIPLIER, 1  # factor is the multiplier to the power of size
    result, done = np.zeros(len(codes) + 1, np.uint64), 0  # the hash of each window's first `done` code points
    while True:
        if width & size:
            result = result[: len(power) - done] * np.uint64(factor) + power[done:]
            done += size
        if size * 2 > width:
            return result
        power = power[:-size] * np.uint64(factor) + power[size:]
        factor, size = factor * factor & _MASK, size * 2
