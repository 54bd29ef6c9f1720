"""The merges of a vocabulary by rank: which token two neighbours make, and which merge comes first.

In: merges in order. Out: a table that gives the rank of a pair of tokens, and what it makes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part
from headwater.kernels.pair_table import HALF, mixed

NONE = np.int32(0x7FFFFFFF)  # the rank of two tokens that do not merge


class Ranks(NamedTuple):
    """`slots` (a power of two) hold a merge's number, its rank, and 1. Rank r makes made[r] of keys[r] (left, right).

    `letters`: the token of each code point, -1 where its bytes stand for it; empty where every text begins as bytes.
    """

    slots: np.ndarray  # int32
    keys: np.ndarray  # uint64: left << 32 | right
    made: np.ndarray  # int32
    bytes: np.ndarray  # int32 [256]: the token of each byte
    letters: np.ndarray  # int32 [0 or 0x110000]


@part
def rank_of(ranks, left, right):
    """The rank at which two tokens merge, or NONE."""
    key = (np.uint64(left) << HALF) | np.uint64(right)
    mask = np.uint64(len(ranks.slots) - 1)
    slot = mixed(key) & mask
    while ranks.slots[slot]:
        number = ranks.slots[slot] - 1
        if ranks.keys[number] == key:
            return np.int32(number)
        slot = (slot + np.uint64(1)) & mask
    return NONE


@kernel
def _fill(slots, keys):
    mask = np.uint64(len(slots) - 1)
    for number in range(len(keys)):
        slot = mixed(keys[number]) & mask
        while slots[slot] and keys[slots[slot] - 1] != keys[number]:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number + 1


def ranks(keys: np.ndarray, made: np.ndarray, of_bytes: np.ndarray, letters: np.ndarray) -> Ranks:
    """The table of merges in order of rank; of a pair that is named twice the last rank counts."""
    slots = np.zeros(1 << max(4, (3 * len(keys)).bit_length()), np.int32)
    keys = frozen(keys, np.uint64)
    _fill(slots, keys)
    given = frozen(made, np.int32), frozen(of_bytes, np.int32), frozen(letters, np.int32)
    return Ranks(slots, keys, *given)
