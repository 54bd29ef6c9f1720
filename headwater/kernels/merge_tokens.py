"""What tokens spell while merges are learned, and what must never form.

In: two tokens. Out: the id of what they spell together, and whether they may. Spellings are known by a hash: a
polynomial, so that the hash of a whole follows from those of its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from headwater.kernels.bisection import lower_bound
from headwater.kernels.compiled import part
from headwater.kernels.pair_table import NUM_TOKENS, SHIFT, SPREAD, mixed

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd; the polynomial of a token's bytes


class Tokens(NamedTuple):
    """What each token spells, as a hash; `slots` (a power of two) hold a token's id and 1."""

    sizes: np.ndarray  # int32, bytes
    hashes: np.ndarray  # uint64
    powers: np.ndarray  # uint64: BASE to its size
    slots: np.ndarray  # int32


class Limits(NamedTuple):
    """`barred`: sorted hashes of what must never form. `fresh`: nor may what a token spells that is there already."""

    barred: np.ndarray  # uint64
    max_bytes: int
    min_count: int
    fresh: bool = False


def spelled(piece: bytes) -> int:
    """The hash of a token that spells these bytes."""
    value = 0
    for byte in piece:
        value = (value * int(BASE) + byte + 1) & 0xFFFFFFFFFFFFFFFF
    return value


def tokens(spellings: Sequence[bytes], most: int) -> Tokens:
    """What the first tokens spell, with room for so many in all."""
    size = max(most, len(spellings))
    found = Tokens(
        sizes=np.zeros(size, np.int32),
        hashes=np.zeros(size, np.uint64),
        powers=np.zeros(size, np.uint64),
        slots=np.zeros(1 << (2 * size).bit_length(), np.int32),
    )
    mask, spread, whole = len(found.slots) - 1, int(SPREAD), 0xFFFFFFFFFFFFFFFF
    for token, piece in enumerate(spellings):
        value = spelled(piece)
        found.sizes[token], found.hashes[token] = len(piece), value
        found.powers[token] = pow(int(BASE), len(piece), 1 << 64)
        slot = ((value ^ (value >> int(SHIFT))) * spread) & whole
        slot = (slot ^ (slot >> int(SHIFT))) & mask
        while found.slots[slot]:
            slot = (slot + 1) & mask
        found.slots[slot] = token + 1
    return found


@part
def joined(tokens, left, right):
    """The hash of two tokens' bytes, one after the other."""
    return tokens.hashes[left] * tokens.powers[right] + tokens.hashes[right]


@part
def barred(tokens, limits, left, right):
    """Whether two symbols must not become one token: nothing joins a symbol below 0."""
    if left < 0 or right < 0 or tokens.sizes[left] + tokens.sizes[right] > limits.max_bytes:
        return True
    if len(limits.barred) == 0:
        return False
    value = joined(tokens, left, right)
    place = lower_bound(limits.barred, value)
    return place < len(limits.barred) and limits.barred[place] == value


@part
def _slot(tokens, value, size):
    """The slot of the token that spells these bytes, or the empty one where it would be."""
    mask = np.uint64(len(tokens.slots) - 1)
    slot = mixed(value) & mask
    while tokens.slots[slot]:
        token = tokens.slots[slot] - 1
        if tokens.hashes[token] == value and tokens.sizes[token] == size:
            break
        slot = (slot + np.uint64(1)) & mask
    return slot


@part
def is_spelled(tokens, left, right):
    """Whether a token spells what these two spell together."""
    size = tokens.sizes[left] + tokens.sizes[right]
    return tokens.slots[_slot(tokens, joined(tokens, left, right), size)] != 0


@part
def token_of(tokens, state, left, right):
    """The id of what two tokens spell together: an old one where another pair spells it, else the next."""
    value, size = joined(tokens, left, right), tokens.sizes[left] + tokens.sizes[right]
    slot = _slot(tokens, value, size)
    if tokens.slots[slot]:
        return np.int64(tokens.slots[slot] - 1)
    token = state[NUM_TOKENS]
    state[NUM_TOKENS] += 1
    tokens.slots[slot], tokens.hashes[token], tokens.sizes[token] = token + 1, value, size
    tokens.powers[token] = tokens.powers[left] * tokens.powers[right]
    return token
