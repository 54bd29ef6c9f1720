"""Pairs of neighbours while merges are learned: a table of them with counts, and the words that each occurs in.

In: pairs as two symbols. Out: the number of each, under which its count and its words are kept. What is full is grown
by the caller, who puts the pairs into the slots of the larger table again (`refill`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import kernel, part

SPREAD, SHIFT, HALF = np.uint64(0xD6E8FEB86659FD93), np.uint64(29), np.uint64(32)
NOWHERE = -1
# Indices into `state`.
NUM_PAIRS, NUM_PLACES, NUM_HEAP, NUM_TOKENS, NUM_MERGES, CURSOR, PAIR, MADE, NUM_TOUCHED, STATE = range(10)


class Pairs(NamedTuple):
    """`slots` (a power of two) hold a pair's number and 1; `heads` the last place of each pair."""

    slots: np.ndarray  # int32
    keys: np.ndarray  # uint64: left << 32 | right
    counts: np.ndarray  # int64
    heads: np.ndarray  # int32
    marks: np.ndarray  # int32: the merge that last touched it, and 1
    touched: np.ndarray  # int32


class Places(NamedTuple):
    """Words that hold a pair, as a chain: `words[i]`, then `nexts[i]`."""

    words: np.ndarray  # int32
    nexts: np.ndarray  # int32


def pairs(room: int) -> Pairs:
    """A table for so many pairs."""
    return Pairs(
        slots=np.zeros(1 << (2 * room).bit_length(), np.int32),
        keys=np.empty(room, np.uint64),
        counts=np.zeros(room, np.int64),
        heads=np.empty(room, np.int32),
        marks=np.zeros(room, np.int32),
        touched=np.empty(room, np.int32),
    )


def places(room: int) -> Places:
    """Room for so many places."""
    return Places(words=np.empty(room, np.int32), nexts=np.empty(room, np.int32))


@part
def mixed(value):
    """A key whose every bit shows in the lowest ones."""
    value = (value ^ (value >> SHIFT)) * SPREAD
    return value ^ (value >> SHIFT)


@part
def pair(pairs, state, left, right, make):
    """The number of a pair; NOWHERE where it has none and `make` is False."""
    key = (np.uint64(left) << HALF) | np.uint64(right)
    mask = np.uint64(len(pairs.slots) - 1)
    slot = mixed(key) & mask
    while pairs.slots[slot]:
        number = pairs.slots[slot] - 1
        if pairs.keys[number] == key:
            return number
        slot = (slot + np.uint64(1)) & mask
    if not make:
        return NOWHERE
    number = np.int32(state[NUM_PAIRS])
    state[NUM_PAIRS] += 1
    pairs.slots[slot], pairs.keys[number], pairs.counts[number] = number + 1, key, 0
    pairs.heads[number], pairs.marks[number] = NOWHERE, 0
    return number


@part
def see(pairs, places, state, number, word):
    """Note that a word holds a pair, once."""
    head = pairs.heads[number]
    if head != NOWHERE and places.words[head] == word:
        return
    place = state[NUM_PLACES]
    state[NUM_PLACES] += 1
    places.words[place], places.nexts[place] = word, head
    pairs.heads[number] = place


@part
def touch(pairs, state, number, change):
    """Change a pair's count, and note it among those that this merge changed."""
    pairs.counts[number] += change
    mark = state[NUM_MERGES] + 1
    if pairs.marks[number] != mark:
        pairs.marks[number] = mark
        pairs.touched[state[NUM_TOUCHED]] = number
        state[NUM_TOUCHED] += 1


@kernel
def refill(pairs, count):
    """Put the first pairs in their slots again."""
    mask = np.uint64(len(pairs.slots) - 1)
    for number in range(count):
        slot = mixed(pairs.keys[number]) & mask
        while pairs.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        pairs.slots[slot] = number + 1
