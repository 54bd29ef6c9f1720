"""Texts to tokens: cut by a pattern, each word looked up among words seen before, merged by rank where it is new.

In: texts, the pattern, the merges of a vocabulary. Out: ids of all texts, one after another.
A word's tokens depend on the word alone, so a table of words keeps them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import frozen, kernel, warm
from headwater.kernels.merge_ranks import Ranks, ranks
from headwater.kernels.merge_word import Room, merged, room
from headwater.kernels.pretokens import NUM_RULES, piece_end
from headwater.kernels.word_cache import Cache, cache, keep, known, whole_words
from headwater.kernels.word_counts import word_hash


class Vocabulary(NamedTuple):
    """What encoding needs to know: the pattern, the merges, and the words that are tokens whatever the merges say."""

    flags: np.ndarray
    rules: np.ndarray
    ranks: Ranks
    whole: Cache


@kernel
def _encode(offsets, text, flags, rules, ranks, whole, cache, room, indptr, out):
    """Tokens of every text into `out` (room: one a byte); indptr [texts + 1]. `whole`: words that are one token."""
    count = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            stop = piece_end(text, at, end, flags, rules)
            if stop - at > len(room.tokens):  # cut between letters
                stop = at + len(room.tokens)
                while stop > at + 1 and text[stop] & 0xC0 == 0x80:
                    stop -= 1
            hashed = word_hash(text, at, stop)
            word = known(text, at, stop, hashed, cache)
            if word:
                for i in range(cache.firsts[word - 1], cache.firsts[word]):
                    out[count] = cache.tokens[i]
                    count += 1
            else:
                token = known(text, at, stop, hashed, whole) if len(whole.hashes) else 0
                if token:
                    room.tokens[0], found = whole.tokens[token - 1], 1
                else:
                    found = merged(text, at, stop, ranks, room)
                for i in range(found):
                    out[count + i] = room.tokens[i]
                count += found
                keep(text, at, stop, hashed, room.tokens, found, cache)
            at = stop
        indptr[row + 1] = count


def encode(
    offsets: np.ndarray, text: np.ndarray, vocabulary: Vocabulary, cache: Cache, room: Room
) -> tuple[np.ndarray, np.ndarray]:
    """(ids uint32, indptr int64): the tokens of text i are ids[indptr[i]:indptr[i + 1]]. Memory: 4 bytes a byte."""
    ready()
    return _all(frozen(offsets, np.int64), frozen(text, np.uint8), vocabulary, cache, room)


def _all(offsets, text, vocabulary, cache, room):
    indptr, out = np.zeros(len(offsets), np.int64), np.empty(int(offsets[-1] - offsets[0]), np.uint32)
    flags, rules, ranks, whole = vocabulary
    _encode(offsets, text, flags, rules, ranks, whole, cache, room, indptr, out)
    return out[: indptr[-1]].copy(), indptr


def ready() -> None:
    """Compile on a little input, once a process."""
    warm("bpe_encode", _compile)


def _compile() -> None:
    from headwater.kernels.code_points import flags

    text, none = frozen(np.frombuffer(b"a b", np.uint8), np.uint8), np.empty(0, np.int32)
    small = ranks(none, none, np.zeros(256, np.int32), none)
    vocabulary = Vocabulary(flags(), frozen(np.ones(NUM_RULES), np.uint8), small, whole_words([b"a"], [0]))
    _all(frozen(np.array([0, 3]), np.int64), text, vocabulary, cache(0), room(16))
