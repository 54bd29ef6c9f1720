"""How many tokens each merge of a vocabulary saves, so that the tokens of any smaller vocabulary are a sum away.

In: words as symbols with counts, and the merges in the order they were learned. Out: merges done at each rank.

A word is encoded by merging the lowest rank again and again, so up to the first merge of rank r or above it goes as it
would if the vocabulary ended before r. Each merge is booked under the highest rank so far, and the tokens with the
first r merges are the symbols less what is booked below r. `tests/reference/merge_curve.py` encodes anew for each r.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm

SPREAD, SHIFT, HALF = np.uint64(0xD6E8FEB86659FD93), np.uint64(29), np.uint64(32)
NONE = np.int32(0x7FFFFFFF)  # the rank of two symbols that do not merge
LONGEST = 1 << 12  # symbols; a longer word is taken in parts, as it was counted
BLOCK = 64  # places of a word whose lowest rank is kept


class Table(NamedTuple):
    """`slots` (a power of two) hold a merge's rank and 1; of a pair that is named twice the first rank counts."""

    slots: np.ndarray  # int32
    keys: np.ndarray  # uint64: left << 32 | right
    made: np.ndarray  # int32


class Room(NamedTuple):
    """What merging one word needs: [LONGEST] each, `least` one a block."""

    tokens: np.ndarray  # int32
    ranks: np.ndarray  # int32
    nexts: np.ndarray  # int32
    befores: np.ndarray  # int32
    least: np.ndarray  # int32


@part
def _slot(slots, keys, key):
    """The slot of a pair, or the free one where it would be."""
    mask = np.uint64(len(slots) - 1)
    value = (key ^ (key >> SHIFT)) * SPREAD
    slot = (value ^ (value >> SHIFT)) & mask
    while slots[slot] and keys[slots[slot] - 1] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@kernel
def _fill(slots, keys):
    for rank in range(len(keys)):
        slot = _slot(slots, keys, keys[rank])
        if not slots[slot]:
            slots[slot] = rank + 1


@part
def _rank(table, left, right):
    if left < 0 or right < 0:
        return NONE
    slot = _slot(table.slots, table.keys, (np.uint64(left) << HALF) | np.uint64(right))
    return np.int32(table.slots[slot] - 1) if table.slots[slot] else NONE


@part
def _lower(ranks, least, at, count):
    """Put right the lowest rank of the block that holds a place."""
    block = at // BLOCK
    lowest = NONE
    for i in range(block * BLOCK, min(count, (block + 1) * BLOCK)):
        lowest = min(lowest, ranks[i])
    least[block] = lowest


@part
def _merge(table, room, count, times, saved):
    """Merge a word to its end; `times`: how often it occurs."""
    tokens, ranks, nexts, befores, least = room.tokens, room.ranks, room.nexts, room.befores, room.least
    for i in range(count):
        nexts[i], befores[i] = i + 1, i - 1
        ranks[i] = _rank(table, tokens[i], tokens[i + 1]) if i + 1 < count else NONE
    blocks = (count + BLOCK - 1) // BLOCK
    for block in range(blocks):
        _lower(ranks, least, block * BLOCK, count)
    highest = np.int32(0)
    while True:
        best, at = NONE, 0
        for block in range(blocks):
            if least[block] < best:
                best, at = least[block], block * BLOCK
        if best == NONE:
            break
        while ranks[at] != best:
            at += 1
        highest = max(highest, best)
        saved[highest] += times
        gone, before = nexts[at], befores[at]
        after = nexts[gone]
        tokens[at], nexts[at], ranks[gone] = table.made[best], after, NONE
        ranks[at] = NONE
        if after < count:
            befores[after] = at
            ranks[at] = _rank(table, tokens[at], tokens[after])
        if before >= 0:
            ranks[before] = _rank(table, tokens[before], tokens[at])
            _lower(ranks, least, before, count)
        _lower(ranks, least, at, count)
        _lower(ranks, least, gone, count)


@kernel
def _saved(symbols, starts, counts, table, room, saved):
    for word in range(len(counts)):
        at, end = starts[word], starts[word + 1]
        while at < end:
            count = min(end - at, len(room.tokens))
            for i in range(count):
                room.tokens[i] = symbols[at + i]
            _merge(table, room, count, counts[word], saved)
            at += count


def table(merges: np.ndarray) -> Table:
    """The merges (int32 [merges, 3]: left, right, made) by pair."""
    warm("merge_curve", _compile)
    return _table(merges)


def _table(merges):
    keys = (merges[:, 0].astype(np.uint64) << HALF) | merges[:, 1].astype(np.uint64)
    slots = np.zeros(1 << max(4, (3 * len(keys)).bit_length()), np.int32)
    _fill(slots, frozen(keys, np.uint64))
    return Table(slots, frozen(keys, np.uint64), frozen(merges[:, 2], np.int32))


def saved(symbols: np.ndarray, starts: np.ndarray, counts: np.ndarray, table: Table) -> np.ndarray:
    """int64 [merges]: by how much each merge lowers the number of symbols, all words with their counts taken together.

    Word n is symbols[starts[n]:starts[n + 1]]; a negative symbol joins nothing.
    """
    warm("merge_curve", _compile)
    return _all(symbols, starts, counts, table)


def _all(symbols, starts, counts, table):
    found = np.zeros(len(table.made), np.int64)
    given = frozen(symbols, np.int32), frozen(starts, np.int64), frozen(counts, np.int64)
    tokens, ranks, nexts, befores = (np.empty(LONGEST, np.int32) for _ in range(4))
    _saved(*given, table, Room(tokens, ranks, nexts, befores, np.empty(LONGEST // BLOCK, np.int32)), found)
    return found


def _compile() -> None:
    small = _table(np.array([[0, 1, 2]], np.int32))
    _all(np.array([0, 1], np.int32), np.array([0, 2]), np.ones(1), small)
