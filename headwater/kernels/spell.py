"""Counted words as the symbols that merging begins with, and how often each code point occurs in them.

In: words (bytes after bytes) with counts. Out: symbols a word; totals a code point.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, warm

SIZE = 0x110000
BARRIER = -1  # what has no symbol of its own; nothing merges with it


@kernel
def _letters(starts, text, counts, totals):
    for word in range(len(counts)):
        at = starts[word]
        while at < starts[word + 1]:
            code, size = decode(text, at, starts[word + 1])
            totals[code] += counts[word]
            at += size


@kernel
def _symbols(starts, text, table, symbols, firsts):
    """By byte where `table` has 256 entries, else by code point; how many symbols."""
    count = 0
    for word in range(len(starts) - 1):
        at, end = starts[word], starts[word + 1]
        firsts[word] = count
        while at < end:
            code, size = int(text[at]), 1
            if len(table) > 256:
                code, size = decode(text, at, end)
            symbols[count] = table[code]
            count, at = count + 1, at + size
    firsts[len(starts) - 1] = count
    return count


def letters(starts: np.ndarray, text: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """int64 [SIZE]: how often each code point occurs."""
    warm("spell", _compile)
    totals = np.zeros(SIZE, np.int64)
    _letters(frozen(starts, np.int64), frozen(text, np.uint8), frozen(counts, np.int64), totals)
    return totals


def symbols(starts: np.ndarray, text: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(symbols int32, firsts int64 [words + 1]). `table`: int32, the symbol of each byte [256] or code point [SIZE]."""
    warm("spell", _compile)
    found, firsts = np.empty(len(text), np.int32), np.empty(len(starts), np.int64)
    count = _symbols(frozen(starts, np.int64), frozen(text, np.uint8), frozen(table, np.int32), found, firsts)
    return found[:count].copy(), firsts


def _compile() -> None:
    starts, text = frozen(np.array([0, 1]), np.int64), frozen(np.frombuffer(b"a", np.uint8), np.uint8)
    _letters(starts, text, frozen(np.ones(1), np.int64), np.zeros(SIZE, np.int64))
    _symbols(starts, text, frozen(np.zeros(256), np.int32), np.empty(1, np.int32), np.empty(2, np.int64))
