"""White space made plain: words joined by single blanks, which is what makes two texts the same text.

In: a text array's offsets and bytes, flags of every code point. Out: the bytes of each text with every run of white
space as one blank and none at its ends, where each text's end, how many words there are, and whether all is ASCII.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels import flags as flag
from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, warm
from headwater.kernels.flags import SPACE

BLANK = 0x20


@kernel
def _squeeze(offsets, text, flags, out, bounds, words, ascii_only):
    to = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        begin, in_word, count, plain = to, False, 0, True
        while at < end:
            code, size = np.int64(text[at]), 1
            if code >= 0x80:
                code, size = decode(text, at, end)
                plain = False
            if flags[code] & SPACE:
                in_word = False
                at += size
                continue
            if not in_word:
                if to > begin:
                    out[to] = BLANK
                    to += 1
                in_word = True
                count += 1
            for k in range(size):
                out[to + k] = text[at + k]
            to += size
            at += size
        bounds[row + 1], words[row], ascii_only[row] = to, count, plain


def squeeze(offsets: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(bytes, bounds, words, whether ASCII) of every text."""
    warm("spaces", _compile)
    return _squeezed(offsets, text)


def _squeezed(offsets: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    count = len(offsets) - 1
    out, bounds = np.empty(int(offsets[-1] - offsets[0]), np.uint8), np.zeros(count + 1, np.int64)
    words, ascii_only = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    _squeeze(frozen(offsets, np.int64), frozen(text, np.uint8), flag.table(), out, bounds, words, ascii_only)
    return out, bounds, words, ascii_only


def _compile() -> None:
    _squeezed(np.array([0, 1]), np.array([97]))
