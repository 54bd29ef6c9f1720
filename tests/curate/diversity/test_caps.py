"""Caps: never more than asked, the same documents whatever the order, and none without a host."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.diversity import caps
from headwater.curate.diversity.config import DiversityConfig, sample_fields
from headwater.recipe import bounds

ROWS = st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.integers(0, 50)), max_size=30)


def columns(rows, seed=7):
    names = [f"{index}" for index in range(len(rows))]
    return (
        caps.groups(host for host, _ in rows),
        caps.order(names, seed),
        np.array([size for _, size in rows], np.int64),
    )


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 4))
def test_a_count_is_kept_by_the_first_in_the_draw(rows, limit):
    group, place, _ = columns(rows)
    over = caps.over_count(group, place, limit)
    for host in "abc":
        own = [row for row, (name, _) in enumerate(rows) if name == host]
        first = sorted(own, key=lambda row: (int(place[row]), row))[:limit]
        assert [row for row in own if not over[row]] == sorted(first)
    assert not over[group == caps.NO_GROUP].any()


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 120))
def test_bytes_are_kept_up_to_the_limit(rows, limit):
    group, place, sizes = columns(rows)
    over = caps.over_bytes(group, place, sizes, limit)
    for host in "abc":
        own = sorted((row for row, (name, _) in enumerate(rows) if name == host), key=lambda row: int(place[row]))
        total = 0
        for number, row in enumerate(own):
            total += int(sizes[row])
            assert over[row] == (total > limit and number > 0)
    assert not over[group == caps.NO_GROUP].any()


@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_changes_nothing(rows, rng):
    group, place, sizes = columns(rows)
    mixed = list(range(len(rows)))
    rng.shuffle(mixed)
    for over in (lambda g, p, s: caps.over_count(g, p, 2), lambda g, p, s: caps.over_bytes(g, p, s, 40)):
        assert over(group[mixed], place[mixed], sizes[mixed]).tolist() == over(group, place, sizes)[mixed].tolist()


def test_a_seed_draws_others_and_no_limit_is_none():
    group, place, _ = columns([("a", 1)] * 50)
    assert caps.over_count(group, place, 0).sum() == 0
    other = caps.order([f"{index}" for index in range(50)], 8)
    assert caps.over_count(group, place, 10).tolist() != caps.over_count(group, other, 10).tolist()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.com/a?b", "example.com"),
        ("http://user:pw@a.b:8080/", "a.b"),
        ("http://[::1]:8/x", "[::1]"),
        ("https://例子.中国/页", "例子.中国"),
        ("file:docs/a.md", ""),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_hosts(url, host):
    assert caps.hosts(pa.array([url], pa.string())).to_pylist() == [host]


def test_settings_are_checked():
    wrong = DiversityConfig(max_per_host=-1, max_host_share=0.0, sample_chars=1)
    assert {name for name, _ in bounds.problems(wrong)} == {"max_per_host", "max_host_share", "sample_chars"}
    assert not bounds.problems(DiversityConfig())
    assert sample_fields(DiversityConfig(max_per_host=3)) == sample_fields(DiversityConfig()), "a cap reads no text"
