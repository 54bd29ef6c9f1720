"""Measures against their definitions, spelled out slowly."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.curate.quality import measures


def slow_auc(truth: list[bool], scores: list[float]) -> float:
    pairs = [
        (a, b) for a, t in zip(scores, truth, strict=True) if t for b, u in zip(scores, truth, strict=True) if not u
    ]
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


@pytest.mark.parametrize("seed", range(5))
def test_auc_is_the_chance_that_a_positive_is_above(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, scores = rng.random(60) < 0.4, rng.integers(0, 8, 60) / 8
    assert measures.auc(truth, scores) == pytest.approx(slow_auc(truth.tolist(), scores.tolist()))


def test_one_class_alone_has_no_auc() -> None:
    assert measures.auc(np.ones(3, bool), np.arange(3.0)) is None
    assert measures.auc(np.zeros(0, bool), np.zeros(0)) is None


def test_f1_is_the_harmonic_mean_and_one_class_alone_has_none() -> None:
    truth, scores = np.array([1, 1, 1, 0, 0], bool), np.array([0.9, 0.8, 0.1, 0.7, 0.2])
    found = measures.measure(truth, scores, np.arange(5.0))
    assert (found["accuracy"], found["precision"], found["recall"], found["f1"]) == (0.6, 0.6667, 0.6667, 0.6667)
    alone = measures.measure(np.ones(3, bool), np.full(3, 0.9), np.arange(3.0))
    assert alone["accuracy"] == 1.0 and alone["precision"] is alone["recall"] is alone["f1"] is None


def test_what_only_length_tells_is_seen_at_equal_length() -> None:
    rng = np.random.default_rng(1)
    lengths = rng.random(2000)
    truth = rng.random(2000) < lengths
    figures = measures.measure(truth, lengths, lengths)["length"]
    assert figures["auc_of_length_alone"] > 0.75 and figures["auc_at_equal_length"] < 0.65
    assert figures["correlation_with_score"] == 1.0


def test_calibration_of_scores_that_mean_what_they_say() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(20_000)
    truth = rng.random(20_000) < scores
    assert measures.calibration(truth, scores, np.ones(20_000))["mean_distance"] < 0.02
    assert measures.calibration(truth, scores**4, np.ones(20_000))["mean_distance"] > 0.1
