"""Matches: items (questions) that texts hold, whole or in part, with small changes.

In: texts, and an Index of items as folded tokens. Out: for each text the items found, how much of each, and where.

Steps: fold a text to tokens → look every run of `words` (or `chars`) tokens up among the items' runs → grow each hit
left and right, over gaps of a few tokens → keep the best place of each item → the best items of each text.
A text is read in overlapping chunks, and a stretch that an item was grown over is not grown over again: time and room
stay bounded on a text of any length that holds any item any number of times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.grow import grow
from headwater.kernels.tokens import CHAR, power_of, prefixes, run_hash, tokenize

CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 1 << 16  # more than the longest item is long
DECIMALS = 6  # of a share: weights are float32
KEPT = 16  # items kept for each text
LONG, SHORT = 0, 1


class Index(NamedTuple):
    """Items as tokens, and where each run of their tokens stands.

    indptr int64 [items + 1]; tokens uint64, weights float32 [tokens]; totals float32 [items], their weights' sums;
    short bool [items], to be found whole; runs uint64 sorted, run_items and run_places int32 [runs];
    starts int64 [2**k + 1], the first run of each value of the high bits; filter uint8, a bit a value of the low bits.
    """

    indptr: np.ndarray
    tokens: np.ndarray
    weights: np.ndarray
    totals: np.ndarray
    short: np.ndarray
    runs: np.ndarray
    run_items: np.ndarray
    run_places: np.ndarray
    starts: np.ndarray
    filter: np.ndarray


class Limits(NamedTuple):
    """words, chars: tokens of a run. least: matched words of a long item. floors: least shares, long and short."""

    words: int
    chars: int
    least: float
    char_units: float  # words that a CHAR counts for
    little_units: float  # and a LITTLE
    long_floor: float
    short_floor: float


class Hits(NamedTuple):
    """rows, items int64; shares float64; begins, ends int64 (bytes of the text): [hits]. shares_of float64 [texts, 2].

    shares_of: the largest share of a long and of a short item in each text, NaN where none was found.
    """

    rows: np.ndarray
    items: np.ndarray
    shares: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    shares_of: np.ndarray


@part
def _note(index, limits, state, found, item, share, begin, end):
    """Keep the best place of an item in this text; returns how many items were found so far."""
    best, firsts, lasts, touched = state
    if share < (limits.short_floor if index.short[item] else limits.long_floor):
        return found
    if best[item] == 0.0:
        touched[found] = item
        found += 1
    if share > best[item]:
        best[item], firsts[item], lasts[item] = share, begin, end
    return found


@part
def _match_chunk(index, limits, tokens_of, count, sums, powers, state, reach, seen_at, seen, num_seen, found):
    """Look up every run of a chunk's tokens; (items found, items grown) so far."""
    hashes, kinds, begins, ends = tokens_of
    bits = np.uint64(8 * len(index.filter) - 1)
    down = np.uint64(64)
    size = len(index.starts) - 1
    while size > 1:
        size >>= 1
        down -= np.uint64(1)
    prefixes(hashes, count, sums)
    for at in range(count):
        length = limits.chars if kinds[at] == CHAR else limits.words
        if at + length > count:
            continue
        value = run_hash(sums, at, length, powers[1] if kinds[at] == CHAR else powers[0])
        bit = value & bits
        if not (index.filter[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & np.uint8(1):
            continue
        bucket = value >> down if down < 64 else np.uint64(0)
        for k in range(index.starts[bucket], index.starts[bucket + np.uint64(1)]):
            if index.runs[k] != value:
                continue
            item = index.run_items[k]
            if begins[at] < reach[item] and seen_at[item] != begins[at]:
                continue
            place, first, stop = index.run_places[k] + index.indptr[item], index.indptr[item], index.indptr[item + 1]
            right, more, last = grow(hashes, kinds, count, at, index, place, stop, 1, limits)
            left, few, begin = grow(hashes, kinds, count, at - 1, index, place - 1, first, -1, limits)
            if reach[item] == 0:
                seen[num_seen] = item
                num_seen += 1
            reach[item], seen_at[item] = max(reach[item], ends[last]), begins[at]
            if more + few >= limits.least or index.short[item]:
                share = min(1.0, (left + right) / index.totals[item])
                found = _note(index, limits, state, found, item, share, begins[begin], ends[last])
    return found, num_seen


@part
def _best(state, found, index, row, out, used, shares_of):
    """Write the best items of a text, best first, and clear the state; hits written so far."""
    best, firsts, lasts, touched = state
    rows, items, shares, begins, ends = out
    for k in range(found):
        side = SHORT if index.short[touched[k]] else LONG
        if not shares_of[row, side] >= best[touched[k]]:
            shares_of[row, side] = best[touched[k]]
    for _ in range(min(found, KEPT)):
        top = -1
        for k in range(found):
            item = touched[k]
            if best[item] > 0.0 and (top < 0 or best[item] > best[top] or (best[item] == best[top] and item < top)):
                top = item
        rows[used], items[used], shares[used] = row, top, best[top]
        begins[used], ends[used] = firsts[top], lasts[top]
        best[top] = 0.0
        used += 1
    for k in range(found):
        best[touched[k]] = 0.0
    return used


@part
def _cut(text, at, stop):
    """The next place from `at` on where a character begins."""
    while at < stop and text[at] & 0xC0 == 0x80:
        at += 1
    return at


@kernel
def _match(offsets, text, fold, index, limits, out, shares_of, chunk, overlap):
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, min(offsets[row + 1] - offsets[row], chunk + 4))
    room, items = longest, len(index.totals)
    tokens_of = (
        np.empty(room, np.uint64),
        np.empty(room, np.uint8),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    sums = np.empty(room + 1, np.uint64)
    state = (np.zeros(items), np.empty(items, np.int64), np.empty(items, np.int64), np.empty(items, np.int64))
    reach, seen_at, seen = np.zeros(items, np.int64), np.full(items, -1, np.int64), np.empty(items, np.int64)
    powers = (power_of(limits.words), power_of(limits.chars))
    used = 0
    for row in range(len(offsets) - 1):
        at, end, found, num_seen = offsets[row], offsets[row + 1], 0, 0
        while at < end:
            stop = _cut(text, min(at + chunk, end), end)
            count = tokenize(text, at, stop, fold, *tokens_of)
            found, num_seen = _match_chunk(
                index, limits, tokens_of, count, sums, powers, state, reach, seen_at, seen, num_seen, found
            )
            for k in range(num_seen):  # what the chunk's end cut is grown again from the overlap
                reach[seen[k]], seen_at[seen[k]] = 0, -1
            num_seen = 0
            at = end if stop == end else _cut(text, stop - overlap, stop)
        used = _best(state, found, index, row, out, used, shares_of)
    return used


def match(offsets: np.ndarray, text: np.ndarray, fold: np.ndarray, index: Index, limits: Limits) -> Hits:
    """The items that texts hold. `fold`: of kernels.fold."""
    warm("matches", _compile)
    return _matched(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(fold, np.uint32), index, limits)


def _matched(
    offsets: np.ndarray,
    text: np.ndarray,
    fold: np.ndarray,
    index: Index,
    limits: Limits,
    chunk: int = CHUNK_BYTES,
    overlap: int = OVERLAP_BYTES,
) -> Hits:
    num_texts = len(offsets) - 1
    room = num_texts * min(KEPT, len(index.totals))
    out = (*(np.empty(room, np.int64) for _ in range(2)), np.empty(room), *(np.empty(room, np.int64) for _ in range(2)))
    shares_of = np.full((num_texts, 2), np.nan)
    used = _match(offsets, text, fold, index, limits, out, shares_of, chunk, overlap)
    rows, items, shares, begins, ends = (column[:used] for column in out)
    return Hits(rows, items, np.round(shares, DECIMALS), begins, ends, np.round(shares_of, DECIMALS))


def ready(index: Index) -> Index:
    """An index whose arrays are of the types that the kernel is compiled for."""
    types = (np.int64, np.uint64, np.float32, np.float32, np.bool_, np.uint64, np.int32, np.int32, np.int64, np.uint8)
    return Index(*(frozen(column, kind) for column, kind in zip(index, types, strict=True)))


def _compile() -> None:
    one, empty = np.array([0, 1]), np.zeros(0)
    index = ready(Index(one, np.ones(1), np.ones(1), np.ones(1), np.ones(1), empty, empty, empty, one * 0, np.zeros(8)))
    text = frozen(np.frombuffer(b"a", np.uint8), np.uint8)
    fold = frozen(np.zeros(256, np.uint32), np.uint32)
    _matched(frozen(one, np.int64), text, fold, index, Limits(2, 2, 1.0, 0.5, 0.5, 0.5, 0.5))
