"""Hashed n-grams of texts: how often each bucket occurs in each of them.

In: a text array's offsets and bytes. Out: rows of (bucket, count), in the order of first occurrence.
Steps: cut a text into tokens, each a 64-bit hash → hash every run of tokens that ends at one of them → count buckets.

Tokens: a word of letters (ASCII in small letters, `_` among them, a run of digits as one 0); a LaTeX command with its
backslash; one character of a script without spaces; one sign; a line break. So `\\frac`, `self_attn`, `::` (two signs)
and 河流 (two characters) are equals, and runs of up to three see them together.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import CHAR, DIGIT, LETTER, NEWLINE, SPACE, class_of, decode, plain
from headwater.kernels.compiled import frozen, kernel, part, warm

PRIME = np.uint64(0x100000001B3)  # FNV-1a's
BASIS = np.uint64(0xCBF29CE484222325)
CHAIN = np.uint64(0x9E3779B97F4A7C15)  # odd; joins tokens to a run
SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd; the high bits of the product are the bucket
SHIFT = np.uint64(32)
BACKSLASH = 0x5C
BLOCK_BYTES = 1 << 20  # of text that is counted at once: bounds the room for what may come out


@part
def _spread(value):
    value = (value ^ (value >> SHIFT)) * SPREAD
    return value ^ (value >> SHIFT)


@part
def tokenize(text, start, end, max_chars, hashes, kinds):
    """Token hashes and kinds (SIGN, CHAR, LETTER or NEWLINE) of one text; how many. Room: a token a byte."""
    count, at, read = 0, start, 0
    word, in_word, in_command, last_digit = BASIS, False, False, False
    broken = False  # a line break was the last token
    while at < end and read < max_chars:
        code, size = decode(text, at, end)
        code = plain(code)
        kind = class_of(code)
        at += size
        read += 1
        small = 0x61 <= code <= 0x7A
        if in_word and (small if in_command else kind in (LETTER, DIGIT)):
            if kind != DIGIT or not last_digit:
                word = (word ^ np.uint64(0x30 if kind == DIGIT else code)) * PRIME
            last_digit = kind == DIGIT
            continue
        if in_word:
            hashes[count], kinds[count] = _spread(word), LETTER
            count += 1
            in_word = in_command = False
        if kind == SPACE or (kind == NEWLINE and broken):
            continue
        broken = kind == NEWLINE
        word = (BASIS ^ np.uint64(0x30 if kind == DIGIT else code)) * PRIME
        if kind in (LETTER, DIGIT):
            in_word, last_digit = True, kind == DIGIT
        elif code == BACKSLASH and at < end and read < max_chars and _small(plain(decode(text, at, end)[0])):
            in_word = in_command = True
        else:
            hashes[count], kinds[count] = _spread(word), kind
            count += 1
    if in_word:
        hashes[count], kinds[count] = _spread(word), LETTER
        count += 1
    return count


@part
def _small(code):
    return 0x61 <= code <= 0x7A


@kernel
def count_block(offsets, text, first, last, max_chars, words, chars, bits, indptr, buckets, counts):
    """Count the n-grams of texts first to last - 1; `indptr[row + 1]` is where row's entries end."""
    longest = 0
    for row in range(first, last):
        longest = max(longest, min(offsets[row + 1] - offsets[row], 4 * max_chars))
    hashes, kinds = np.empty(longest, np.uint64), np.empty(longest, np.uint8)
    size = 16
    while size < 2 * longest * max(words, chars):
        size *= 2
    slots = np.full(size, -1, np.int64)  # open addressing: a bucket's entry in the row at hand
    out, down = 0, np.uint64(64 - bits)
    for row in range(first, last):
        begin = out
        tokens = tokenize(text, offsets[row], offsets[row + 1], max_chars, hashes, kinds)
        for end in range(tokens):
            run = np.uint64(0)
            most = min(chars if kinds[end] == CHAR else words, end + 1)
            for n in range(most):
                run = run * CHAIN + hashes[end - n]
                bucket = np.uint32((run * SPREAD) >> down)
                slot = int(bucket) & (size - 1)
                while slots[slot] >= 0 and buckets[slots[slot]] != bucket:
                    slot = (slot + 1) & (size - 1)
                if slots[slot] < 0:
                    slots[slot] = out
                    buckets[out], counts[out] = bucket, 0
                    out += 1
                counts[slots[slot]] += 1
        for entry in range(begin, out):  # empty the table again: only the slots that were taken
            slot = int(buckets[entry]) & (size - 1)
            while slots[slot] >= 0:
                slots[slot] = -1
                slot = (slot + 1) & (size - 1)
        indptr[row + 1] = out
    return out


def count_ngrams(
    offsets: np.ndarray, text: np.ndarray, *, max_chars: int, words: int, chars: int, bits: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(indptr, buckets, counts) of the texts: runs of up to `words` tokens, or `chars` that end at a character.

    Shapes: indptr int64 [n + 1]; buckets uint32 and counts uint32 [entries]. A bucket has `bits` bits, at most 32.
    """
    warm("ngrams", _compile)
    return _counted(frozen(offsets, np.int64), frozen(text, np.uint8), max_chars, words, chars, bits)


def _counted(
    offsets: np.ndarray, text: np.ndarray, max_chars: int, words: int, chars: int, bits: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sizes = np.minimum(np.diff(offsets), 4 * max_chars)  # bytes that may be read of each
    blocks = np.searchsorted(np.cumsum(sizes), np.arange(0, sizes.sum() + 1, BLOCK_BYTES), side="left")
    edges = np.unique(np.concatenate([[0], blocks, [len(sizes)]]))
    indptr = np.zeros(len(sizes) + 1, np.int64)
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    total = 0
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        room = int(sizes[first:last].sum()) * max(words, chars)
        buckets, counts = np.empty(room, np.uint32), np.empty(room, np.uint32)
        used = count_block(offsets, text, first, last, max_chars, words, chars, bits, indptr, buckets, counts)
        indptr[first + 1 : last + 1] += total
        total += used
        parts.append((buckets[:used].copy(), counts[:used].copy()))
    if not parts:
        return indptr, np.empty(0, np.uint32), np.empty(0, np.uint32)
    return indptr, np.concatenate([b for b, _ in parts]), np.concatenate([c for _, c in parts])


def _compile() -> None:
    _counted(frozen(np.array([0, 1]), np.int64), frozen(np.array([97]), np.uint8), 1, 1, 1, 10)
