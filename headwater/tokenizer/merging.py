"""Learns merges from counted words: the frame around the kernel, which it gives more room when it asks.

In: words as symbols with counts, what each first symbol spells, what must never form. Out: merges in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from headwater.kernels import merge_tokens, pair_heap, pair_table
from headwater.kernels import merges as kernels
from headwater.kernels.merge_tokens import spelled as spelled

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
    kernels.ready()
    forbidden = np.sort(np.array([spelled(piece) for piece in barred], np.uint64))
    limits = merge_tokens.Limits(forbidden, max_bytes, min_count, fresh)
    tokens = merge_tokens.tokens(spellings, num_tokens)
    state = np.zeros(pair_table.STATE, np.int64)
    state[pair_table.NUM_TOKENS] = len(spellings)
    symbols = len(words.symbols)
    pairs, places = pair_table.pairs(max(1 << 12, symbols // 8)), pair_table.places(max(1 << 12, symbols))
    while (asked := kernels.count_pairs(words, pairs, places, tokens, limits, state)) != kernels.DONE:
        pairs, places = _grown(asked, pairs, places, state)
    beside, heap = kernels.beside_of(num_tokens), pair_heap.heap(2 * len(pairs.keys))
    pair_heap.fill_heap(pairs, heap, limits, state)
    state[pair_table.CURSOR] = kernels.FIRST
    found = np.empty((2 * num_tokens, 3), np.int32)
    while (asked := kernels.learn(words, pairs, places, beside, heap, tokens, limits, state, found)) != kernels.DONE:
        if asked == kernels.MORE_HEAP:
            heap = pair_heap.heap(2 * max(len(heap.pairs), int(state[pair_table.NUM_PAIRS])) + (1 << 16))
            pair_heap.fill_heap(pairs, heap, limits, state)
        else:
            pairs, places = _grown(asked, pairs, places, state)
        on_progress(int(state[pair_table.NUM_TOKENS]))
    return Learned(merges=found[: state[pair_table.NUM_MERGES]].copy(), num_tokens=int(state[pair_table.NUM_TOKENS]))


def _grown(
    asked: int, pairs: pair_table.Pairs, places: pair_table.Places, state: np.ndarray
) -> tuple[pair_table.Pairs, pair_table.Places]:
    """Both, one of them with more room and the same contents."""
    if asked == kernels.MORE_PLACES:
        more = pair_table.places(int(len(places.words) * GROWTH) + (1 << 16))
        for old, new in zip(places, more, strict=True):
            new[: len(old)] = old
        return pairs, more
    wide = pair_table.pairs(int(len(pairs.keys) * GROWTH) + (1 << 16))
    for name in ("keys", "counts", "heads", "marks", "touched"):
        getattr(wide, name)[: len(pairs.keys)] = getattr(pairs, name)
    pair_table.refill(wide, int(state[pair_table.NUM_PAIRS]))
    return wide, places
