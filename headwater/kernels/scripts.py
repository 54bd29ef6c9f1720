"""Which script a letter is of, and its plain small form: tables over the basic plane of Unicode.

In: nothing. Out: arrays that a kernel looks code points up in. A script has a number; 0 is no letter at all.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

NAMES = (
    "", "Latn", "Cyrl", "Arab", "Deva", "Hani", "Kana", "Hang", "Grek", "Hebr", "Beng", "Guru", "Gujr", "Orya", "Taml",
    "Telu", "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Tibt", "Mymr", "Geor", "Ethi", "Khmr", "Armn", "Mong",
)  # fmt: skip
NUMBER = {name: number for number, name in enumerate(NAMES)}
LATIN, CYRILLIC, ARABIC, DEVANAGARI, HAN, KANA, HANGUL = 1, 2, 3, 4, 5, 6, 7
# Blocks with one script's letters (Unicode's own); what is no letter or mark inside them stays 0.
BLOCKS = (
    (0x0041, 0x02AF, "Latn"), (0x0370, 0x03FF, "Grek"), (0x0400, 0x052F, "Cyrl"), (0x0531, 0x0587, "Armn"),
    (0x0591, 0x05F4, "Hebr"), (0x0610, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"), (0x08A0, 0x08FF, "Arab"),
    (0x0900, 0x097F, "Deva"), (0x0980, 0x09FF, "Beng"), (0x0A00, 0x0A7F, "Guru"), (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"), (0x0B80, 0x0BFF, "Taml"), (0x0C00, 0x0C7F, "Telu"), (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"), (0x0D80, 0x0DFF, "Sinh"), (0x0E00, 0x0E7F, "Thai"), (0x0E80, 0x0EFF, "Laoo"),
    (0x0F00, 0x0FFF, "Tibt"), (0x1000, 0x109F, "Mymr"), (0x10A0, 0x10FF, "Geor"), (0x1100, 0x11FF, "Hang"),
    (0x1200, 0x139F, "Ethi"), (0x1780, 0x17FF, "Khmr"), (0x1800, 0x18AF, "Mong"), (0x1C80, 0x1C8F, "Cyrl"),
    (0x1C90, 0x1CBF, "Geor"), (0x1E00, 0x1EFF, "Latn"), (0x1F00, 0x1FFF, "Grek"), (0x2C60, 0x2C7F, "Latn"),
    (0x2D00, 0x2D2F, "Geor"), (0x2DE0, 0x2DFF, "Cyrl"), (0x2E80, 0x2FDF, "Hani"), (0x3005, 0x3007, "Hani"),
    (0x3041, 0x30FF, "Kana"), (0x3105, 0x312F, "Hani"), (0x3131, 0x318E, "Hang"), (0x31A0, 0x31BF, "Hani"),
    (0x31F0, 0x31FF, "Kana"), (0x3400, 0x4DBF, "Hani"), (0x4E00, 0x9FFF, "Hani"), (0xA640, 0xA69F, "Cyrl"),
    (0xA720, 0xA7FF, "Latn"), (0xAC00, 0xD7AF, "Hang"), (0xF900, 0xFAFF, "Hani"), (0xFB1D, 0xFB4F, "Hebr"),
    (0xFB50, 0xFDFF, "Arab"), (0xFE70, 0xFEFC, "Arab"), (0xFF21, 0xFF5A, "Latn"), (0xFF66, 0xFF9F, "Kana"),
)  # fmt: skip
NUM_CODES = 0x10000
FIRST_MARK, NUM_MARKS = 0x0300, 0x70  # combining accents


@cache
def tables() -> tuple[np.ndarray, np.ndarray]:
    """(script of each code point, its small plain form): uint8 and uint16 [65536], read-only."""
    scripts = np.zeros(NUM_CODES, np.uint8)
    plain = np.arange(NUM_CODES, dtype=np.uint16)
    for first, last, name in BLOCKS:
        for code in range(first, last + 1):
            if unicodedata.category(chr(code))[0] in "LM" or code == 0x3007:
                scripts[code] = NUMBER[name]
                plain[code] = _small(code)
    scripts.flags.writeable = plain.flags.writeable = False
    return scripts, plain


def _small(code: int) -> int:
    """A letter without its case and its presentation form, where that is one letter."""
    letter = unicodedata.normalize("NFKC", chr(code))
    letter = (letter if len(letter) == 1 else chr(code)).lower()
    return ord(letter) if len(letter) == 1 and ord(letter) < NUM_CODES else code


@cache
def compositions() -> tuple[np.ndarray, np.ndarray]:
    """(letter · 112 + mark, the accented letter) of all pairs that Unicode composes, in order, read-only."""
    found: dict[int, int] = {}
    for code in range(0xC0, 0x2000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and 0 <= int(parts[1], 16) - FIRST_MARK < NUM_MARKS:
            found[int(parts[0], 16) * NUM_MARKS + int(parts[1], 16) - FIRST_MARK] = code
    keys = np.array(sorted(found), np.int64)
    values = np.array([found[key] for key in keys.tolist()], np.uint16)
    keys.flags.writeable = values.flags.writeable = False
    return keys, values
