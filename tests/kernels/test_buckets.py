"""Buckets: pieces walk as the whole does, edges lead to the right documents, clusters are those of a plain search."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import buckets

SIGNATURES = st.lists(st.lists(st.integers(0, 2), min_size=6, max_size=6), min_size=1, max_size=30)
ROWS, LEAST = 2, 4


def members(signatures):
    """Every document in the bucket of each of its bands, sorted by bucket and order."""
    found = []
    for order, signature in enumerate(signatures):
        for band in range(len(signature) // ROWS):
            part = signature[band * ROWS : (band + 1) * ROWS]
            found.append((band * 100 + part[0] * 10 + part[1], band, order))
    return sorted(found, key=lambda member: (member[0], member[2]))


def walked(found, signatures, roles=None):
    columns = np.array(found, np.int64).reshape(-1, 3)
    roles = np.full(len(found), buckets.NEW) if roles is None else roles
    edges, held = buckets.walk(columns[:, 0], columns[:, 1], columns[:, 2], roles, signatures, ROWS, LEAST)
    return {(int(columns[a, 2]), int(columns[b, 2]), int(c), int(d)) for a, b, c, d in edges}, held


def plain_edges(signatures):
    """Every pair that shares a bucket and enough values."""
    found = set()
    for later, mine in enumerate(signatures):
        for earlier in range(later):
            same = [a == b for a, b in zip(mine, signatures[earlier], strict=True)]
            met = any(all(same[band : band + ROWS]) for band in range(0, len(mine), ROWS))
            if met and sum(same) >= LEAST:
                found.add((later, earlier))
    return found


@settings(max_examples=60, deadline=None)
@given(SIGNATURES)
def test_edges_are_pairs_that_are_alike_and_all_of_them_in_small_buckets(signatures):
    drawn, _ = walked(members(signatures), np.array(signatures, np.uint32))
    edges = {(later, earlier) for later, earlier, *_ in drawn}
    expected = plain_edges(signatures)
    assert edges <= expected
    sizes = np.unique([bucket for bucket, *_ in members(signatures)], return_counts=True)[1]
    if sizes.max() <= buckets.FULL:
        assert edges == expected
    assert {later for later, _ in edges} == {later for later, _ in expected}, "whoever is like an earlier one is found"


@settings(max_examples=60, deadline=None)
@given(SIGNATURES, st.integers(1, 29))
def test_pieces_walk_as_the_whole(signatures, cut):
    array, found = np.array(signatures, np.uint32), members(signatures)
    whole, _ = walked(found, array)
    early = [member for member in found if member[2] < cut]
    first, held = walked(early, array)
    late = [member for member in found if member[2] >= cut]
    kept = [member for member, stays in zip(early, held, strict=True) if stays]
    both = sorted(
        [(*member, buckets.HELD) for member in kept] + [(*member, buckets.NEW) for member in late],
        key=lambda member: (member[0], member[2]),
    )
    second, _ = walked([member[:3] for member in both], array, np.array([member[3] for member in both]))
    assert first | second == whole


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=40))
def test_clusters_are_those_of_a_plain_search(pairs):
    parents = np.arange(21)
    one, other = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    buckets.unite(parents, one, other)
    label = list(range(21))
    for _ in range(21):
        for a, b in pairs:
            label[a] = label[b] = min(label[a], label[b])
    assert buckets.roots(parents, 0, 21).tolist() == label
    assert buckets.roots(parents, 5, 3).tolist() == label[5:8]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=40))
def test_what_is_dropped_is_like_something_that_stays(pairs):
    edges = sorted({(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]})
    later, earlier = (np.array([edge[side] for edge in edges], np.int64) for side in (0, 1))
    dropped = np.zeros(16, bool)
    picked = buckets.choose(later, earlier, np.zeros(len(edges), np.int64), dropped)
    assert sorted(later[picked].tolist()) == np.flatnonzero(dropped).tolist()
    assert not dropped[earlier[picked]].any()
    assert all(dropped[a] or dropped[b] for a, b in edges), "of two alike one goes"


def test_flags_of_an_edge():
    later, earlier = np.array([1, 2, 3]), np.array([0, 1, 1])
    dropped = np.zeros(4, bool)
    picked = buckets.choose(later, earlier, np.array([buckets.INDEXED, 0, buckets.CROWDED]), dropped)
    assert picked.tolist() == [0, 2] and dropped.tolist() == [False, True, False, True]


def test_chains_are_followed_to_what_stays():
    survivors, indexed = np.array([-1, 0, 1, 7, 3]), np.array([False, False, False, True, False])
    found, known = buckets.follow(survivors, indexed, np.array([1, 2, 3, 4]))
    assert found.tolist() == [0, 0, 7, 7] and known.tolist() == [False, False, True, True]


def test_a_bucket_of_equals_costs_its_length():
    count = 200_000
    signatures, places = np.zeros((1, 8), np.uint32), np.zeros(count, np.int64)
    edges, held = buckets.walk(places, places, places, np.full(count, buckets.NEW), signatures, 4, 8)
    assert len(edges) <= count * buckets.FULL and held.sum() == buckets.FULL
