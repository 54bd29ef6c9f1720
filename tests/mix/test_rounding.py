"""Whole sequences from shares: the sum exact, no channel a whole one off, blocks that fill the run."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.mix import rounding
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


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=8), st.floats(0.05, 0.6), st.integers(20, 3000))
def test_a_cap_holds_after_rounding_and_little_moves(weights, cap, total):
    names = [f"c{i}" for i in range(len(weights))]
    capped, free = names[: len(names) // 2], names[len(names) // 2 :]
    inside, outside = sum(weights[: len(capped)]), sum(weights[len(capped) :])
    shares = {n: w / inside * cap for n, w in zip(capped, weights[: len(capped)], strict=True)}
    shares |= {n: w / outside * (1 - cap) for n, w in zip(free, weights[len(capped) :], strict=True)}
    before = rounding.whole(shares, total)
    after = rounding.within_caps(before, shares, [rounding.Cap(frozenset(capped), cap)], dict.fromkeys(names, "zh"))
    assert sum(after.values()) == total
    assert sum(after[n] for n in capped) <= cap * total + 1e-6
    assert sum(abs(after[n] - before[n]) for n in names) <= 2 * len(capped)


def test_what_a_capped_channel_gives_back_stays_in_its_language():
    shares = {"en-math": 0.155, "en-web": 0.245, "zh-web": 0.6}
    caps = [rounding.Cap(frozenset({"en-math"}), 0.155)]
    lang = {"en-math": "en", "en-web": "en", "zh-web": "zh"}
    assert rounding.within_caps({"en-math": 16, "en-web": 24, "zh-web": 60}, shares, caps, lang) == {
        "en-math": 15,
        "en-web": 25,
        "zh-web": 60,
    }
