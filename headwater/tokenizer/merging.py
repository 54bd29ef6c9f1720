"""Learns merges from counted words: the frame around the kernel, which it gives more room when it asks.

In: words as symbols with counts, what each first symbol spells, what must never form. Out: merges in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from headwater.kernels import merges as kernels

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
    fresh: bool = False,
) -> Learned:
    """Merge until there are `num_tokens` in all, the first ones (`spellings`) included, or no pair is common enough.

    `words.symbols` are changed in place. `max_bytes`: no longer token is made; `barred`: what must never form;
    `fresh`: neither what a token spells already, so that each token is made by one merge alone.
    """
    hashes = np.sort(np.array([spelled(piece) for piece in barred], np.uint64))
    limits = kernels.Limits(hashes, max_bytes, min_count, fresh)
    tokens = _tokens(spellings, num_tokens)
    state = np.zeros(kernels.STATE, np.int64)
    state[kernels.NUM_TOKENS] = len(spellings)
    symbols = len(words.symbols)
    pairs, places = _pairs(max(1 << 12, symbols // 8)), _places(max(1 << 12, symbols))
    while (asked := kernels.count_pairs(words, pairs, places, tokens, limits, state)) != kernels.DONE:
        pairs, places = _grown(asked, pairs, places, state)
    beside, heap = _beside(num_tokens), _heap(2 * len(pairs.keys))
    kernels.fill_heap(pairs, heap, state)
    state[kernels.CURSOR] = kernels.FIRST
    found = np.empty((2 * num_tokens, 3), np.int32)
    while (asked := kernels.learn(words, pairs, places, beside, heap, tokens, limits, state, found)) != kernels.DONE:
        if asked == kernels.MORE_HEAP:
            heap = _heap(2 * len(heap.pairs) + (1 << 16))
            kernels.fill_heap(pairs, heap, state)
        else:
            pairs, places = _grown(asked, pairs, places, state)
        on_progress(int(state[kernels.NUM_TOKENS]))
    return Learned(merges=found[: state[kernels.NUM_MERGES]].copy(), num_tokens=int(state[kernels.NUM_TOKENS]))


def spelled(piece: bytes) -> int:
    """The hash of a token that spells these bytes."""
    value = 0
    for byte in piece:
        value = (value * int(kernels.BASE) + byte + 1) & 0xFFFFFFFFFFFFFFFF
    return value


def _tokens(spellings: Sequence[bytes], num_tokens: int) -> kernels.Tokens:
    size = max(num_tokens, len(spellings))
    found = kernels.Tokens(
        sizes=np.zeros(size, np.int32),
        hashes=np.zeros(size, np.uint64),
        powers=np.zeros(size, np.uint64),
        slots=np.zeros(1 << (2 * size).bit_length(), np.int32),
    )
    mask, spread, whole = len(found.slots) - 1, int(kernels.SPREAD), 0xFFFFFFFFFFFFFFFF
    for token, piece in enumerate(spellings):
        value = spelled(piece)
        found.sizes[token], found.hashes[token] = len(piece), value
        found.powers[token] = pow(int(kernels.BASE), len(piece), 1 << 64)
        slot = ((value ^ (value >> int(kernels.SHIFT))) * spread) & whole
        slot = (slot ^ (slot >> int(kernels.SHIFT))) & mask
        while found.slots[slot]:
            slot = (slot + 1) & mask
        found.slots[slot] = token + 1
    return found


def _pairs(room: int) -> kernels.Pairs:
    return kernels.Pairs(
        slots=np.zeros(1 << (2 * room).bit_length(), np.int32),
        keys=np.empty(room, np.uint64),
        counts=np.zeros(room, np.int64),
        heads=np.empty(room, np.int32),
        marks=np.zeros(room, np.int32),
        touched=np.empty(room, np.int32),
    )


def _places(room: int) -> kernels.Places:
    return kernels.Places(words=np.empty(room, np.int32), nexts=np.empty(room, np.int32))


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


def _heap(room: int) -> kernels.Heap:
    return kernels.Heap(counts=np.empty(room, np.int64), pairs=np.empty(room, np.int32))


def _grown(
    asked: int, pairs: kernels.Pairs, places: kernels.Places, state: np.ndarray
) -> tuple[kernels.Pairs, kernels.Places]:
    """Both, one of them with more room and the same contents."""
    if asked == kernels.MORE_PLACES:
        more = _places(int(len(places.words) * GROWTH) + (1 << 16))
        for old, new in zip(places, more, strict=True):
            new[: len(old)] = old
        return pairs, more
    wide = _pairs(int(len(pairs.keys) * GROWTH) + (1 << 16))
    for name in ("keys", "counts", "heads", "marks", "touched"):
        getattr(wide, name)[: len(pairs.keys)] = getattr(pairs, name)
    kernels.refill(wide, int(state[kernels.NUM_PAIRS]))
    return wide, places
