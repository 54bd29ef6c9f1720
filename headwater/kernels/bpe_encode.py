"""Texts to tokens: cut by a pattern, each word looked up among words seen before, merged by rank where it is new.

In: texts, the pattern, the merges of a vocabulary. Out: ids of all texts, one after another.
A word's tokens depend on the word alone, so a table of words keeps them; a table that is full is emptied.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.merges import mixed
from headwater.kernels.pretokens import NUM_RULES, piece_end
from headwater.kernels.word_counts import word_hash

HALF = np.uint64(32)
NONE = np.int32(0x7FFFFFFF)  # the rank of two tokens that do not merge
SHORT = 24  # tokens: below this the next merge is looked for by going through them
WORDS, BYTES, TOKENS = 0, 1, 2  # indices into Cache.used


class Ranks(NamedTuple):
    """`slots` (a power of two) hold a merge's number, its rank, and 1. Rank r makes made[r] of keys[r] (left, right).

    `letters`: the token of each code point, -1 where its bytes stand for it; empty where every text begins as bytes.
    """

    slots: np.ndarray  # int32
    keys: np.ndarray  # uint64: left << 32 | right
    made: np.ndarray  # int32
    bytes: np.ndarray  # int32 [256]: the token of each byte
    letters: np.ndarray  # int32 [0 or 0x110000]


class Cache(NamedTuple):
    """`slots` (a power of two) hold a word's number and 1."""

    slots: np.ndarray  # int32
    hashes: np.ndarray  # uint64 [most words]
    starts: np.ndarray  # int32 [most words + 1]: its bytes in `text`
    firsts: np.ndarray  # int32 [most words + 1]: its tokens in `tokens`
    text: np.ndarray  # uint8
    tokens: np.ndarray  # uint32
    used: np.ndarray  # int64: words, bytes, tokens


class Room(NamedTuple):
    """What merging one word needs: [longest word] each."""

    tokens: np.ndarray  # int32
    ranks: np.ndarray  # int32
    nexts: np.ndarray  # int32
    befores: np.ndarray  # int32
    heap: np.ndarray  # int64: rank << 32 | place; room for three times as many


@part
def _rank(ranks, left, right):
    key = (np.uint64(left) << HALF) | np.uint64(right)
    mask = np.uint64(len(ranks.slots) - 1)
    slot = mixed(key) & mask
    while ranks.slots[slot]:
        number = ranks.slots[slot] - 1
        if ranks.keys[number] == key:
            return np.int32(number)
        slot = (slot + np.uint64(1)) & mask
    return NONE


@part
def _merge_short(ranks, room, count):
    """Merge the lowest rank again and again, of equal ones the first; how many tokens are left."""
    tokens, found = room.tokens, room.ranks
    for i in range(count - 1):
        found[i] = _rank(ranks, tokens[i], tokens[i + 1])
    while count > 1:
        best, at = NONE, 0
        for i in range(count - 1):
            if found[i] < best:
                best, at = found[i], i
        if best == NONE:
            break
        tokens[at] = ranks.made[best]
        count -= 1
        for i in range(at + 1, count):
            tokens[i] = tokens[i + 1]
            found[i] = found[i + 1]
        if at + 1 < count:
            found[at] = _rank(ranks, tokens[at], tokens[at + 1])
        if at:
            found[at - 1] = _rank(ranks, tokens[at - 1], tokens[at])
    return count


@part
def _heap_push(heap, size, value):
    place = size
    while place:
        parent = (place - 1) >> 1
        if heap[parent] <= value:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = value
    return size + 1


@part
def _heap_pop(heap, size):
    size -= 1
    value, place = heap[size], 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value
    return size


@part
def _merge_long(ranks, room, count):
    """The same for a long word: a heap of (rank, place) over a chain of tokens; n log n."""
    tokens, found, nexts, befores, heap = room.tokens, room.ranks, room.nexts, room.befores, room.heap
    size = 0
    for i in range(count):
        nexts[i], befores[i], found[i] = i + 1, i - 1, NONE
        if i + 1 < count:
            found[i] = _rank(ranks, tokens[i], tokens[i + 1])
            if found[i] != NONE:
                size = _heap_push(heap, size, (np.int64(found[i]) << 32) | np.int64(i))
    while size:
        rank, at = np.int32(heap[0] >> 32), np.int32(heap[0] & 0xFFFFFFFF)
        size = _heap_pop(heap, size)
        if found[at] != rank:
            continue  # merged away, or with another neighbour since
        gone = nexts[at]
        after, before = nexts[gone], befores[at]
        tokens[at], nexts[at], found[gone] = ranks.made[rank], after, NONE
        found[at] = NONE
        if after < count:
            befores[after] = at
            found[at] = _rank(ranks, tokens[at], tokens[after])
            if found[at] != NONE:
                size = _heap_push(heap, size, (np.int64(found[at]) << 32) | np.int64(at))
        if before >= 0:
            found[before] = _rank(ranks, tokens[before], tokens[at])
            if found[before] != NONE:
                size = _heap_push(heap, size, (np.int64(found[before]) << 32) | np.int64(before))
    at, left = np.int32(0), 0
    while at < count:
        tokens[left] = tokens[at]
        left += 1
        at = nexts[at]
    return left


