"""Slow, obvious twins of the kernels behind language identification."""

from __future__ import annotations

import unicodedata

from headwater.kernels import langid
from headwater.kernels.scripts import NAMES, tables

MASK = (1 << 64) - 1


def slots(codes: list[int], kinds: list[int], script: int) -> list[int]:
    """Every n-gram of one script, spelled out and hashed."""
    found: list[int] = []
    words: list[tuple[int, ...]] = []  # of the run of words at hand
    word: list[int] = []
    for end in range(1, len(codes)):
        if kinds[end] != script and not (kinds[end] == 0 and kinds[end - 1] == script):
            words, word = [], []
            continue
        for size in range(1, langid.MAX_LETTERS + 1):
            start = end - size + 1
            if start < 0 or any(kind not in (0, script) for kind in kinds[start : end + 1]):
                break
            if size > 1 or kinds[end]:
                value = int(langid.BASIS) ^ script
                for code in reversed(codes[start : end + 1]):
                    value = (value ^ code) * int(langid.PRIME) & MASK
                found.append(_slot(value))
        if kinds[end]:
            word.append(codes[end])
            continue
        if len(word) >= langid.MIN_WORD_LETTERS:
            found.append(_slot(_hash(word)))
        if words:
            found.append(_slot((_hash(words[-1]) * int(langid.PAIR) + _hash(word)) & MASK))
        words.append(tuple(word))
        word = []
    return found


def _hash(word) -> int:
    value = int(langid.WORD)
    for code in word:
        value = (value ^ code) * int(langid.PRIME) & MASK
    return value


def _slot(value: int) -> int:
    value = (value ^ (value >> int(langid.SHIFT))) * int(langid.SPREAD) & MASK
    value = (value ^ (value >> int(langid.SHIFT))) * int(langid.PAIR) & MASK
    return value >> (64 - langid.BITS)


def stream(text: str) -> list[tuple[int, str]]:
    """(code, script) of a text of letters, accents, digits and spaces: none that open an address or a tag."""
    found: list[tuple[int, str]] = [(0, "")]
    scripts, plain = tables()
    for letter in text:
        code = ord(letter)
        if code >= 0x10000:
            letter_script, small = ("Hani", 0x3400) if 0x20000 <= code <= 0x3FFFF else ("", 0)
        else:
            letter_script, small = NAMES[scripts[code]], int(plain[code])
        if letter_script:
            found.append((small, letter_script))
        elif 0x300 <= code < 0x370:
            joined = unicodedata.normalize("NFC", chr(found[-1][0]) + letter) if found[-1][0] else ""
            if len(joined) == 1 and len(unicodedata.decomposition(joined).split()) == 2:
                found[-1] = (ord(joined), found[-1][1])
        elif found[-1][0]:
            found.append((0, ""))
    return found if not found[-1][0] else [*found, (0, "")]
