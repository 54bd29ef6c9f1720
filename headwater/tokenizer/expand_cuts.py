"""Where a vocabulary that cuts no text before merging keeps words, signs and numbers apart all the same.

In: what tokens spell. Out: classes of their ends, and between which two tokens a new merge must not join.
SentencePiece's vocabularies (Llama 2's) see a text as one word, and their own merges stay within a word and a script
because they were trained so. New merges stay there too, by learning never to see a pair across such a place.
"""

from __future__ import annotations

import unicodedata

import numpy as np

META = "\u2581"  # stands for a space
# Of a token's ends: a space that begins a word; spaces alone; bytes of an unknown character; a lone digit.
START, SPACES, UNKNOWN, DIGIT = -1, -2, -3, -4
SIGN, NUMBER, HAN, KANA, LETTER = range(5)


def classes(pieces: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(of its first character, of its last) of each piece, int32."""
    singles = not any(sum(letter.isdigit() for letter in piece) > 1 for piece in pieces)
    first, last = np.empty(len(pieces), np.int32), np.empty(len(pieces), np.int32)
    for place, piece in enumerate(pieces):
        bare = piece.lstrip(META)
        last[place] = _class(bare[-1], singles) if bare else SPACES
        first[place] = START if len(bare) < len(piece) else _class(bare[0], singles) if bare else SPACES
    return first, last


def _class(letter: str, singles: bool) -> int:
    kind = unicodedata.category(letter)[0]
    if kind == "N":
        return DIGIT if singles else NUMBER
    if kind not in "LM":
        return SIGN
    name = unicodedata.name(letter, "")
    return HAN if name.startswith("CJK") else KANA if name.startswith(("HIRAGANA", "KATAKANA")) else LETTER


def between(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """bool [n - 1]: whether tokens i and i + 1 are apart, from the classes of n tokens. Merging never changes it."""
    left, right = last[:-1], first[1:]
    apart = (right == START) & (left != SPACES)
    apart |= (left == DIGIT) | (right == DIGIT)
    return apart | ((left >= 0) & (right >= 0) & (left != right))
