"""Vectors: equal to the slow reference; whoever is like none before becomes a leader."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import vectors
from tests.reference import vectors as reference

COUNTS = st.dictionaries(st.integers(0, 15), st.integers(1, 9), max_size=8)
VECTORS = st.lists(st.lists(st.integers(-3, 3), min_size=64, max_size=64), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(st.lists(COUNTS, max_size=4), st.sampled_from([64, 128]))
def test_projection_equals_the_reference(texts, dims):
    weights = [1 + number / 7 for number in range(16)]
    indptr = np.cumsum([0, *map(len, texts)])
    buckets = np.array([bucket for text in texts for bucket in text], np.uint32)
    counts = np.array([count for text in texts for count in text.values()], np.uint32)
    found = vectors.project(indptr, buckets, counts, np.array(weights), dims)
    expected = np.array([reference.project(text, weights, dims) for text in texts]).reshape(-1, dims)
    assert np.abs(found - expected).max(initial=0) <= 1, "log1p may differ in its last digit, at a half"


@settings(max_examples=40, deadline=None)
@given(VECTORS, st.floats(0.2, 0.99))
def test_leaders_equal_a_plain_walk(rows, least):
    array = np.array(rows, np.int8)
    filled, found, values = vectors.alike(np.zeros((len(rows), 64), np.int8), 0, array, least)
    leaders: list[int] = []
    for row, mine in enumerate(rows):
        cosines = [reference.cosine(mine, rows[leader]) for leader in leaders]
        best = max(cosines, default=0.0)
        if best >= least:
            assert found[row] == cosines.index(best) and abs(values[row] - best) < 1e-12
        else:
            assert found[row] == -1
            leaders.append(row)
    assert filled == len(leaders)


@settings(max_examples=40, deadline=None)
@given(VECTORS, VECTORS)
def test_nearest_equals_a_plain_search(rows, centres):
    found = vectors.nearest(np.array(rows, np.int8), np.array(centres, np.int8))
    for row, place in zip(rows, found.tolist(), strict=True):
        cosines = [reference.cosine(row, centre) for centre in centres]
        assert cosines[place] >= max(cosines) - 1e-12


def test_only_the_last_leaders_are_compared():
    array = np.eye(64, dtype=np.int8)[[0, 1, 2, 0]]
    filled, found, _ = vectors.alike(np.zeros((2, 64), np.int8), 0, array, 0.9)
    assert filled == 4 and found.tolist() == [-1, -1, -1, -1]
