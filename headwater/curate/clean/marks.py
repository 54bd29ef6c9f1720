"""Marks by code point: what `kernels.defects` looks for, spelled out.

In: nothing. Out: the table of marks, and the sets of characters that the repairs share.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from headwater.kernels import defects

# What is read as bytes 80 to FF by a decoder that takes Latin-1 for Windows' own: both ways of reading 80 to 9F.
WINDOWS = dict(zip(
    "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ",
    (0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8E, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96,
     0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9E, 0x9F), strict=True,
))  # fmt: skip
BYTE_OF = {chr(code): code for code in range(0x80, 0x100)} | WINDOWS
# Removed wherever they stand: what is not seen, and what turns the direction of a line.
CONTROLS = (
    *range(0x09), *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0), 0xAD, 0x034F, 0x061C, 0x180E,
    0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC,
    0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0),
)  # fmt: skip
BREAKS = (0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)  # become a line feed
JOINERS = (0x200C, 0x200D)  # stay where a script or an emoji needs them
SPACES = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F)
FULL_WIDTH = range(0xFF01, 0xFF5F)
IDEOGRAPHIC_SPACE = 0x3000
MAX_HANGUL = 0xAC00, 0xD7A4  # composed syllables: NFC by themselves


@cache
def table() -> np.ndarray:
    """The marks of every code point below TABLE_SIZE, as `defects.find_signs` wants them."""
    marks = np.zeros(defects.TABLE_SIZE, np.uint16)
    marks[[*CONTROLS, *BREAKS, *JOINERS]] |= defects.LOOK_1
    marks[list(SPACES)] |= defects.LOOK_2
    marks[[ord(character) for character in unsettled()]] |= defects.LOOK_3
    marks[[*FULL_WIDTH, IDEOGRAPHIC_SPACE]] |= defects.LOOK_4
    for character, byte in BYTE_OF.items():
        code = ord(character)
        if 0xC2 <= byte <= 0xF4:
            marks[code] |= defects.LEAD
        if byte < 0xC0:
            marks[code] |= defects.CONTINUATION
        if byte != 0xFF:
            marks[code] |= defects.HIGH | (defects.LETTER if byte >= 0xC0 else 0)
    marks[[ord(character) for character in _first_thirds()]] |= defects.FIRST
    return marks


@cache
def unsettled() -> frozenset[str]:
    """Characters that a text in NFC may not hold, and the combining marks."""
    found = set()
    for code in range(0xC0, defects.TABLE_SIZE):
        if MAX_HANGUL[0] <= code < MAX_HANGUL[1] or 0x3400 <= code < 0xA000 or 0xD800 <= code < 0xF900:
            continue  # no mark, and nothing that is not settled: three quarters of the table
        character = chr(code)
        if unicodedata.combining(character) or not unicodedata.is_normalized("NFC", character):
            found.add(character)
    # vowels and final consonants of hangul, which join the syllable before them
    return frozenset(found | {chr(code) for code in range(0x1161, 0x11C3)})


@cache
def combining_pattern() -> str:
    """A pattern of one combining mark. Two classes: `re` looks up the lower plane's at once, but not if others join."""
    found = sorted(c for c in unsettled() if unicodedata.combining(c))
    lower, upper = ("".join(c for c in found if (c <= "\uffff") == low) for low in (True, False))
    return f"(?:[{lower}]|[{upper}])"


def _first_thirds() -> list[str]:
    """What the first two bytes of the UTF-8 of a Chinese character read like as GBK."""
    pairs = (bytes((first, second)) for first in range(0xE3, 0xF0) for second in range(0x80, 0xC0))
    decoded = (pair.decode("gb18030", "replace") for pair in pairs)
    return [text for text in decoded if len(text) == 1 and text != "\ufffd"]
