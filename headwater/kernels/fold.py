"""Folding: every code point as the one that a reader takes for the same.

In: nothing. Out: a table of uint32, an entry a code point: SKIP for what is not seen or parts no word (zero-width and
joining characters, combining accents, apostrophes), SEPARATOR for what is no part of a word, else the folded code point
with its class in high bits. Folded are case, full and half width, accents of Latin, Greek and Cyrillic letters, and
traditional Han characters, which become simplified ones.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import numpy as np

PAIRS = "simplified.txt"
SIZE = 0x30000  # code points beyond have no words: variation selectors, private use
SKIP, SEPARATOR = 0, 1
LETTER_BIT, CHAR_BIT, DIGIT_BIT = 1 << 24, 1 << 25, 1 << 26
CODE_MASK = (1 << 24) - 1
APOSTROPHES = "'\u2019\u02bc\uff07"  # within a word; a quotation mark has a space or a sign beside it
# combining marks that only decorate; those of Indic scripts and of kana are vowels and other letters
_ACCENTS = [(0x300, 0x36F), (0x483, 0x489), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x6D6, 0x6ED),
            (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F)]  # fmt: skip
# scripts that write no spaces: a character is a word by itself
_CHARS = [(0xE00, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0xA4CF),
          (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x20000, 0x2FFFF)]  # fmt: skip
_FOLDED_ACCENTS = [(0xC0, 0x52F), (0x1E00, 0x1FFF)]


@cache
def table() -> np.ndarray:
    """uint32 [SIZE], read-only."""
    simplified = _simplified()
    entries = np.full(SIZE, SEPARATOR, np.uint32)
    for code in range(SIZE):
        if not 0xD800 <= code <= 0xDFFF and code not in range(0xE000, 0xF900):
            entries[code] = _entry(code, simplified)
    entries.flags.writeable = False
    return entries


def _entry(code: int, simplified: dict[int, int]) -> int:
    character = chr(code)
    kind = unicodedata.category(character)
    if 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or 0x20000 <= code <= 0x2F7FF:  # three quarters of all
        if kind != "Lo":
            return SEPARATOR
        folded = simplified.get(code, code)
        return (CHAR_BIT if folded < SIZE else LETTER_BIT) | folded
    if _within(code, _ACCENTS) or kind == "Cf" or character in APOSTROPHES:
        return SKIP
    if kind[0] not in "LNM" or code == 0x5F:
        return SEPARATOR
    folded = _folded(character)
    folded = simplified.get(folded, folded)
    if kind == "Nd":
        return DIGIT_BIT | (0x30 + unicodedata.digit(character))
    return (CHAR_BIT if _within(folded, _CHARS) else LETTER_BIT) | folded


def _folded(character: str) -> int:
    """Compatible form, without accents, in small letters, where each is one character."""
    compatible = unicodedata.normalize("NFKC", character)
    character = compatible if len(compatible) == 1 else character
    if _within(ord(character), _FOLDED_ACCENTS):
        character = unicodedata.normalize("NFD", character)[0]
    lower = character.lower()
    return ord(lower if len(lower) == 1 else character)


def _simplified() -> dict[int, int]:
    """Han characters that have another simplified form."""
    lines = (Path(__file__).parent / PAIRS).read_text("utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return {ord(pairs[at]): ord(pairs[at + 1]) for at in range(0, len(pairs), 2)}


def _within(code: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= code <= last for first, last in ranges)
