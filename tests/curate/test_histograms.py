"""Histograms and the documents nearest to a threshold: mergeable, bounded, and split exactly where a rule cuts."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import histograms, nearest
from headwater.curate.rules import Rule

RULES = [
    Rule(reason="a.share", column="share", high=0.3),
    Rule(reason="a.words", column="words", low=50, high=100_000),
    Rule(reason="a.length", column="length", low=3, high=10),
    Rule(reason="a.none", column="count", high=0),
    Rule(reason="a.least", column="share", low=0.8, applies=lambda columns: columns["words"] > 100),
    Rule(reason="a.small", column="share", high=0.01),
]
VALUES = st.floats(0, 1.5) | st.sampled_from([0.3, 0.8, 0.01, 0.0, 1.0, float("nan")])
ROWS = st.lists(
    st.tuples(VALUES, st.sampled_from([0, 49, 50, 51, 99_999, 100_000, 100_001, 5e8]),
              st.sampled_from([3, 10, 2.99, 10.01, 40]), st.integers(0, 9)),
    max_size=30,
)  # fmt: skip


def columns_of(rows, start=0):
    arrays = np.array(rows, np.float64).reshape(-1, 4).T
    ids = np.array([f"d{start + i:03d}" for i in range(len(rows))], dtype=object)
    return {"id": ids, **dict(zip(("share", "words", "length", "count"), arrays, strict=True))}


def sets_of(rows):
    return [(np.ones(len(rows), bool), RULES)]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_bin_is_kept_or_rejected_as_a_whole(rows):
    columns = columns_of(rows)
    found = histograms.histogram(columns, sets_of(rows))
    for rule in RULES:
        entry = found[rule.reason]
        about = np.ones(len(rows), bool) if rule.applies is None else rule.applies(columns)
        outside = int((rule.broken(columns) & about).sum())
        edges = np.array(entry["edges"])
        assert (np.diff(edges) > 0).all() and sum(entry["counts"]) == entry["rows"] - entry["missing"]
        starts, stops = edges[:-1], edges[1:]
        rejected = [
            count for count, start, stop in zip(entry["counts"], starts, stops, strict=True)
            if stop <= rule.low or start > rule.high
        ]  # fmt: skip
        assert sum(rejected) == outside, rule.reason
    json.dumps(found)


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS)
def test_shards_merge_to_the_whole(first, second):
    whole, parts = columns_of(first + second), (columns_of(first), columns_of(second, len(first)))
    shards = [histograms.histogram(part, sets_of(part["id"])) for part in parts]
    assert histograms.merge(shards) == histograms.histogram(whole, sets_of(whole["id"]))
    near = [nearest.nearest(part, sets_of(part["id"])) for part in parts]
    assert nearest.merge(near) == nearest.nearest(whole, sets_of(whole["id"]))


def test_sizes_have_histograms_of_their_own():
    columns = {"num_words": np.array([1.0, 10.0, 1e12])}
    entry = histograms.histogram(columns, [])["num_words"]
    assert entry["low"] is None and sum(entry["counts"]) == 3 and entry["counts"][-1] == 1


def test_nearest_are_just_inside_and_just_outside():
    rows = [(value, 60, 5, 0) for value in (0.1, 0.29, 0.3, 0.31, 0.5, 0.9, float("nan"), 0.2, 0.3)]
    found = nearest.nearest(columns_of(rows), sets_of(rows))["a.share"]
    assert [row["id"] for row in found["inside"]] == ["d002", "d008", "d001"]
    assert [row["value"] for row in found["outside"]] == [0.31, 0.5, 0.9]
