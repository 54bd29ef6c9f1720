"""Hashed n-grams, slowly: the reference that `headwater/kernels/ngrams.py` is held equal to.

In: one text. Out: its tokens, and how often each bucket occurs in it.
"""

from __future__ import annotations

from collections import Counter

MASK = 2**64 - 1
PRIME, BASIS = 0x100000001B3, 0xCBF29CE484222325
CHAIN, SPREAD = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
SMALL = "abcdefghijklmnopqrstuvwxyz"
# (first, last, class) of every range that is not LETTER; the classes' names are their words
RANGES = [
    (0x00, 0x09, "space"), (0x0A, 0x0A, "newline"), (0x0B, 0x20, "space"), (0x21, 0x2F, "sign"), (0x30, 0x39, "digit"),
    (0x3A, 0x40, "sign"), (0x5B, 0x5E, "sign"), (0x60, 0x60, "sign"), (0x7B, 0x7E, "sign"), (0x7F, 0x7F, "space"),
    (0x80, 0x84, "sign"), (0x85, 0x85, "space"), (0x86, 0x9F, "sign"), (0xA0, 0xA0, "space"), (0xA1, 0xA9, "sign"),
    (0xAB, 0xB4, "sign"), (0xB6, 0xB9, "sign"), (0xBB, 0xBF, "sign"), (0xD7, 0xD7, "sign"), (0xF7, 0xF7, "sign"),
    (0xE00, 0x109F, "char"), (0x1100, 0x11FF, "char"), (0x1680, 0x1680, "space"), (0x1780, 0x17FF, "char"),
    (0x2000, 0x200F, "space"), (0x2010, 0x2027, "sign"), (0x2028, 0x2029, "newline"), (0x202A, 0x202E, "sign"),
    (0x202F, 0x202F, "space"), (0x2030, 0x205E, "sign"), (0x205F, 0x2060, "space"), (0x2061, 0x2BFF, "sign"),
    (0x2E80, 0x2FFF, "char"), (0x3000, 0x3000, "space"), (0x3001, 0x3004, "sign"), (0x3005, 0x3007, "char"),
    (0x3008, 0x303F, "sign"), (0x3040, 0xA4CF, "char"), (0xA960, 0xA97F, "char"), (0xAC00, 0xD7FF, "char"),
    (0xE000, 0xF8FF, "sign"), (0xF900, 0xFAFF, "char"), (0xFE10, 0xFE6F, "sign"), (0xFEFF, 0xFEFF, "space"),
    (0xFF00, 0xFF65, "sign"), (0xFF66, 0xFFDC, "char"), (0xFFDD, 0xFFFF, "sign"), (0x1F000, 0x1FBFF, "sign"),
    (0x20000, 0x3FFFF, "char"),
]  # fmt: skip


def plain(character: str) -> str:
    """Full-width letters and digits as ASCII, ASCII capitals as small letters."""
    if "０" <= character <= "９" or "Ａ" <= character <= "Ｚ" or "ａ" <= character <= "ｚ":
        character = chr(ord(character) - 0xFEE0)
    return character.lower() if "A" <= character <= "Z" else character


def kind_of(character: str) -> str:
    return next((kind for first, last, kind in RANGES if first <= ord(character) <= last), "letter")


def tokens(text: str, max_chars: int) -> list[tuple[str, str]]:
    """(spelling, kind) of each token: a word, a LaTeX command, a character, a sign or a line break."""
    characters = [plain(c) for c in text[:max_chars]]
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(characters):
        character, kind = characters[at], kind_of(characters[at])
        end = at + 1
        if character == "\\" and end < len(characters) and characters[end] in SMALL:
            while end < len(characters) and characters[end] in SMALL:
                end += 1
            found.append(("".join(characters[at:end]), "letter"))
        elif kind in ("letter", "digit"):
            while end < len(characters) and kind_of(characters[end]) in ("letter", "digit"):
                end += 1
            found.append((_digits_joined(characters[at:end]), "letter"))
        elif kind == "newline":
            if not found or found[-1][1] != "newline":
                found.append((character, "newline"))
        elif kind != "space":
            found.append((character, kind))
        at = end
    return found


def _digits_joined(word: list[str]) -> str:
    """A run of digits as one 0."""
    spelled = ""
    for place, character in enumerate(word):
        if kind_of(character) != "digit":
            spelled += character
        elif not place or kind_of(word[place - 1]) != "digit":
            spelled += "0"
    return spelled


def token_hash(spelling: str) -> int:
    value = BASIS
    for character in spelling:
        value = ((value ^ ord(character)) * PRIME) & MASK
    value = ((value ^ (value >> 32)) * SPREAD) & MASK
    return value ^ (value >> 32)


def count_ngrams(text: str, *, max_chars: int, words: int, chars: int, bits: int) -> dict[int, int]:
    """Bucket → count, in the order of first occurrence."""
    found = tokens(text, max_chars)
    counts: Counter[int] = Counter()
    for end, (_, kind) in enumerate(found):
        run = 0
        for n in range(min(chars if kind == "char" else words, end + 1)):
            run = (run * CHAIN + token_hash(found[end - n][0])) & MASK
            counts[((run * SPREAD) & MASK) >> (64 - bits)] += 1
    return dict(counts)
