"""Hashes of endings: a host among blocked ones, whatever stands before it, and an extension among others.

In: strings as offsets and bytes. Out: their hashes, sorted, and whether a hash is among them.
A host is hashed from its end, so that one walk gives the hash of every ending that begins after a dot.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.bisection import lower_bound
from headwater.kernels.compiled import frozen, kernel, part, warm

PRIME = np.uint64(0x100000001B3)
BASIS = np.uint64(0xCBF29CE484222325)
DOT = 0x2E


@part
def contains(hashes, value):
    place = lower_bound(hashes, value)
    return place < len(hashes) and hashes[place] == value


@part
def forward(text, start, end):
    value = BASIS
    for at in range(start, end):
        value = (value ^ np.uint64(text[at])) * PRIME
    return value


@part
def backward(text, start, end, hashes):
    """Hashes of the endings of a host that begin at its start or after a dot; how many (at most len(hashes))."""
    value, count, at = BASIS, 0, end - 1
    while at >= start:
        if text[at] == DOT and at < end - 1 and count < len(hashes):
            hashes[count] = value
            count += 1
        value = (value ^ np.uint64(text[at])) * PRIME
        at -= 1
    if count < len(hashes) and end > start:
        hashes[count] = value
        count += 1
    return count


@kernel
def _hash_rows(offsets, text, backwards, out):
    for row in range(len(out)):
        start, end = offsets[row], offsets[row + 1]
        value = BASIS
        for i in range(end - start):
            value = (value ^ np.uint64(text[end - 1 - i] if backwards else text[start + i])) * PRIME
        out[row] = value


def hashes(offsets: np.ndarray, text: np.ndarray, *, hosts: bool) -> np.ndarray:
    """Sorted hashes of hosts (read from their end), or of extensions, for `contains`. ASCII, in small letters."""
    warm("endings", _compile)
    return hashed(offsets, text, hosts)


def hashed(offsets: np.ndarray, text: np.ndarray, hosts: bool) -> np.ndarray:
    """As `hashes`, without a look at the compiled code."""
    out = np.empty(len(offsets) - 1, np.uint64)
    _hash_rows(frozen(offsets, np.int64), frozen(text, np.uint8), hosts, out)
    return np.unique(out)


def _compile() -> None:
    hashed(np.array([0, 1]), np.array([97]), True)