@part
def _merged(text, start, stop, ranks, room):
    """The tokens of a word, into room.tokens; how many."""
    count, at = 0, start
    while at < stop:
        size = 1
        if len(ranks.letters):
            code, size = decode(text, at, stop)
            if ranks.letters[code] >= 0:
                room.tokens[count] = ranks.letters[code]
                count, at = count + 1, at + size
                continue
        for i in range(size):
            room.tokens[count + i] = ranks.bytes[text[at + i]]
        count, at = count + size, at + size
    return _merge_short(ranks, room, count) if count <= SHORT else _merge_long(ranks, room, count)


@part
def _known(text, start, stop, hashed, cache):
    """The number of a word in the cache and 1, or 0."""
    mask, length = np.uint64(len(cache.slots) - 1), stop - start
    slot = hashed & mask
    while cache.slots[slot]:
        word = cache.slots[slot] - 1
        if cache.hashes[word] == hashed:
            first = cache.starts[word]
            if cache.starts[word + 1] - first == length:
                same = True
                for i in range(length):
                    if cache.text[first + i] != text[start + i]:
                        same = False
                        break
                if same:
                    return word + 1
        slot = (slot + np.uint64(1)) & mask
    return 0


@part
def _keep(text, start, stop, hashed, tokens, count, cache):
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
            word = _known(text, at, stop, hashed, cache)
            if word:
                for i in range(cache.firsts[word - 1], cache.firsts[word]):
                    out[count] = cache.tokens[i]
                    count += 1
            else:
                known = _known(text, at, stop, hashed, whole) if len(whole.hashes) else 0
                if known:
                    room.tokens[0], found = whole.tokens[known - 1], 1
                else:
                    found = _merged(text, at, stop, ranks, room)
                for i in range(found):
                    out[count + i] = room.tokens[i]
                count += found
                _keep(text, at, stop, hashed, room.tokens, found, cache)
            at = stop
        indptr[row + 1] = count


class Vocabulary(NamedTuple):
    """What encoding needs to know: the pattern, the merges, and the words that are tokens whatever the merges say."""

    flags: np.ndarray
    rules: np.ndarray
    ranks: Ranks
    whole: Cache


def ranks(keys: np.ndarray, made: np.ndarray, of_bytes: np.ndarray, letters: np.ndarray) -> Ranks:
    """The table of merges in order of rank; of a pair that is named twice the last rank counts."""
    slots = np.zeros(1 << max(4, (3 * len(keys)).bit_length()), np.int32)
    keys = frozen(keys, np.uint64)
    _fill(slots, keys)
    given = frozen(made, np.int32), frozen(of_bytes, np.int32), frozen(letters, np.int32)
    return Ranks(slots, keys, *given)


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


def room(longest_bytes: int) -> Room:
    """Room to merge words of so many bytes; a longer one is cut."""
    tokens, ranks, nexts, befores = (np.empty(longest_bytes, np.int32) for _ in range(4))
    return Room(tokens, ranks, nexts, befores, np.empty(3 * longest_bytes, np.int64))


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


@kernel
def _fill(slots, keys):
    mask = np.uint64(len(slots) - 1)
    for number in range(len(keys)):
        slot = mixed(keys[number]) & mask
        while slots[slot] and keys[slots[slot] - 1] != keys[number]:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number + 1


@kernel
def _fill_words(words):
    mask = np.uint64(len(words.slots) - 1)
    for word in range(len(words.hashes)):
        words.hashes[word] = word_hash(words.text, words.starts[word], words.starts[word + 1])
        slot = words.hashes[word] & mask
        while words.slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        words.slots[slot] = word + 1


def encode(
    offsets: np.ndarray, text: np.ndarray, vocabulary: Vocabulary, cache: Cache, room: Room
) -> tuple[np.ndarray, np.ndarray]:
    """(ids uint32, indptr int64): the tokens of text i are ids[indptr[i]:indptr[i + 1]]. Memory: 4 bytes a byte."""
    warm("bpe_encode", _compile)
    return _all(frozen(offsets, np.int64), frozen(text, np.uint8), vocabulary, cache, room)


def _all(offsets, text, vocabulary, cache, room):
    indptr, out = np.zeros(len(offsets), np.int64), np.empty(int(offsets[-1] - offsets[0]), np.uint32)
    flags, rules, ranks, whole = vocabulary
    _encode(offsets, text, flags, rules, ranks, whole, cache, room, indptr, out)
    return out[: indptr[-1]].copy(), indptr


def _compile() -> None:
    from headwater.kernels.code_points import flags

    text, none = frozen(np.frombuffer(b"a b", np.uint8), np.uint8), np.empty(0, np.int32)
    small = ranks(none, none, np.zeros(256, np.int32), none)
    vocabulary = Vocabulary(flags(), frozen(np.ones(NUM_RULES), np.uint8), small, whole_words([b"a"], [0]))
    _all(frozen(np.array([0, 3]), np.int64), text, vocabulary, cache(0), room(16))
