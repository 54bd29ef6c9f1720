"""A keyed permutation of 0 … n-1 that needs no memory: position to element and back.

In: positions (uint64), the length n and a key. Out: elements (uint64).
A Feistel network permutes the smallest power of four that holds n; what falls outside is sent
through again until it falls inside (cycle walking), which keeps the map a bijection for any n.
At most three quarters of the domain lie outside, so four passes are the average at worst.
"""

from __future__ import annotations

import hashlib

import numpy as np

ROUNDS = 8
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # splitmix64's finaliser
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def round_keys(*key: object) -> np.ndarray:
    """Round keys (uint64, ROUNDS) from any printable parts, the same on every machine."""
    text = "\x1f".join(str(part) for part in key).encode("utf-8")
    return np.frombuffer(hashlib.blake2b(text, digest_size=8 * ROUNDS).digest(), dtype="<u8").astype(np.uint64)


def permute(positions: np.ndarray, length: int, keys: np.ndarray) -> np.ndarray:
    """Elements at `positions` of the permutation of 0 … length-1 under `keys`."""
    return _walk(positions, length, keys, inverse=False)


def invert(elements: np.ndarray, length: int, keys: np.ndarray) -> np.ndarray:
    """Positions of `elements`: the exact inverse of `permute`."""
    return _walk(elements, length, keys, inverse=True)


def scattered(values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """64 bits of chance for each value (uint64) under round keys."""
    return _mix(_mix(values, keys[0]), keys[1])


def _walk(values: np.ndarray, length: int, keys: np.ndarray, inverse: bool) -> np.ndarray:
    out = np.array(values, dtype=np.uint64)  # a copy: the caller's array stays
    if out.size and (length <= 0 or int(out.max()) >= length):
        raise IndexError(f"position out of range for a permutation of {length}")
    half_bits = max(1, ((length - 1).bit_length() + 1) // 2)
    outside = np.arange(out.size)
    flat = out.reshape(-1)
    while outside.size:
        flat[outside] = _feistel(flat[outside], half_bits, keys, inverse)
        outside = outside[flat[outside] >= np.uint64(length)]
    return out


def _feistel(values: np.ndarray, half_bits: int, keys: np.ndarray, inverse: bool) -> np.ndarray:
    shift, mask = np.uint64(half_bits), np.uint64((1 << half_bits) - 1)
    left, right = values >> shift, values & mask
    if inverse:
        for key in keys[::-1]:
            left, right = right ^ (_mix(left, key) & mask), left
    else:
        for key in keys:
            left, right = right, left ^ (_mix(right, key) & mask)
    return (left << shift) | right


def _mix(values: np.ndarray, key: np.uint64) -> np.ndarray:
    """A good hash of each value under a key; products wrap modulo 2^64 by design."""
    mixed = values + key
    for shift, multiplier in zip(_SHIFTS, _MULTIPLIERS, strict=False):
        mixed ^= mixed >> shift
        mixed *= multiplier
    mixed ^= mixed >> _SHIFTS[2]
    return mixed
