"""A host's pace: slower while it is busy or late, itself again afterwards, and never slower than the caps."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire import backoff
from headwater.acquire.backoff import MAX_EXTRA_S, Pace, retry_after_s


def test_trouble_doubles_the_wait_and_answers_take_it_back() -> None:
    pace = Pace(0.0)
    waits = []
    for _ in range(4):
        pace.troubled()
        waits.append(pace.wait_s())
    assert waits == [0.25, 0.5, 1.0, 2.0]
    before = pace.wait_s()
    for _ in range(30):
        pace.answered(0.01)
        assert pace.wait_s() <= before
        before = pace.wait_s()
    assert pace.wait_s() == 0.0 and pace.is_plain


def test_the_wait_is_never_below_what_was_asked_for() -> None:
    pace = Pace(2.0)
    pace.troubled()
    assert pace.wait_s() == 4.0
    for _ in range(20):
        pace.answered(0.01)
    assert pace.wait_s() == 2.0


def test_late_answers_slow_a_crawl_down() -> None:
    pace = Pace(0.1)
    for _ in range(5):
        pace.answered(0.05)
    assert pace.wait_s() == 0.1
    for _ in range(20):
        pace.answered(5.0)
    assert 3.5 < pace.wait_s() < 5.0
    for _ in range(20):
        pace.answered(0.05)
    assert pace.wait_s() == 0.1


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=60), st.sampled_from([0.0, 0.5, 100.0]))
def test_the_wait_stays_within_its_caps(steps: list[float | None], delay_s: float) -> None:
    pace = Pace(delay_s)
    for latency_s in steps:
        if latency_s is None:
            pace.troubled()
        else:
            pace.answered(latency_s)
        assert delay_s <= pace.wait_s() <= max(delay_s, MAX_EXTRA_S)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0), (" 0 ", 0.0), (formatdate(1_000_090, usegmt=True), 90.0),
        (formatdate(999_000, usegmt=True), 0.0), ("soon", 0.0), ("", 0.0), ("-5", 0.0), ("1.5", 0.0), ("٣", 0.0),
        ("9" * 400, 999_999_999.0), ("Sat, 99 Foo 20000 99:99:99 GMT", 0.0), ("Mon, 01 Jan 1900 00:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after(value: str, seconds: float) -> None:
    assert retry_after_s(value, now=1_000_000) == seconds
    assert backoff.retry_after_s(value) >= 0
