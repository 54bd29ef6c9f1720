"""Byte-pair merging: which two neighbours become one token, learned from words and their counts.

In: words as symbols, how often each occurs, and what must never form. Out: the merges in order.
The rule is that of Sennrich et al. 2016 (arXiv 1508.07909): the pair that occurs most often is merged, of equal ones
that of the lower ids. Counts are 64 bits wide. `tests/reference/merges.py` says the same in twenty lines.

A pair knows the words it occurs in, so a merge touches these alone and passes on what changed; the heap is put right
when a pair comes to its top. What grows is grown by the caller: the kernel stops and is called again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import kernel, part

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd; the polynomial of a token's bytes
SPREAD, SHIFT, HALF = np.uint64(0xD6E8FEB86659FD93), np.uint64(29), np.uint64(32)
NOWHERE = -1
BARRIER = -1  # a symbol that joins nothing
# Indices into `state`.
NUM_PAIRS, NUM_PLACES, NUM_HEAP, NUM_TOKENS, NUM_MERGES, CURSOR, PAIR, MADE, NUM_TOUCHED, STATE = range(10)
DONE, MORE_PAIRS, MORE_PLACES, MORE_HEAP = range(4)
FIRST, SETTLING = -1, -2  # CURSOR: no merge is under way; all its words are done


class Words(NamedTuple):
    """Word n is symbols[starts[n]:starts[n] + lengths[n]] and occurs counts[n] times."""

    symbols: np.ndarray  # int32
    starts: np.ndarray  # int64
    lengths: np.ndarray  # int32
    counts: np.ndarray  # int64


class Pairs(NamedTuple):
    """`slots` (a power of two) hold a pair's number and 1; `heads` the last place of each pair."""

    slots: np.ndarray  # int32
    keys: np.ndarray  # uint64: left << 32 | right
    counts: np.ndarray  # int64
    heads: np.ndarray  # int32
    marks: np.ndarray  # int32: the merge that last touched it, and 1
    touched: np.ndarray  # int32


class Places(NamedTuple):
    """Words that hold a pair, as a chain: `words[i]`, then `nexts[i]`."""

    words: np.ndarray  # int32
    nexts: np.ndarray  # int32


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


class Heap(NamedTuple):
    counts: np.ndarray  # int64
    pairs: np.ndarray  # int32


class Tokens(NamedTuple):
    """What each token spells, as a hash; `slots` (a power of two) hold a token's id and 1."""

    sizes: np.ndarray  # int32, bytes
    hashes: np.ndarray  # uint64
    powers: np.ndarray  # uint64: BASE to its size
    slots: np.ndarray  # int32


class Limits(NamedTuple):
    """`barred`: sorted hashes of what must never form. `fresh`: nor may what a token spells that is there already."""

    barred: np.ndarray  # uint64
    max_bytes: int
    min_count: int
    fresh: bool = False


@part
def mixed(value):
    value = (value ^ (value >> SHIFT)) * SPREAD
    return value ^ (value >> SHIFT)


@part
def joined(tokens, left, right):
    """The hash of two tokens' bytes, one after the other."""
    return tokens.hashes[left] * tokens.powers[right] + tokens.hashes[right]


@part
def _barred(tokens, limits, left, right):
    if left < 0 or right < 0 or tokens.sizes[left] + tokens.sizes[right] > limits.max_bytes:
        return True
    if len(limits.barred) == 0:
        return False
    value = joined(tokens, left, right)
    place = np.searchsorted(limits.barred, value)
    return place < len(limits.barred) and limits.barred[place] == value


@part
def _pair(pairs, state, left, right, make):
    """The number of a pair; NOWHERE where it has none and `make` is False."""
    key = (np.uint64(left) << HALF) | np.uint64(right)
    mask = np.uint64(len(pairs.slots) - 1)
    slot = mixed(key) & mask
    while pairs.slots[slot]:
        number = pairs.slots[slot] - 1
        if pairs.keys[number] == key:
            return number
        slot = (slot + np.uint64(1)) & mask
    if not make:
        return NOWHERE
    number = np.int32(state[NUM_PAIRS])
    state[NUM_PAIRS] += 1
    pairs.slots[slot], pairs.keys[number], pairs.counts[number] = number + 1, key, 0
    pairs.heads[number], pairs.marks[number] = NOWHERE, 0
    return number


@part
def _seen(pairs, places, state, number, word):
    """Note that a word holds a pair, once."""
    head = pairs.heads[number]
    if head != NOWHERE and places.words[head] == word:
        return
    place = state[NUM_PLACES]
    state[NUM_PLACES] += 1
    places.words[place], places.nexts[place] = word, head
    pairs.heads[number] = place


@part
def _touch(pairs, state, number, change):
    pairs.counts[number] += change
    mark = state[NUM_MERGES] + 1
    if pairs.marks[number] != mark:
        pairs.marks[number] = mark
        pairs.touched[state[NUM_TOUCHED]] = number
        state[NUM_TOUCHED] += 1


@part
def _above(pairs, count, number, other_count, other):
    return count > other_count or (count == other_count and pairs.keys[number] < pairs.keys[other])


