"""The cut, on scores whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.curate.recall import cut


def drawn(share: float, num_seed: int, num_pool: int, apart: float, number: int = 1):
    """Scores of a seed, of a pool, and which rows of the pool are relevant."""
    rng = np.random.Generator(np.random.PCG64(number))
    relevant = np.arange(num_pool) < share * num_pool
    others = rng.normal(-apart, rng.choice([0.5, 1.0], num_pool), num_pool)  # two kinds of others
    return rng.normal(apart, 1, num_seed), np.where(relevant, rng.normal(apart, 1, num_pool), others), relevant


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
@pytest.mark.parametrize("num_seed", [50, 500])
def test_finds_the_valley_without_labels(share, num_seed):
    for number in range(3):
        seed, pool, relevant = drawn(share, num_seed, 6_000, 2.8, number)
        found = cut.find(seed, pool)
        recalled = pool >= found.at
        right = (recalled & relevant).sum()
        assert right / recalled.sum() >= 0.9 and right / relevant.sum() >= 0.9
        assert abs(found.relevant_share - share) < 0.5 * share


def test_a_pool_without_or_with_nothing_else_is_no_error():
    seed, pool, _ = drawn(0.5, 100, 1_000, 3)
    nothing = cut.find(seed, pool[pool < -1])
    assert nothing.relevant_share < 0.01
    everything = cut.find(seed, pool[pool > 1])
    assert everything.relevant_share > 0.9 and (pool[pool > 1] >= everything.at).mean() > 0.9
    one = cut.find(np.zeros(2), np.zeros(1))
    assert np.isfinite(one.at)


def test_by_rank():
    scores = np.array([3.0, 1.0, 2.0, 2.0])
    assert [int((scores >= cut.by_rank(scores, n)).sum()) for n in (0, 1, 2, 3, 4, 9)] == [0, 1, 3, 3, 4, 4]
    assert cut.by_rank(np.empty(0), 3) == np.inf


def test_where_nothing_is_like_the_seed_almost_nothing_is_recalled():
    rng = np.random.Generator(np.random.PCG64(1))
    pool = np.concatenate([rng.normal(-5, 0.5, 500), rng.normal(-3, 0.5, 500)])
    assert (pool >= cut.find(rng.normal(4, 1, 50), pool).at).sum() <= 2
