"""Tokens at every size from one pass are those of encoding anew for every size."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import merge_curve
from tests.reference import merge_curve as reference

SYMBOLS = 4


@st.composite
def vocabularies(draw):
    """Merges in any order, also of tokens that several merges make, and words with counts; -1 joins nothing."""
    merges, tokens = [], SYMBOLS
    for _ in range(draw(st.integers(0, 12))):
        left, right = draw(st.integers(0, tokens - 1)), draw(st.integers(0, tokens - 1))
        made = draw(st.integers(SYMBOLS, tokens))
        tokens = max(tokens, made + 1)
        merges.append((left, right, made))
    word = st.lists(st.sampled_from([*range(SYMBOLS), -1]), max_size=draw(st.sampled_from([12, 150])))
    return merges, draw(st.lists(st.tuples(word, st.integers(0, 5)), max_size=6))


def measured(merges, words) -> list[int]:
    symbols = np.array([symbol for word, _ in words for symbol in word], np.int32)
    starts = np.concatenate([[0], np.cumsum([len(word) for word, _ in words])]).astype(np.int64)
    counts = np.array([count for _, count in words], np.int64)
    table = merge_curve.table(np.array(merges, np.int32).reshape(-1, 3))
    saved = merge_curve.saved(symbols, starts, counts, table)
    first = sum(len(word) * count for word, count in words)
    return [first, *(first - np.cumsum(saved)).tolist()]


@settings(max_examples=100, deadline=None)
@given(vocabularies())
def test_every_cut_is_as_encoded_anew(made):
    merges, words = made
    assert measured(merges, words) == reference.tokens(words, merges)


def test_a_long_word_is_taken_in_parts():
    word = [0] * (2 * merge_curve.LONGEST + 1)
    assert measured([(0, 0, 4)], [(word, 3)]) == [3 * len(word), 3 * (merge_curve.LONGEST + 1)]


def test_no_words_and_no_merges():
    assert measured([], []) == [0] and measured([(0, 1, 4)], []) == [0, 0]
