"""Byte-pair merging: which two neighbours become one token, learned from words and their counts.

In: words as symbols, how often each occurs, and what must never form. Out: the merges in order.
The rule is that of Sennrich et al. 2016 (arXiv 1508.07909): the pair that occurs most often is merged, of equal ones
that of the lower ids. Counts are 64 bits wide. `tests/reference/merges.py` says the same in twenty lines.

A pair knows the words it occurs in, so a merge touches these alone and passes on what changed. What grows is grown by
the caller: the kernel stops and is called again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import kernel, part, warm
from headwater.kernels.merge_tokens import BASE as BASE
from headwater.kernels.merge_tokens import Limits, barred, is_spelled, token_of, tokens
from headwater.kernels.pair_heap import fill_heap, heap, pop_commonest, push
from headwater.kernels.pair_table import (
    CURSOR,
    HALF,
    MADE,
    NOWHERE,
    NUM_HEAP,
    NUM_MERGES,
    NUM_PAIRS,
    NUM_PLACES,
    NUM_TOKENS,
    NUM_TOUCHED,
    PAIR,
    STATE,
    pair,
    pairs,
    places,
    refill,
    see,
    touch,
)

DONE, MORE_PAIRS, MORE_PLACES, MORE_HEAP = range(4)
FIRST, SETTLING = -1, -2  # CURSOR: no merge is under way; all its words are done


class Words(NamedTuple):
    """Word n is symbols[starts[n]:starts[n] + lengths[n]] and occurs counts[n] times."""

    symbols: np.ndarray  # int32
    starts: np.ndarray  # int64
    lengths: np.ndarray  # int32
    counts: np.ndarray  # int64


class Beside(NamedTuple):
    """What one merge changes, by the token beside it: how often, and the words, as a chain in Places.

    [tokens] each, twice: for the token before the pair, and for the one after it.
    """

    counts: np.ndarray  # int64 [2, tokens]
    heads: np.ndarray  # int32 [2, tokens]
    tails: np.ndarray  # int32 [2, tokens]
    barred: np.ndarray  # bool [2, tokens]: the new pair must not form
    seen: np.ndarray  # int32 [2, tokens]: the tokens touched
    used: np.ndarray  # int64 [2]: how many of them


def beside_of(num_tokens: int) -> Beside:
    """Room for what stands beside one merge, with so many tokens in all."""
    shape = (2, num_tokens)
    return Beside(
        counts=np.zeros(shape, np.int64),
        heads=np.empty(shape, np.int32),
        tails=np.empty(shape, np.int32),
        barred=np.empty(shape, np.bool_),
        seen=np.empty(shape, np.int32),
        used=np.zeros(2, np.int64),
    )


@kernel
def count_pairs(words, pairs, places, tokens, limits, state):
    """Count the pairs of the words from word state[CURSOR] on; DONE, or what there must be more of."""
    for word in range(state[CURSOR], len(words.lengths)):
        start, length = words.starts[word], words.lengths[word]
        state[CURSOR] = word
        if state[NUM_PAIRS] + length > len(pairs.keys):
            return MORE_PAIRS
        if state[NUM_PLACES] + length > len(places.words):
            return MORE_PLACES
        for at in range(start, start + length - 1):
            left, right = words.symbols[at], words.symbols[at + 1]
            if not barred(tokens, limits, left, right):
                number = pair(pairs, state, left, right, True)
                pairs.counts[number] += words.counts[word]
                see(pairs, places, state, number, word)
    state[CURSOR] = len(words.lengths)
    return DONE


@part
def _beside(beside, places, tokens, limits, state, side, token, made, word, count):
    """Note that the new token came to stand beside another one in a word."""
    if token < 0:
        return
    if beside.counts[side, token] == 0:
        place = beside.used[side]
        beside.used[side] = place + 1
        beside.seen[side, place], beside.heads[side, token] = token, NOWHERE
        left, right = (token, made) if side == 0 else (made, token)
        beside.barred[side, token] = barred(tokens, limits, left, right)
    beside.counts[side, token] += count
    head = beside.heads[side, token]
    if beside.barred[side, token] or (head != NOWHERE and places.words[head] == word):
        return
    place = state[NUM_PLACES]
    state[NUM_PLACES] += 1
    places.words[place], places.nexts[place] = word, head
    beside.heads[side, token] = place
    if head == NOWHERE:
        beside.tails[side, token] = place


@part
def _merge_word(words, places, beside, tokens, limits, state, word, left, right, made):
    """Write the new token over each occurrence of the pair, from the left; note what stands beside it."""
    start, count = words.starts[word], words.counts[word]
    stop = start + words.lengths[word]
    at = put = start
    while at < stop:
        symbol = words.symbols[at]
        if symbol != left or at + 1 >= stop or words.symbols[at + 1] != right:
            words.symbols[put] = symbol
            put, at = put + 1, at + 1
            continue
        if put > start:
            _beside(beside, places, tokens, limits, state, 0, words.symbols[put - 1], made, word, count)
        if at + 2 < stop:
            _beside(beside, places, tokens, limits, state, 1, words.symbols[at + 2], made, word, count)
        words.symbols[put] = made
        put, at = put + 1, at + 2
    words.lengths[word] = put - start


@part
def _settle(pairs, places, beside, state, left, right, made):
    """Pass on to the pairs what one merge changed: the old ones lose what the new ones gain."""
    for side in (1, 0):  # what came after first: of two merges side by side, the second undoes a pair of the first
        for i in range(beside.used[side]):
            token = beside.seen[side, i]
            count = beside.counts[side, token]
            beside.counts[side, token] = 0
            old = pair(pairs, state, token, left, False) if side == 0 else pair(pairs, state, right, token, False)
            if old != NOWHERE:
                touch(pairs, state, old, -count)
            if beside.barred[side, token]:
                continue
            new = pair(pairs, state, token, made, True) if side == 0 else pair(pairs, state, made, token, True)
            touch(pairs, state, new, count)
            if beside.heads[side, token] != NOWHERE:
                places.nexts[beside.tails[side, token]] = pairs.heads[new]
                pairs.heads[new] = beside.heads[side, token]
        beside.used[side] = 0


@kernel
def learn(words, pairs, places, beside, heap, tokens, limits, state, merges):
    """Merge until as many tokens are made as `tokens` has room for, or no pair is common enough.

    merges [most, 3] int32: left, right, made. DONE, or what there must be more of before it is called again.
    """
    while True:
        if state[CURSOR] == FIRST:
            if state[NUM_TOKENS] == len(tokens.sizes) or state[NUM_MERGES] == len(merges):
                return DONE
            number = pop_commonest(pairs, heap, limits, state)
            if number == NOWHERE:
                return DONE
            key = pairs.keys[number]
            first, second = np.int64(key >> HALF), np.int64(key & np.uint64(0xFFFFFFFF))
            if limits.fresh and is_spelled(tokens, first, second):
                continue
            state[PAIR], state[NUM_TOUCHED], state[CURSOR] = number, 0, pairs.heads[number]
            state[MADE] = token_of(tokens, state, first, second)
        number, made = state[PAIR], np.int32(state[MADE])
        left, right = np.int32(pairs.keys[number] >> HALF), np.int32(pairs.keys[number] & np.uint64(0xFFFFFFFF))
        while state[CURSOR] >= 0:
            word = places.words[state[CURSOR]]
            if state[NUM_PLACES] + 2 * words.lengths[word] > len(places.words):
                return MORE_PLACES
            _merge_word(words, places, beside, tokens, limits, state, word, left, right, made)
            state[CURSOR] = places.nexts[state[CURSOR]]
        changed = 2 * (beside.used[0] + beside.used[1])
        state[CURSOR] = SETTLING
        if state[NUM_PAIRS] + changed > len(pairs.keys):
            return MORE_PAIRS
        if state[NUM_HEAP] + changed > len(heap.pairs):
            return MORE_HEAP
        _settle(pairs, places, beside, state, left, right, made)
        pairs.counts[number], pairs.heads[number] = 0, NOWHERE
        for i in range(state[NUM_TOUCHED]):
            if pairs.counts[pairs.touched[i]] >= limits.min_count:
                push(heap, pairs, state, pairs.touched[i])
        merge = state[NUM_MERGES]
        merges[merge, 0], merges[merge, 1], merges[merge, 2] = left, right, made
        state[NUM_MERGES], state[CURSOR] = merge + 1, FIRST


def ready() -> None:
    """Compile on a little input, once a process."""
    warm("merges", _compile)


def _compile() -> None:
    word = Words(np.zeros(4, np.int32), np.zeros(1, np.int64), np.full(1, 4, np.int32), np.ones(1, np.int64))
    found, room, state = pairs(9), places(9), np.zeros(STATE, np.int64)
    given, limits, entries = tokens([b"a"], 3), Limits(np.zeros(1, np.uint64), 9, 1), heap(9)
    state[NUM_TOKENS] = 1
    count_pairs(word, found, room, given, limits, state)
    fill_heap(found, entries, limits, state)
    state[CURSOR] = FIRST
    learn(word, found, room, beside_of(3), entries, given, limits, state, np.empty((6, 3), np.int32))
    refill(found, 0)
