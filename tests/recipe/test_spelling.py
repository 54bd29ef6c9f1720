"""Numbers as people write them come out as they would by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.recipe.spelling import number


@given(st.integers(0, 999_999), st.sampled_from([("k", 3), ("M", 6), ("B", 9), ("T", 12)]))
def test_hundredths_of_a_suffix_are_whole_numbers(hundredths, suffix):
    name, power = suffix
    assert number(f"{hundredths // 100}.{hundredths % 100:02d}{name}") == hundredths * 10 ** (power - 2)


@pytest.mark.parametrize(
    ("text", "value"), [("4.18M", 4_180_000), ("1_000k", 1_000_000), ("1.5Ki", 1536), ("1e400", float("inf"))]
)
def test_number(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", ["1e99999999", "1e99999999M", "-1e99999999k", "1e-99999999T"])
def test_beyond_all_exponents(text):
    assert number(text) in (float("inf"), float("-inf"), 0.0)
