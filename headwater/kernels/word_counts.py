"""How often each word occurs: a table of bounded size that texts are poured into.

In: texts, the pattern that cuts them, a weight a text. Out: the distinct words (bytes after bytes) and their counts.
A table that is full says where it stopped, so that the caller empties it and goes on from there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.pretokens import NUM_RULES, piece_end

PRIME, BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)  # FNV-1a's
SPREAD, SHIFT = np.uint64(0xD6E8FEB86659FD93), np.uint64(32)
MAX_WORD_BYTES = 1 << 12  # a longer one (a line of a million letters) is counted in parts
WORDS, BYTES = 0, 1  # indices into `used`


class Table(NamedTuple):
    """`slots` (a power of two) hold a word's number and 1; word n is text[starts[n]:starts[n + 1]]."""

    slots: np.ndarray  # int32
    hashes: np.ndarray  # uint64 [most words]
    starts: np.ndarray  # int64 [most words + 1]
    counts: np.ndarray  # int64 [most words]
    text: np.ndarray  # uint8 [most bytes]
    used: np.ndarray  # int64: words, bytes


def table(budget_bytes: int) -> Table:
    """An empty table that takes about so much memory."""
    slots = 1 << max(12, (budget_bytes // 60).bit_length())  # a word: two slots of 4 bytes, 24 of figures, its text
    words = slots // 2
    return Table(
        slots=np.zeros(slots, np.int32),
        hashes=np.empty(words, np.uint64),
        starts=np.zeros(words + 1, np.int64),
        counts=np.empty(words, np.int64),
        text=np.empty(max(12 * words, 2 * MAX_WORD_BYTES), np.uint8),
        used=np.zeros(2, np.int64),
    )


def clear(table: Table) -> None:
    """Empty a table."""
    table.slots[:] = 0
    table.used[:] = 0


@part
def word_hash(text, start, end):
    """A hash of bytes start to end - 1 (uint64)."""
    value = BASIS
    for i in range(start, end):
        value = (value ^ np.uint64(text[i])) * PRIME
    value = (value ^ (value >> SHIFT)) * SPREAD
    return value ^ (value >> SHIFT)


@part
def same_bytes(left, at, right, start, length):
    """Whether as many bytes are equal in both."""
    i = 0
    while i < length and left[at + i] == right[start + i]:
        i += 1
    return i == length


@part
def _add(text, start, end, count, table):
    """Count a word; False where the table has no room for it."""
    mask, length = np.uint64(len(table.slots) - 1), end - start
    hashed = word_hash(text, start, end)
    slot = hashed & mask
    while table.slots[slot]:
        word = table.slots[slot] - 1
        first = table.starts[word]
        if (
            table.hashes[word] == hashed
            and table.starts[word + 1] - first == length
            and same_bytes(table.text, first, text, start, length)
        ):
            table.counts[word] += count
            return True
        slot = (slot + np.uint64(1)) & mask
    word, first = table.used[WORDS], table.used[BYTES]
    if word == len(table.counts) or first + length > len(table.text):
        return False
    for i in range(length):
        table.text[first + i] = text[start + i]
    table.slots[slot], table.hashes[word], table.counts[word] = word + 1, hashed, count
    table.starts[word], table.starts[word + 1] = first, first + length
    table.used[WORDS], table.used[BYTES] = word + 1, first + length
    return True


@kernel
def _pour(offsets, text, weights, flags, rules, place, table):
    """Count from text place[0], byte place[1] on; both are moved to where the table was full, or to the end.

    place[2] is where a word ends whose parts are being counted: looking for it anew would be quadratic in its length.
    """
    row, at, stop = place[0], place[1], place[2]
    while row < len(weights):
        end = offsets[row + 1]
        at = max(at, offsets[row])
        while at < end:
            if stop <= at:
                stop = piece_end(text, at, end, flags, rules)
            cut = stop
            if stop - at > MAX_WORD_BYTES:
                cut = at + MAX_WORD_BYTES
                while cut > at + 1 and text[cut] & 0xC0 == 0x80:
                    cut -= 1
            if not _add(text, at, cut, weights[row], table):
                place[0], place[1], place[2] = row, at, stop
                return
            at = cut
        row += 1
    place[0], place[1], place[2] = row, at, stop


@kernel
def _merge(starts, text, counts, place, table):
    """Add words that were counted before, from word place[0] on."""
    word = place[0]
    while word < len(counts) and _add(text, starts[word], starts[word + 1], counts[word], table):
        word += 1
    place[0] = word


def pour(
    offsets: np.ndarray, text: np.ndarray, weights: np.ndarray, flags: np.ndarray, rules: np.ndarray,
    place: np.ndarray, table: Table,
) -> bool:  # fmt: skip
    """Count the words of texts from `place` (text, byte, 0) on; whether all were. `weights` int64 a text."""
    warm("word_counts", _compile)
    given = frozen(offsets, np.int64), frozen(text, np.uint8), frozen(weights, np.int64)
    _pour(*given, flags, frozen(rules, np.uint8), place, table)
    return bool(place[0] == len(weights))


def merge(starts: np.ndarray, text: np.ndarray, counts: np.ndarray, place: np.ndarray, table: Table) -> bool:
    """Count words with their counts, from word place[0] on; whether all were."""
    warm("word_counts", _compile)
    _merge(frozen(starts, np.int64), frozen(text, np.uint8), frozen(counts, np.int64), place, table)
    return bool(place[0] == len(counts))


@kernel
def _hashes(starts, text, out):
    for word in range(len(out)):
        out[word] = word_hash(text, starts[word], starts[word + 1])


def hashes(starts: np.ndarray, text: np.ndarray) -> np.ndarray:
    """A hash a word (uint64), the table's."""
    warm("word_counts", _compile)
    out = np.empty(len(starts) - 1, np.uint64)
    _hashes(frozen(starts, np.int64), frozen(text, np.uint8), out)
    return out


def found(table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(starts, text, counts) of what was counted, as views."""
    words, size = int(table.used[WORDS]), int(table.used[BYTES])
    return table.starts[: words + 1], table.text[:size], table.counts[:words]


def _compile() -> None:
    from headwater.kernels.code_points import flags

    text, one = frozen(np.frombuffer(b"a b", np.uint8), np.uint8), frozen(np.ones(1), np.int64)
    small, offsets = table(0), frozen(np.array([0, 3]), np.int64)
    _pour(offsets, text, one, flags(), frozen(np.ones(NUM_RULES), np.uint8), np.zeros(3, np.int64), small)
    _merge(offsets, text, one, np.zeros(1, np.int64), small)
    _hashes(offsets, text, np.empty(1, np.uint64))
