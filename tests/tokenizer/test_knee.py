"""Knees of curves whose knees are known."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.tokenizer import knee
from headwater.tokenizer.curve import Curve


def made(bytes_per_token) -> Curve:
    sizes = np.arange(100, 2_001)
    return Curve(sizes=sizes, tokens=1e6 / bytes_per_token(sizes), size_bytes=1e6, characters=1e6)


def test_least_compute_is_where_the_derivative_is_zero():
    curve = made(np.sqrt)  # (body + entry·V) / √V is least at V = body / entry
    for body in (300.0, 1_234.0):
        found = knee.find(curve, knee.Costs(body=body, entry=1.0), 100, 2_000)
        assert found.least_compute == body and not found.at_end


def test_a_head_that_costs_nothing_has_its_least_at_the_end():
    found = knee.find(made(np.sqrt), knee.Costs(body=1e12, entry=1.0), 100, 2_000)
    assert found.least_compute == 2_000 and found.at_end


def test_the_bend_of_two_straight_lines_is_where_they_meet():
    curve = made(lambda sizes: np.where(sizes < 500, sizes / 100, 5 + (sizes - 500) / 1e5))
    assert knee.find(curve, knee.Costs(body=1.0, entry=1.0), 100, 2_000).bend == 500


@pytest.mark.parametrize(("low", "high"), [(100, 100), (3_000, 4_000), (2_000, 2_000)])
def test_a_range_without_width_is_its_own_knee(low, high):
    found = knee.find(made(np.sqrt), knee.Costs(body=1.0, entry=1.0), low, high)
    assert found.bend == found.least_compute == min(low, 2_000)
