"""The permutation: a bijection of any length, its inverse exact, its order moved by every part of the key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches.permute import invert, permute, round_keys


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 16, 17, 1_000, 65_536, 65_537, 1_000_003])
def test_every_element_comes_once_and_the_inverse_is_exact(length):
    keys = round_keys(7, "zh-general", 0)
    positions = np.arange(length, dtype=np.uint64)
    elements = permute(positions, length, keys)
    assert np.array_equal(np.sort(elements), positions)
    assert np.array_equal(invert(elements, length, keys), positions)


@given(length=st.integers(1, 2**62), seed=st.integers(0, 2**63), data=st.data())
@settings(max_examples=200, deadline=None)
def test_single_positions_go_there_and_back(length, seed, data):
    position = data.draw(st.integers(0, length - 1))
    keys = round_keys(seed, "channel", 3)
    element = permute(np.array([position], dtype=np.uint64), length, keys)
    assert 0 <= int(element[0]) < length
    assert int(invert(element, length, keys)[0]) == position


@given(length=st.integers(1, 3_000), keys=st.lists(st.integers(0, 9), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_bijection_for_any_length_and_key(length, keys):
    elements = permute(np.arange(length), length, round_keys(*keys))
    assert len(np.unique(elements)) == length


def test_one_position_equals_the_same_position_in_a_batch():
    keys = round_keys(1)
    whole = permute(np.arange(999), 999, keys)
    assert [int(permute(np.array([i]), 999, keys)[0]) for i in range(0, 999, 37)] == whole[::37].tolist()


def test_out_of_range_is_refused_and_the_argument_is_not_changed():
    positions = np.array([0, 1, 2], dtype=np.uint64)
    permute(positions, 3, round_keys(1))
    assert positions.tolist() == [0, 1, 2]
    with pytest.raises(IndexError):
        permute(np.array([3]), 3, round_keys(1))
    with pytest.raises(IndexError):
        permute(np.array([0]), 0, round_keys(1))
    assert permute(np.array([], dtype=np.uint64), 0, round_keys(1)).size == 0


def test_epochs_and_channels_have_orders_of_their_own():
    orders = {
        tuple(permute(np.arange(50), 50, round_keys(*key)).tolist())
        for key in [(7, "a", 0), (7, "a", 1), (7, "b", 0), (8, "a", 0), (7, "a-", "0")]
    }
    assert len(orders) == 5


def test_the_order_looks_random():
    """Mean displacement of a uniform permutation of n is n/3; neighbours are not kept together."""
    length = 20_000
    elements = permute(np.arange(length), length, round_keys(5)).astype(np.int64)
    displaced = np.abs(elements - np.arange(length)).mean() / length
    assert abs(displaced - 1 / 3) < 0.01
    assert np.mean(np.abs(np.diff(elements)) == 1) < 0.001
    assert abs(np.corrcoef(elements[:-1], elements[1:])[0, 1]) < 0.03


def test_the_order_never_changes_between_versions():
    """Runs already begun depend on these numbers."""
    assert permute(np.arange(10), 10, round_keys(7, "epoch", "zh-general", 0)).tolist() == [
        7,
        3,
        4,
        6,
        9,
        8,
        5,
        1,
        2,
        0,
    ]