@part
def _push(heap, pairs, state, number):
    count, place = pairs.counts[number], state[NUM_HEAP]
    state[NUM_HEAP] += 1
    while place:
        parent = (place - 1) >> 1
        if not _above(pairs, count, number, heap.counts[parent], heap.pairs[parent]):
            break
        heap.counts[place], heap.pairs[place] = heap.counts[parent], heap.pairs[parent]
        place = parent
    heap.counts[place], heap.pairs[place] = count, number


@part
def _sift(heap, pairs, size, count, number):
    """Put an entry in place of the top."""
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _above(
            pairs, heap.counts[child + 1], heap.pairs[child + 1], heap.counts[child], heap.pairs[child]
        ):
            child += 1
        if not _above(pairs, heap.counts[child], heap.pairs[child], count, number):
            break
        heap.counts[place], heap.pairs[place] = heap.counts[child], heap.pairs[child]
        place = child
    heap.counts[place], heap.pairs[place] = count, number


@part
def _pop(heap, pairs, state):
    last = state[NUM_HEAP] - 1
    state[NUM_HEAP] = last
    if last:
        _sift(heap, pairs, last, heap.counts[last], heap.pairs[last])


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
            if not _barred(tokens, limits, left, right):
                number = _pair(pairs, state, left, right, True)
                pairs.counts[number] += words.counts[word]
                _seen(pairs, places, state, number, word)
    state[CURSOR] = len(words.lengths)
    return DONE


@kernel
def refill(pairs, count):
    """Put the first pairs in their slots again."""
    mask = np.uint64(len(pairs.slots) - 1)
    for number in range(count):
        slot = mixed(pairs.keys[number]) & mask
        while pairs.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        pairs.slots[slot] = number + 1


@kernel
def fill_heap(pairs, heap, state):
    """Push every pair that occurs; the heap must have room."""
    state[NUM_HEAP] = 0
    for number in range(state[NUM_PAIRS]):
        if pairs.counts[number] > 0:
            _push(heap, pairs, state, number)


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
        beside.barred[side, token] = _barred(tokens, limits, left, right)
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
            old = _pair(pairs, state, token, left, False) if side == 0 else _pair(pairs, state, right, token, False)
            if old != NOWHERE:
                _touch(pairs, state, old, -count)
            if beside.barred[side, token]:
                continue
            new = _pair(pairs, state, token, made, True) if side == 0 else _pair(pairs, state, made, token, True)
            _touch(pairs, state, new, count)
            if beside.heads[side, token] != NOWHERE:
                places.nexts[beside.tails[side, token]] = pairs.heads[new]
                pairs.heads[new] = beside.heads[side, token]
        beside.used[side] = 0


@part
def _slot(tokens, value, size):
    """The slot of the token that spells these bytes, or the empty one where it would be."""
    mask = np.uint64(len(tokens.slots) - 1)
    slot = mixed(value) & mask
    while tokens.slots[slot]:
        token = tokens.slots[slot] - 1
        if tokens.hashes[token] == value and tokens.sizes[token] == size:
            break
        slot = (slot + np.uint64(1)) & mask
    return slot


@part
def _token(tokens, state, left, right):
    """The id of what two tokens spell together: an old one where another pair spells it, else the next."""
    value, size = joined(tokens, left, right), tokens.sizes[left] + tokens.sizes[right]
    slot = _slot(tokens, value, size)
    if tokens.slots[slot]:
        return np.int64(tokens.slots[slot] - 1)
    token = state[NUM_TOKENS]
    state[NUM_TOKENS] += 1
    tokens.slots[slot], tokens.hashes[token], tokens.sizes[token] = token + 1, value, size
    tokens.powers[token] = tokens.powers[left] * tokens.powers[right]
    return token


@part
def _next(pairs, heap, limits, state):
    """The pair to merge now, put right what the heap holds of old; NOWHERE when none is common enough."""
    while state[NUM_HEAP]:
        count, number = heap.counts[0], heap.pairs[0]
        if count < limits.min_count:
            return NOWHERE
        now = pairs.counts[number]
        if now == count:
            _pop(heap, pairs, state)
            return number
        if now >= limits.min_count:
            _sift(heap, pairs, state[NUM_HEAP], now, number)
        else:
            _pop(heap, pairs, state)
    return NOWHERE


@kernel
def learn(words, pairs, places, beside, heap, tokens, limits, state, merges):
    """Merge until as many tokens are made as `tokens` has room for, or no pair is common enough.

    merges [most, 3] int32: left, right, made. DONE, or what there must be more of before it is called again.
    """
    while True:
        if state[CURSOR] == FIRST:
            if state[NUM_TOKENS] == len(tokens.sizes) or state[NUM_MERGES] == len(merges):
                return DONE
            number = _next(pairs, heap, limits, state)
            if number == NOWHERE:
                return DONE
            key = pairs.keys[number]
            first, second = np.int64(key >> HALF), np.int64(key & np.uint64(0xFFFFFFFF))
            if limits.fresh:
                size = tokens.sizes[first] + tokens.sizes[second]
                if tokens.slots[_slot(tokens, joined(tokens, first, second), size)]:
                    continue
            state[PAIR], state[NUM_TOUCHED], state[CURSOR] = number, 0, pairs.heads[number]
            state[MADE] = _token(tokens, state, first, second)
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
                _push(heap, pairs, state, pairs.touched[i])
        merge = state[NUM_MERGES]
        merges[merge, 0], merges[merge, 1], merges[merge, 2] = left, right, made
        state[NUM_MERGES], state[CURSOR] = merge + 1, FIRST
