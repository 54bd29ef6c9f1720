"""What each code point is to the patterns that cut text into words: flags by code point.

In: `code_points.txt`, beside this file, made by `scripts/code_point_classes.py` from the tables that `tokenizers` has.
Out: one byte a code point.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from headwater.kernels.compiled import frozen

SIZE = 0x110000
LETTER, MARK, NUMBER, SPACE, HAN, KANA, NEWLINE, FIRM = 1, 2, 4, 8, 16, 32, 64, 128
NAMES = {"letter": LETTER, "mark": MARK, "number": NUMBER, "space": SPACE, "han": HAN, "kana": KANA}
_LEADING = " \t!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"  # FIRM: a word of ours may begin with one of these


@cache
def flags() -> np.ndarray:
    """uint8 [SIZE], read-only."""
    found = np.zeros(SIZE, np.uint8)
    for line in Path(__file__).with_suffix(".txt").read_text("ascii").splitlines():
        name, *ranges = line.split()
        if name in NAMES:
            for span in ranges:
                first, _, last = span.partition("-")
                found[int(first, 16) : int(last or first, 16) + 1] |= NAMES[name]
    for sign in "\r\n":
        found[ord(sign)] |= NEWLINE
    for sign in _LEADING:
        found[ord(sign)] |= FIRM
    return frozen(found, np.uint8)
