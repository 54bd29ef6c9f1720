"""Learned merges: those of counting every pair anew, with bars, lengths, and symbols that join nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import merges as kernels
from headwater.kernels import pair_heap, pair_table
from headwater.kernels.merge_tokens import BASE, spelled
from headwater.kernels.pair_table import NUM_HEAP, NUM_PAIRS
from headwater.tokenizer import merging
from tests.reference import merges as reference

LETTERS = [b"a", b"b", b"c", b"\xe4\xb8"]
WORDS = st.lists(
    st.tuples(st.lists(st.integers(-1, 3), min_size=1, max_size=14), st.integers(1, 5)), min_size=1, max_size=12
)


def learned(words, counts, num_tokens, min_count, max_bytes=1 << 30, barred=()):
    symbols = np.array([symbol for word in words for symbol in word], np.int32)
    lengths = np.array([len(word) for word in words], np.int32)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    given = kernels.Words(symbols, starts, lengths, np.array(counts, np.int64))
    return merging.learn(given, LETTERS, num_tokens, min_count, min(max_bytes, 1 << 30), barred)


@settings(max_examples=120, deadline=None)
@given(WORDS, st.integers(4, 40), st.integers(1, 4), st.integers(1, 12), st.lists(st.sampled_from(
    [b"ab", b"aa", b"abc", b"ba", b"cc", b"\xe4\xb8a", b"aaaa"]), max_size=3, unique=True))  # fmt: skip
@example([([0] * 9, 1), ([0] * 4, 2)], 40, 1, 12, [])
@example([([0, 1, 0, 1, 0, 1, 0], 3), ([1, 0, 1, 0, 1], 2)], 40, 1, 12, [b"aba"])
@example([([0, 0, 1, 0, 0, 1], 1), ([2, -1, 2, 2, 2], 1)], 40, 1, 3, [b"aa"])
def test_equal_to_the_reference(rows, num_tokens, min_count, max_bytes, barred):
    words, counts = [list(word) for word, _ in rows], [count for _, count in rows]
    expected = reference.learn(words, counts, LETTERS, num_tokens, min_count, max_bytes, barred, 2 * num_tokens)
    found = learned(words, counts, num_tokens, min_count, max_bytes, barred)
    assert [tuple(merge) for merge in found.merges.tolist()] == expected
    assert found.num_tokens == 4 + len({made for *_, made in expected} - set(range(4)))


@pytest.mark.parametrize("seed", range(6))
def test_tables_that_grow_change_nothing(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    words = [rng.integers(-1, 4, rng.integers(1, 40)).tolist() for _ in range(60)]
    counts = rng.integers(1, 9, 60).tolist()
    expected = learned(words, counts, 300, 1).merges.tolist()
    assert expected == [list(merge) for merge in reference.learn(words, counts, LETTERS, 300, 1)]
    pairs, places, heap = pair_table.pairs, pair_table.places, pair_heap.heap
    monkeypatch.setattr(pair_table, "pairs", lambda room: pairs(41 if room == 1 << 12 else room - (1 << 16) + 99))
    monkeypatch.setattr(pair_table, "places", lambda room: places(81 if room == 1 << 12 else room - (1 << 16) + 99))
    monkeypatch.setattr(pair_heap, "heap", lambda room: heap(max(99, room - (1 << 16))))
    assert learned(words, counts, 300, 1).merges.tolist() == expected


def test_a_heap_filled_again_has_room_for_every_pair(monkeypatch):
    """A heap of few entries beside very many pairs, most of them rare."""
    rng = np.random.default_rng(1)
    words = [rng.integers(0, 4, 60).tolist() for _ in range(300)]
    expected = learned(words, [1] * 300, 800, 3).merges.tolist()
    heap, asked = pair_heap.heap, []
    monkeypatch.setattr(pair_heap, "heap", lambda room: (asked.append(room), heap(room if len(asked) > 1 else 16))[1])
    monkeypatch.setattr(pair_heap, "fill_heap", checked(pair_heap.fill_heap))
    assert learned(words, [1] * 300, 800, 3).merges.tolist() == expected
    assert len(asked) > 1


def checked(fill):
    def filled(pairs, heap, limits, state):
        assert len(heap.pairs) == 16 or len(heap.pairs) >= state[NUM_PAIRS]
        if len(heap.pairs) > 16:
            fill(pairs, heap, limits, state)
        else:
            state[NUM_HEAP] = 16  # full, so that it asks for more before it is looked at
            heap.counts[:], heap.pairs[:] = pairs.counts[:16].max(), int(pairs.counts[:16].argmax())

    return filled


def test_counts_beyond_32_bits():
    words, counts = [[0, 1], [1, 2], [2, 0]], [1 << 40, (1 << 40) + 1, 1 << 62]
    expected = [[2, 0, 4], [1, 2, 5], [0, 1, 6]]
    assert learned(words, counts, 99, 1).merges.tolist() == expected


def test_nothing_to_merge():
    for words, counts in (([], []), ([[0]], [5]), ([[-1, -1]], [5]), ([[0, -1, 1]], [5])):
        assert len(learned(words, counts, 99, 1).merges) == 0
    assert len(learned([[0, 1]], [5], 4, 1).merges) == 0
    assert len(learned([[0, 1]], [5], 99, 6).merges) == 0


def test_a_word_of_a_million_symbols():
    found = learned([[0, 1] * 500_000], [1], 30, 2)
    assert found.num_tokens == 4 + 19  # 2, 4, 8, ... letters, and none once fewer than two are left
    assert len(learned([[0] * 1_000_000], [1], 300, 2, 48).merges) < 300


def test_the_hash_of_a_piece_is_that_of_its_parts():
    base, whole = int(BASE), 1 << 64
    one, two = b"ab\x00", b"\xff\x00c"
    assert spelled(one + two) == (spelled(one) * base ** len(two) + spelled(two)) % whole
    assert spelled(b"\x00") != spelled(b"\x00\x00")
