"""Whole sequences from shares: the sum exact, no channel a whole one off, blocks that fill the run."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.mix.rounding import block_size, whole

shares_st = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), min_size=1).filter(
    lambda s: sum(s.values()) > 1e-3
)


@given(shares=shares_st, total=st.integers(0, 10**7))
@settings(max_examples=200, deadline=None)
def test_counts_add_up_and_are_never_one_off(shares, total):
    counts = whole(shares, total)
    assert sum(counts.values()) == total
    scale = sum(shares.values())
    for name, count in counts.items():
        assert count >= 0 and abs(count - total * shares[name] / scale) < 1 + 1e-8 * total
        assert shares[name] > 0 or count == 0


def test_ties_go_to_the_first_name_and_order_does_not_matter():
    assert whole({"b": 1 / 3, "a": 1 / 3, "c": 1 / 3}, 10) == {"a": 4, "b": 3, "c": 3}
    assert whole({"zh": 0.4, "en": 0.4, "code": 0.2}, 1000) == {"zh": 400, "en": 400, "code": 200}


@given(sequences=st.integers(1, 200_000), wanted=st.integers(1, 3_000), least=st.floats(1e-4, 1))
@settings(max_examples=200, deadline=None)
def test_whole_blocks_fill_the_run(sequences, wanted, least):
    block = block_size(sequences, wanted, {"a": least, "b": 1.0})
    assert 1 <= block <= sequences
    blocks = sequences // block
    assert sequences - blocks * block < max(1, blocks)
    assert block >= min(wanted, sequences)


def test_a_small_share_gets_its_sequence():
    shares = {"big": 0.9998, "small": 0.0002}
    assert whole(shares, block_size(100_000, 1_000, shares))["small"] >= 1
