"""A table of spellings by hash: where one is, and whether a run of code points is one.

In: spellings, or a run of code points. Out: a place in the table, or -1.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from headwater.kernels.compiled import frozen, part

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that its powers have inverses modulo 2**64
SPREAD = np.uint64(0xD6E8FEB86659FD93)
ONE = np.uint64(1)
MASK = (1 << 64) - 1
SLOT_BITS = 13
SLOT_SHIFT = np.uint64(64 - SLOT_BITS)
LONGEST = 12  # characters of the longest known spelling


@part
def hash_of(codes, start, end):
    """The polynomial of a run of code points; of a run and its follower: hash(a) + BASE ** len(a) * hash(b)."""
    value, power = np.uint64(0), ONE
    for at in range(start, end):
        value += (np.uint64(codes[at]) + ONE) * power
        power *= BASE
    return value


@part
def slot_of(keys, key):
    """Where a key is, or -1."""
    at = (key * SPREAD) >> SLOT_SHIFT
    while keys[at] != 0:
        if keys[at] == key:
            return np.int64(at)
        at = (at + ONE) & np.uint64(len(keys) - 1)
    return np.int64(-1)


@part
def find(codes, start, end, keys):
    """The place of a known spelling, or -1."""
    return slot_of(keys, hash_of(codes, start, end)) if 0 < end - start <= LONGEST else np.int64(-1)


def hashed(listed: Iterable[str]) -> tuple[np.ndarray, dict[str, int]]:
    """Hashes of spellings, each at the place where `slot_of` looks for it, and these places."""
    keys, places = np.zeros(1 << SLOT_BITS, np.uint64), {}
    for spelling in listed:
        key = hash_spelling(spelling)
        at = (key * int(SPREAD) & MASK) >> int(SLOT_SHIFT)
        while keys[at] not in (0, key):
            at = (at + 1) % len(keys)
        keys[at] = key
        places[spelling] = at
    return frozen(keys, np.uint64), places


def hash_spelling(spelling: str) -> int:
    """`hash_of`, for tables that are made before anything is compiled."""
    return sum((ord(character) + 1) * pow(int(BASE), place, 1 << 64) for place, character in enumerate(spelling)) & MASK
