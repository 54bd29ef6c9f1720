"""Folded tokens of texts: what stays of a text when case, punctuation, accents and line breaks are passed over.

In: a text's bytes and the table of `fold`. Out: for each token a 64-bit hash, its kind, and where it lies in the bytes.
A token is a WORD, a run of letters or of digits (`1,000` is 1000), a CHAR, one character of a script without spaces, or
LITTLE, a single letter or a number below 100, which says little by itself.
What is not seen (zero-width, combining accents) parts nothing and counts for nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.fold import CHAR_BIT, CODE_MASK, DIGIT_BIT, LETTER_BIT, SEPARATOR, SIZE, SKIP

PRIME = np.uint64(0x100000001B3)  # FNV-1a's
BASIS = np.uint64(0xCBF29CE484222325)
SPREAD = np.uint64(0xD6E8FEB86659FD93)  # odd
SHIFT = np.uint64(32)
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd; the polynomial's
COMMA = 0x2C
WORD, CHAR, LITTLE = 0, 1, 2


class Tokens(NamedTuple):
    """hashes uint64, kinds uint8, begins and ends int64 (bytes): [tokens]; indptr int64 [texts + 1]."""

    indptr: np.ndarray
    hashes: np.ndarray
    kinds: np.ndarray
    begins: np.ndarray
    ends: np.ndarray


@part
def spread(value):
    value = (value ^ (value >> SHIFT)) * SPREAD
    return value ^ (value >> SHIFT)


@part
def _is_digit(text, at, end):
    return at < end and 0x30 <= text[at] <= 0x39


@part
def _groups(text, at, end):
    """Whether a comma at `at` parts the thousands of a number: three digits follow, and no fourth."""
    if at >= end or text[at] != COMMA:
        return False
    for i in range(1, 4):
        if not _is_digit(text, at + i, end):
            return False
    return not _is_digit(text, at + 4, end)


@part
def _kind(seen, length):
    return LITTLE if length < (3 if seen == DIGIT_BIT else 2) else WORD


@part
def tokenize(text, start, end, fold, hashes, kinds, begins, ends):
    """The tokens of text[start:end], into the four arrays; how many. Room: a token a byte."""
    count, at = 0, start
    word, kind, first, last, length = BASIS, 0, start, start, 0
    while at < end:
        code, size = decode(text, at, end)
        entry = int(fold[code]) if code < SIZE else SEPARATOR
        if entry == SKIP:
            at += size
            continue
        seen = entry & (LETTER_BIT | DIGIT_BIT | CHAR_BIT)
        if kind and seen != kind:
            if kind == DIGIT_BIT and _groups(text, at, end):
                at += 1
                continue
            hashes[count], kinds[count] = spread(word), _kind(kind, length)
            begins[count], ends[count] = first, last
            count += 1
            kind = 0
        if seen == CHAR_BIT:
            hashes[count] = spread((BASIS ^ np.uint64(entry & CODE_MASK)) * PRIME)
            kinds[count], begins[count], ends[count] = CHAR, at, at + size
            count += 1
        elif seen:
            if not kind:
                kind, word, first, length = seen, BASIS, at, 0
            word = (word ^ np.uint64(entry & CODE_MASK)) * PRIME
            last = at + size
            length += 1
        at += size
    if kind:
        hashes[count], kinds[count] = spread(word), _kind(kind, length)
        begins[count], ends[count] = first, last
        count += 1
    return count


@kernel
def prefixes(hashes, count, sums):
    """Polynomial sums of the first tokens, from which `run_hash` has that of any run; sums [count + 1]."""
    sums[0] = np.uint64(0)
    for i in range(count):
        sums[i + 1] = sums[i] * BASE + hashes[i]


@part
def run_hash(sums, at, length, power):
    """The hash of a run of tokens; `power` is BASE to its length."""
    return spread(sums[at + length] - sums[at] * power)


@kernel
def power_of(length):
    value = np.uint64(1)
    for _ in range(length):
        value *= BASE
    return value


@kernel
def _all_tokens(offsets, text, fold, indptr, hashes, kinds, begins, ends):
    total = 0
    for row in range(len(offsets) - 1):
        total += tokenize(
            text, offsets[row], offsets[row + 1], fold, hashes[total:], kinds[total:], begins[total:], ends[total:]
        )
        indptr[row + 1] = total
    return total


def tokens(offsets: np.ndarray, text: np.ndarray, fold: np.ndarray) -> Tokens:
    """The tokens of every text of an array's buffers. Memory: 25 bytes a byte of text; give it small pieces."""
    warm("tokens", _compile)
    return _tokens(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(fold, np.uint32))


def _tokens(offsets: np.ndarray, text: np.ndarray, fold: np.ndarray) -> Tokens:
    room = int(offsets[-1] - offsets[0])
    indptr = np.zeros(len(offsets), np.int64)
    hashes, kinds = np.empty(room, np.uint64), np.empty(room, np.uint8)
    begins, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    used = _all_tokens(offsets, text, fold, indptr, hashes, kinds, begins, ends)
    return Tokens(indptr, hashes[:used].copy(), kinds[:used].copy(), begins[:used].copy(), ends[:used].copy())


@kernel
def _whole(indptr, hashes, out):
    for row in range(len(out)):
        total = np.uint64(0)
        for i in range(indptr[row], indptr[row + 1]):
            total = total * BASE + hashes[i]
        out[row] = spread(total)


def whole(found: Tokens) -> np.ndarray:
    """A hash of all tokens of each text: equal for texts that fold to the same (uint64)."""
    warm("tokens", _compile)
    out = np.empty(len(found.indptr) - 1, np.uint64)
    _whole(found.indptr, found.hashes, out)
    return out


def runs(found: Tokens, length: int) -> tuple[np.ndarray, np.ndarray]:
    """(the text, the hash) of every run of `length` tokens that lies within a text."""
    sums, power = np.zeros(len(found.hashes) + 1, np.uint64), np.uint64(power_of(length))
    prefixes(found.hashes, len(found.hashes), sums)
    counts = np.diff(found.indptr)
    texts = np.repeat(np.arange(len(counts)), counts)
    starts = np.arange(len(found.hashes))
    whole = starts + length <= found.indptr[1:][texts]
    starts = starts[whole]
    with np.errstate(over="ignore"):
        values = sums[starts + length] - sums[starts] * power
        values = (values ^ (values >> SHIFT)) * SPREAD
    return texts[whole], values ^ (values >> SHIFT)


def _compile() -> None:
    text = frozen(np.frombuffer(b"a b", np.uint8), np.uint8)
    found = _tokens(frozen(np.array([0, 3]), np.int64), text, frozen(np.full(SIZE, LETTER_BIT | 97), np.uint32))
    prefixes(found.hashes, 1, np.zeros(2, np.uint64))
    power_of(2)
    _whole(found.indptr, found.hashes, np.empty(1, np.uint64))
