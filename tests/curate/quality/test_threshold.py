"""Thresholds keep the share that was asked for, in each group by itself."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.curate.quality import threshold


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("count", [1, 2, 10, 997])
def test_the_share_is_kept(share: float, count: int) -> None:
    scores = np.random.default_rng(count).permutation(count).astype(np.float32) / count
    kept = int((scores >= np.float32(threshold.cut(scores, share, 0.0))).sum())
    assert kept == (max(1, int(share * count + 0.5)) if share else 0)


def test_equal_scores_are_kept_together_and_a_least_score_holds() -> None:
    assert threshold.cut(np.full(10, 0.5, np.float32), 0.2, 0.0) == 0.5
    assert threshold.cut(np.arange(10, dtype=np.float32) / 10, 0.9, 0.55) == 0.55
    assert threshold.cut(np.empty(0, np.float32), 0.5, 0.0) == float("inf")


def test_a_language_that_scores_low_is_not_starved() -> None:
    high, low = np.linspace(0.6, 1, 100, dtype=np.float32), np.linspace(0, 0.3, 50, dtype=np.float32)
    groups = np.repeat([0, 1], [100, 50])
    found = threshold.cuts(np.concatenate([high, low]), groups, ["en", "zh"], 0.3, 0.0)
    assert (found["en"]["kept"], found["zh"]["kept"]) == (30, 15)
