"""Words seen before and the tokens of each: a table of bounded size, emptied when it is full.

In: the bytes of a word, their hash. Out: the number of the word, under which its tokens are kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import kernel, part
from headwater.kernels.word_counts import same_bytes, word_hash

WORDS, BYTES, TOKENS = 0, 1, 2  # indices into Cache.used


class Cache(NamedTuple):
    """`slots` (a power of two) hold a word's number and 1."""

    slots: np.ndarray  # int32
    hashes: np.ndarray  # uint64 [most words]
    starts: np.ndarray  # int32 [most words + 1]: its bytes in `text`
    firsts: np.ndarray  # int32 [most words + 1]: its tokens in `tokens`
    text: np.ndarray  # uint8
    tokens: np.ndarray  # uint32
    used: np.ndarray  # int64: words, bytes, tokens


def cache(budget_bytes: int) -> Cache:
    """An empty table of words that takes about so much memory."""
    slots = 1 << max(4, (budget_bytes // 40).bit_length())  # a word: two slots, 16 of figures, its text and tokens
    words = slots // 2
    return Cache(
        slots=np.zeros(slots, np.int32),
        hashes=np.empty(words, np.uint64),
        starts=np.zeros(words + 1, np.int32),
        firsts=np.zeros(words + 1, np.int32),
        text=np.empty(12 * words, np.uint8),
        tokens=np.empty(4 * words, np.uint32),
        used=np.zeros(3, np.int64),
    )


def whole_words(pieces: list[bytes], ids: list[int]) -> Cache:
    """Words that are one token each. Empty lists: none are."""
    sizes = np.array([len(piece) for piece in pieces], np.int64)
    found = cache(0)._replace(
        slots=np.zeros(1 << max(4, (2 * len(pieces)).bit_length()), np.int32),
        hashes=np.empty(len(pieces), np.uint64),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        text=np.frombuffer(b"".join(pieces), np.uint8).copy(),
        tokens=np.array(ids, np.uint32),
    )
    _fill_words(found)
    return found


@part
def known(text, start, stop, hashed, cache):
    """The number of a word in the cache and 1, or 0."""
    mask, length = np.uint64(len(cache.slots) - 1), stop - start
    slot = hashed & mask
    while cache.slots[slot]:
        word = cache.slots[slot] - 1
        first = cache.starts[word]
        if (
            cache.hashes[word] == hashed
            and cache.starts[word + 1] - first == length
            and same_bytes(cache.text, first, text, start, length)
        ):
            return word + 1
        slot = (slot + np.uint64(1)) & mask
    return 0


@part
def keep(text, start, stop, hashed, tokens, count, cache):
    """Put a word in the cache, emptied first where it has no room."""
    if count > len(cache.tokens) // 8 or stop - start > len(cache.text) // 8:
        return
    if (
        cache.used[WORDS] == len(cache.hashes)
        or cache.used[BYTES] + stop - start > len(cache.text)
        or cache.used[TOKENS] + count > len(cache.tokens)
    ):
        cache.slots[:] = 0
        cache.used[WORDS], cache.used[BYTES], cache.used[TOKENS] = 0, 0, 0
    mask = np.uint64(len(cache.slots) - 1)
    slot = hashed & mask
    while cache.slots[slot]:
        slot = (slot + np.uint64(1)) & mask
    word, at, first = cache.used[WORDS], cache.used[BYTES], cache.used[TOKENS]
    for i in range(stop - start):
        cache.text[at + i] = text[start + i]
    for i in range(count):
        cache.tokens[first + i] = tokens[i]
    cache.slots[slot], cache.hashes[word] = word + 1, hashed
    cache.starts[word], cache.starts[word + 1] = at, at + stop - start
    cache.firsts[word], cache.firsts[word + 1] = first, first + count
    cache.used[WORDS], cache.used[BYTES], cache.used[TOKENS] = word + 1, at + stop - start, first + count


@kernel
def _fill_words(words):
    mask = np.uint64(len(words.slots) - 1)
    for word in range(len(words.hashes)):
        words.hashes[word] = word_hash(words.text, words.starts[word], words.starts[word + 1])
        slot = words.hashes[word] & mask
        while words.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        words.slots[slot] = word + 1
