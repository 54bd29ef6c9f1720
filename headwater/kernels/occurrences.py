"""Where any of some byte pieces occurs in words, overlapping ones included.

In: words as starts and bytes, the pieces as sorted hashes, their distinct lengths, and which first two bytes any has.
Out: a mark on every byte that an occurrence covers. The hash is that of `merges`: a polynomial of the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headwater.kernels.compiled import frozen, kernel
from headwater.kernels.merges import BASE


@kernel
def _mark(starts, text, openings, lengths, hashes, marks):
    for word in range(len(starts) - 1):
        end = starts[word + 1]
        for at in range(starts[word], end - 1):
            if not openings[(np.int64(text[at]) << 8) | np.int64(text[at + 1])]:
                continue
            value, reached = np.uint64(0), at
            for length in lengths:
                if at + length > end:
                    break
                while reached < at + length:
                    value = value * BASE + np.uint64(text[reached]) + np.uint64(1)
                    reached += 1
                place = np.searchsorted(hashes, value)
                if place < len(hashes) and hashes[place] == value:
                    marks[at : at + length] = 1


def marked(starts: np.ndarray, text: np.ndarray, pieces: Sequence[bytes], hashes: Sequence[int]) -> np.ndarray:
    """Bytes of the words that pieces of two bytes or more cover: uint8, as long as `text`. `hashes`: a piece each."""
    marks = np.zeros(len(text), np.uint8)
    openings = np.zeros(1 << 16, np.uint8)
    for piece in pieces:
        openings[(piece[0] << 8) | piece[1]] = 1
    lengths = np.unique(np.array([len(piece) for piece in pieces], np.int64))
    _mark(
        frozen(starts, np.int64), frozen(text, np.uint8), frozen(openings, np.uint8), frozen(lengths, np.int64),
        frozen(np.sort(np.array(hashes, np.uint64)), np.uint64), marks,
    )  # fmt: skip
    return marks
