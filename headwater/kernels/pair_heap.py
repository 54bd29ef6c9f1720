"""The commonest pair, of equal ones the one of the lower ids: a heap that is put right when a pair comes to its top.

In: pairs whose counts change as merges are learned. Out: the pair to merge next.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headwater.kernels.compiled import kernel, part
from headwater.kernels.pair_table import NOWHERE, NUM_HEAP, NUM_PAIRS


class Heap(NamedTuple):
    """An entry keeps the count that its pair had when it was pushed."""

    counts: np.ndarray  # int64
    pairs: np.ndarray  # int32


def heap(room: int) -> Heap:
    """An empty heap for so many entries."""
    return Heap(counts=np.empty(room, np.int64), pairs=np.empty(room, np.int32))


@part
def _above(pairs, count, number, other_count, other):
    return count > other_count or (count == other_count and pairs.keys[number] < pairs.keys[other])


@part
def push(heap, pairs, state, number):
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


@part
def pop_commonest(pairs, heap, limits, state):
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
def fill_heap(pairs, heap, limits, state):
    """Push every pair that is common enough; the heap must have room for all."""
    state[NUM_HEAP] = 0
    for number in range(state[NUM_PAIRS]):
        if pairs.counts[number] >= limits.min_count:
            push(heap, pairs, state, number)
