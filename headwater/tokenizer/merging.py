"""Learns merges from counted words: the frame around the kernel, which it gives more room when it asks.

In: words as symbols with counts, what each first symbol spells, what must never form. Out: merges in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from headwater.kernels import merge_tokens, pair_heap, pair_table
from headwater.kernels import merges as kernels
from headwater.kernels.compiled import warm

GROWTH = 1.6


@dataclass(frozen=True, kw_only=True)
class Learned:
    """`merges` int32 [merges, 3]: left, right, made. Tokens made have the ids after the first symbols', in order."""

    merges: np.ndarray
    num_tokens: int


def learn(
    words: kernels.Words,
    spellings: Sequence[bytes],
    num_tokens: int,
    min_count: int,
    max_bytes: int,
    barred: Iterable[bytes] = (),
    on_progress: Callable[[int], None] = lambda tokens: None,
) -> Learned:
    """Merge until there are `num_tokens` in all, the first ones (`spellings`) included, or no pair is common enough.

    `words.symbols` are changed in place. `max_bytes`: no longer token is made; `barred`: what must never form.
    """
    warm("merges", _compile)
    limits = merge_tokens.Limits(np.sort(np.array([spelled(b) for b in barred], np.uint64)), max_bytes, min_count)
    return _learn(words, spellings, num_tokens, limits, on_progress)


def _learn(
    words: kernels.Words,
    spellings: Sequence[bytes],
    num_tokens: int,
    limits: merge_tokens.Limits,
    on_progress: Callable[[int], None],
) -> Learned:
    tokens = _tokens(spellings, num_tokens)
    state = np.zeros(pair_table.STATE, np.int64)
    state[pair_table.NUM_TOKENS] = len(spellings)
    symbols = len(words.symbols)
    pairs, places = _pairs(max(1 << 12, symbols // 8)), _places(max(1 << 12, symbols))
    while (asked := kernels.count_pairs(words, pairs, places, tokens, limits, state)) != kernels.DONE:
        pairs, places = _grown(asked, pairs, places, state)
    beside, heap = _beside(num_tokens), _heap(2 * len(pairs.keys))
    pair_heap.fill_heap(pairs, heap, limits, state)
    state[pair_table.CURSOR] = kernels.FIRST
    found = np.empty((2 * num_tokens, 3), np.int32)
    while (asked := kernels.learn(words, pairs, places, beside, heap, tokens, limits, state, found)) != kernels.DONE:
        if asked == kernels.MORE_HEAP:
            heap = _heap(2 * max(len(heap.pairs), int(state[pair_table.NUM_PAIRS])) + (1 << 16))
            pair_heap.fill_heap(pairs, heap, limits, state)
        else:
            pairs, places = _grown(asked, pairs, places, state)
        on_progress(int(state[pair_table.NUM_TOKENS]))
    return Learned(merges=found[: state[pair_table.NUM_MERGES]].copy(), num_tokens=int(state[pair_table.NUM_TOKENS]))


def _compile() -> None:
    word = kernels.Words(np.zeros(4, np.int32), np.zeros(1, np.int64), np.full(1, 4, np.int32), np.ones(1, np.int64))
    _learn(word, [b"a"], 3, merge_tokens.Limits(np.zeros(1, np.uint64), 9, 1), lambda tokens: None)
    pair_table.refill(_pairs(1), 0)


def spelled(piece: bytes) -> int:
    """The hash of a token that spells these bytes."""
    value = 0
    for byte in piece:
        value = (value * int(merge_tokens.BASE) + byte + 1) & 0xFFFFFFFFFFFFFFFF
    return value


def _tokens(spellings: Sequence[bytes], num_tokens: int) -> merge_tokens.Tokens:
    size = max(num_tokens, len(spellings))
    found = merge_tokens.Tokens(
        sizes=np.zeros(size, np.int32),
        hashes=np.zeros(size, np.uint64),
        powers=np.zeros(size, np.uint64),
        slots=np.zeros(1 << (2 * size).bit_length(), np.int32),
    )
    mask, spread, whole = len(found.slots) - 1, int(pair_table.SPREAD), 0xFFFFFFFFFFFFFFFF
    for token, piece in enumerate(spellings):
        value = spelled(piece)
        found.sizes[token], found.hashes[token] = len(piece), value
        found.powers[token] = pow(int(merge_tokens.BASE), len(piece), 1 << 64)
        slot = ((value ^ (value >> int(pair_table.SHIFT))) * spread) & whole
        slot = (slot ^ (slot >> int(pair_table.SHIFT))) & mask
        while found.slots[slot]:
            slot = (slot + 1) & mask
        found.slots[slot] = token + 1
    return found


def _pairs(room: int) -> pair_table.Pairs:
    return pair_table.Pairs(
        slots=np.zeros(1 << (2 * room).bit_length(), np.int32),
        keys=np.empty(room, np.uint64),
        counts=np.zeros(room, np.int64),
        heads=np.empty(room, np.int32),
        marks=np.zeros(room, np.int32),
        touched=np.empty(room, np.int32),
    )


def _places(room: int) -> pair_table.Places:
    return pair_table.Places(words=np.empty(room, np.int32), nexts=np.empty(room, np.int32))


def _beside(num_tokens: int) -> kernels.Beside:
    shape = (2, num_tokens)
    return kernels.Beside(
        counts=np.zeros(shape, np.int64),
        heads=np.empty(shape, np.int32),
        tails=np.empty(shape, np.int32),
        barred=np.empty(shape, np.bool_),
        seen=np.empty(shape, np.int32),
        used=np.zeros(2, np.int64),
    )


def _heap(room: int) -> pair_heap.Heap:
    return pair_heap.Heap(counts=np.empty(room, np.int64), pairs=np.empty(room, np.int32))


def _grown(
    asked: int, pairs: pair_table.Pairs, places: pair_table.Places, state: np.ndarray
) -> tuple[pair_table.Pairs, pair_table.Places]:
    """Both, one of them with more room and the same contents."""
    if asked == kernels.MORE_PLACES:
        more = _places(int(len(places.words) * GROWTH) + (1 << 16))
        for old, new in zip(places, more, strict=True):
            new[: len(old)] = old
        return pairs, more
    wide = _pairs(int(len(pairs.keys) * GROWTH) + (1 << 16))
    for name in ("keys", "counts", "heads", "marks", "touched"):
        getattr(wide, name)[: len(pairs.keys)] = getattr(pairs, name)
    pair_table.refill(wide, int(state[pair_table.NUM_PAIRS]))
    return wide, places
