"""Draws follow the odds, and the cuts keep what they promise."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from headwater.errors import HeadwaterError
from headwater.generate.sample import Sampling, choose, generators


def drawn(logits: list[float], count: int = 4000, **options: float) -> Counter[int]:
    sampling = Sampling(**options)  # type: ignore[arg-type]
    draws = generators(sampling, [[i] for i in range(count)])
    return Counter(choose(torch.tensor([logits]).expand(count, -1), sampling, draws))


def test_frequencies_are_the_softmax():
    logits = [2.0, 1.0, 0.0, -1.0]
    found = drawn(logits, temperature=1.0)
    total = sum(math.exp(x) for x in logits)
    for token, logit in enumerate(logits):
        share = math.exp(logit) / total
        assert abs(found[token] / 4000 - share) < 4.5 * math.sqrt(share * (1 - share) / 4000)


def test_top_k_and_top_p_cut_the_tail():
    logits = [3.0, 2.5, 2.0, -1.0, -2.0]
    assert set(drawn(logits, 500, temperature=5.0, top_k=2)) == {0, 1}
    assert set(drawn(logits, 500, temperature=1.0, top_p=0.01)) == {0}
    assert set(drawn(logits, 2000, temperature=1.0, top_p=0.9)) == {0, 1, 2}
    assert set(drawn(logits, 500, temperature=1.0, top_k=99)) <= set(range(5))


def test_greedy_is_the_argmax_and_the_first_of_equals():
    assert choose(torch.tensor([[0.0, 7.0, 7.0], [1.0, 0.0, -1.0]]), Sampling(), []) == [1, 0]


def test_extreme_temperatures_stay_finite():
    assert set(drawn([1e4, -1e4, 0.0], 50, temperature=1e-3)) == {0}
    assert set(drawn([5.0, 4.0], 400, temperature=100.0)) == {0, 1}


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1}, {"temperature": math.nan}, {"top_k": -1}, {"top_p": 0}, {"top_p": 1.1}]
)
def test_values_that_make_no_sense_are_refused(wrong):
    with pytest.raises(HeadwaterError) as caught:
        Sampling(**wrong).require()
    assert caught.value.exit_code == 2
