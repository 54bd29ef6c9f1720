"""One word to tokens: its bytes or letters, merged by rank; by going through a short one, by a heap for a long one.

In: the bytes of a word, the ranks of a vocabulary. Out: its tokens, in Room.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import part
from headwater.kernels.merge_ranks import NONE, rank_of

SHORT = 24  # tokens: below this the next merge is looked for by going through them


class Room(NamedTuple):
    """What merging one word needs: [longest word] each."""

    tokens: np.ndarray  # int32
    ranks: np.ndarray  # int32
    nexts: np.ndarray  # int32
    befores: np.ndarray  # int32
    heap: np.ndarray  # int64: rank << 32 | place; room for three times as many


def room(longest_bytes: int) -> Room:
    """Room to merge words of so many bytes; a longer one is cut."""
    tokens, ranks, nexts, befores = (np.empty(longest_bytes, np.int32) for _ in range(4))
    return Room(tokens, ranks, nexts, befores, np.empty(3 * longest_bytes, np.int64))


@part
def _merge_short(ranks, room, count):
    """Merge the lowest rank again and again, of equal ones the first; how many tokens are left."""
    tokens, found = room.tokens, room.ranks
    for i in range(count - 1):
        found[i] = rank_of(ranks, tokens[i], tokens[i + 1])
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
            found[at] = rank_of(ranks, tokens[at], tokens[at + 1])
        if at:
            found[at - 1] = rank_of(ranks, tokens[at - 1], tokens[at])
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
            found[i] = rank_of(ranks, tokens[i], tokens[i + 1])
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
            found[at] = rank_of(ranks, tokens[at], tokens[after])
            if found[at] != NONE:
                size = _heap_push(heap, size, (np.int64(found[at]) << 32) | np.int64(at))
        if before >= 0:
            found[before] = rank_of(ranks, tokens[before], tokens[at])
            if found[before] != NONE:
                size = _heap_push(heap, size, (np.int64(found[before]) << 32) | np.int64(before))
    at, left = np.int32(0), 0
    while at < count:
        tokens[left] = tokens[at]
        left += 1
        at = nexts[at]
    return left


@part
def merged(text, start, stop, ranks, room):
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
