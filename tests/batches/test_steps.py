"""Steps of a batch that grows: every step counted once, tokens reached, changes where they are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches.steps import Ramp, planned, whole_batch


@given(
    tokens=st.integers(1, 10**7),
    batch=st.integers(1, 10**5),
    length=st.integers(1, 4096),
    start=st.floats(0.01, 1),
    ramp=st.integers(1, 10**7),
    stages=st.integers(1, 20),
)
@settings(max_examples=200, deadline=None)
def test_tokens_are_reached_and_no_step_is_too_many(tokens, batch, length, start, ramp, stages):
    steps = planned(tokens, batch, length, Ramp(start=start, tokens=ramp, stages=stages))
    num = steps.num_steps
    assert steps.tokens_until(num) >= tokens > steps.tokens_until(num - 1)
    sizes = [sequences for _, sequences in steps.stages]
    assert sizes == sorted(sizes) and sizes[-1] <= whole_batch(batch, length)
    for step in {1, num // 3 + 1, num}:
        assert steps.sequences_until(step) - steps.sequences_until(step - 1) == steps.sequences_at(step)
        assert steps.cut(step).sequences_until(step) == steps.sequences_until(step)
    assert steps.within(tokens / 2).num_steps == max(1, steps.holding(tokens // 2 + 1) - 1) or num == 1


@pytest.mark.parametrize(
    ("tokens", "batch", "length", "expected"),
    [
        (20_000_000, 32_000, 512, (63, 621)),
        (1, 1, 512, (1, 1)),
        (512, 100, 512, (1, 1)),
        (513, 512, 512, (1, 2)),
        (1000, 768, 512, (2, 1)),
    ],
)
def test_one_batch_size(tokens, batch, length, expected):
    steps = planned(tokens, batch, length)
    assert (steps.sequences, steps.num_steps) == expected


def test_a_ramp_from_a_quarter():
    steps = planned(1_000_000, 6_400, 100, Ramp(start=0.25, tokens=100_000, stages=3))
    assert [size for _, size in steps.stages] == [16, 32, 48, 64]
    grown = sum(count for count, _ in steps.stages[:-1])
    assert abs(steps.tokens_until(grown) - 100_000) <= 6_400 / 2
    assert steps.before_last(0.1) == steps.num_steps - round(0.1 * steps.tokens_until(steps.num_steps) / 6_400)
    assert steps.before_last(1.0) == 0


@given(share=st.floats(0, 1), stages=st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_the_step_nearest_to_a_share_is_found(share, stages):
    steps = planned(200_000, 3_200, 100, Ramp(start=0.1, tokens=150_000, stages=stages))
    total = steps.tokens_until(steps.num_steps)
    found = steps.tokens_until(steps.before_last(share))
    assert abs(found - (1 - share) * total) <= 3_200 / 2 + 1e-6
