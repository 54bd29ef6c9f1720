"""MinHash signatures of texts, from Arrow's buffers.

In: a text array's offsets and bytes, which rows, whether their signs count. Out: a row of uint32 a text.
Steps: cut a text into tokens → hash every run of n tokens (a shingle) to 32 bits → the least value of each permutation.

Tokens: a word of letters and digits, in ASCII small letters; one character of a script without spaces; in source code
also one sign. A run that ends at such a character has `chars` tokens, another has `words`; a text with fewer tokens is
one shingle. Nothing is kept of a text but the last tokens and a block of shingles, so any length needs the same room.

Permutation p sends a shingle x to the high 32 bits of `a[p] * x + b[p]` in 64-bit arithmetic, a odd: multiply-add-
shift, which for 32-bit x is pairwise independent (Dietzfelbinger 1996). Two sets of n shingles also share values by
chance, n in 2**32; the similarity of two signatures of k values has a standard error of sqrt(s (1 - s) / k).
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import CHAR, DIGIT, LETTER, NEWLINE, SIGN, SPACE, class_of, decode, plain
from headwater.kernels.compiled import frozen, kernel, part, warm

PRIME = np.uint64(0x100000001B3)  # FNV-1a's
BASIS = np.uint64(0xCBF29CE484222325)
CHAIN = np.uint64(0x9E3779B97F4A7C15)  # odd; joins tokens to a run
SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd
HALF = np.uint64(32)
BLOCK = 4096  # shingles that are permuted at once: 16 KiB
RING = 64  # tokens that are remembered
MAX_TOKENS = RING - 1  # of a shingle
EMPTY = np.uint32(0xFFFFFFFF)  # every value of the signature of a text without tokens
MASK = (1 << 64) - 1


def permutations(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(a, b) of the permutations: uint64, a odd; splitmix64 of the seed, the same on every machine."""
    state, drawn = seed & MASK, []
    for _ in range(2 * count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        drawn.append(mixed ^ (mixed >> 31))
    return np.array(drawn[:count], np.uint64) | np.uint64(1), np.array(drawn[count:], np.uint64)


@part
def _spread(value):
    value = (value ^ (value >> HALF)) * SPREAD
    return value ^ (value >> HALF)


@part
def lower(shingles, count, a, b, least):
    """Lower each permutation's least value by the first `count` shingles."""
    for p in range(len(a)):
        factor, addend = a[p], b[p]
        low = EMPTY
        for i in range(count):
            low = min(low, np.uint32((factor * np.uint64(shingles[i]) + addend) >> HALF))
        least[p] = min(least[p], low)


@kernel
def _sign_texts(offsets, text, rows, signs, kinds, words, chars, a, b, out):
    powers = np.ones(RING, np.uint64)
    for n in range(1, RING):
        powers[n] = powers[n - 1] * CHAIN
    ring, shingles = np.zeros(RING, np.uint64), np.empty(BLOCK, np.uint32)
    for k in range(len(rows)):
        at, end, with_signs = offsets[rows[k]], offsets[rows[k] + 1], signs[k]
        least = out[k]
        tokens, filled, made = 0, 0, False
        prefix, word, in_word = np.uint64(0), BASIS, False
        ring[0] = np.uint64(0)
        while at <= end:
            if at < end:
                code, size = int(text[at]), 1
                if code >= 0x80:
                    code, size = decode(text, at, end)
                    code = plain(code)
                    kind = kinds[code] if code < 0x80 else class_of(code)
                else:
                    kind = kinds[code]
                    code |= 0x20 if 0x41 <= code <= 0x5A else 0
            else:
                code, size, kind = 0, 1, SPACE  # ends the last word
            at += size
            if kind in (LETTER, DIGIT):
                word = ((word if in_word else BASIS) ^ np.uint64(code)) * PRIME
                in_word = True
                continue
            for turn in range(2):  # the word that ends here, then the character or sign itself
                if turn == 0:
                    if not in_word:
                        continue
                    token, needed, in_word = _spread(word), words, False
                elif kind == CHAR or (kind == SIGN and with_signs):
                    token = _spread((BASIS ^ np.uint64(code)) * PRIME)
                    needed = chars if kind == CHAR else words
                else:
                    continue
                prefix = prefix * CHAIN + token
                tokens += 1
                ring[tokens % RING] = prefix
                if tokens >= needed:
                    run = prefix - ring[(tokens - needed) % RING] * powers[needed]
                    shingles[filled] = np.uint32(_spread(run) >> HALF)
                    filled += 1
                    made = True
                    if filled == BLOCK:
                        lower(shingles, filled, a, b, least)
                        filled = 0
        if tokens > 0 and not made:
            shingles[0] = np.uint32(_spread(prefix) >> HALF)
            filled = 1
        lower(shingles, filled, a, b, least)


def signatures(
    offsets: np.ndarray, text: np.ndarray, signs: np.ndarray, *, words: int, chars: int, bands: int, rows: int
) -> np.ndarray:
    """The signature of each text: uint32 [n, bands * rows]; every value EMPTY where there is no token.

    `signs`: bool [n], texts whose signs are tokens (source code).
    """
    warm("minhash", _compile)
    return _signed(offsets, text, signs, words, chars, bands * rows)


def _signed(
    offsets: np.ndarray, text: np.ndarray, signs: np.ndarray, words: int, chars: int, permuted: int
) -> np.ndarray:
    if not 1 <= min(words, chars) <= max(words, chars) <= MAX_TOKENS:
        raise ValueError(f"a shingle has 1 to {MAX_TOKENS} tokens")
    count = max(len(offsets) - 1, 0)
    a, b = permutations(permuted)
    out = np.full((count, permuted), EMPTY, np.uint32)
    which, kinds = frozen(np.arange(count), np.int64), frozen(ascii_kinds(), np.uint8)
    marks = frozen(signs, np.bool_)
    first, second = frozen(a, np.uint64), frozen(b, np.uint64)
    _sign_texts(
        frozen(offsets, np.int64), frozen(text, np.uint8), which, marks, kinds, words, chars, first, second, out
    )
    return out


def ascii_kinds() -> np.ndarray:
    """The class of each ASCII character: what `class_of` says of its small letter, as a table."""
    kinds = np.full(128, SIGN, np.uint8)
    kinds[:0x21], kinds[0x7F], kinds[0x0A] = SPACE, SPACE, NEWLINE
    kinds[0x30:0x3A] = DIGIT
    kinds[0x41:0x5B] = kinds[0x61:0x7B] = kinds[0x5F] = LETTER
    return kinds


def similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The share of equal values of signatures, row by row: an estimate of the Jaccard similarity of the shingles."""
    return (first == second).mean(axis=-1)


def _compile() -> None:
    _signed(frozen(np.array([0, 1]), np.int64), frozen(np.array([97]), np.uint8), np.zeros(1, bool), 1, 1, 1)
