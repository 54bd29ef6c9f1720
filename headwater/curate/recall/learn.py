"""Learning from a seed and an unlabelled pool: a score for every document, by a model that has not seen it.

In: the seed, the pool, and which of its rows are believed to be positive too. Out: log-odds of seed and pool.

The pool is its own source of negatives, though some of it is what is looked for. So negatives are drawn twice more:
only from rows that score lower than nearly every seed document that was held out. Those held-out documents are the
spies that say how low is low (Liu et al., ICML 2002). One model a fold: what is in a fold is scored by the model that
was fitted without it, seed and pool alike, so both kinds of scores can be compared.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from headwater.curate import linear
from headwater.curate.recall.pool import FOLDS, Pool

LEAST_NEGATIVES = 4_000
NEGATIVES_PER_POSITIVE = 4
SPIES_BELOW = 0.05  # share of held-out seed documents that may score as low as a negative
REDRAWS = 2


@dataclass(frozen=True, kw_only=True)
class Seed:
    """The seed's features, and the fold of each document."""

    features: linear.Features
    fold: np.ndarray

    def __len__(self) -> int:
        return len(self.fold)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Log-odds: of seed documents held out, and of every row of the pool."""

    seed: np.ndarray
    pool: np.ndarray


def learn(
    seed: Seed, pool: Pool, joined: np.ndarray, barred: np.ndarray, before: Scores | None, most: int, number: int
) -> Scores:
    """Scores after this round's fits.

    `joined`: rows of the pool that count as positive. `barred`: rows that a person ruled out. `before`: the scores of
    the round before. `most`: examples of a class. `number`: the random seed.
    """
    config = linear.LinearConfig()
    positives = lowest_ranks(pool, joined, most)
    positive_features = pool.take(positives) if len(positives) else None
    wanted = min(most, max(LEAST_NEGATIVES, NEGATIVES_PER_POSITIVE * (len(seed) + len(positives))))
    scores = before
    for _ in range(REDRAWS + (before is None)):
        allowed = ~joined
        if scores is not None:
            allowed &= (scores.pool < np.quantile(scores.seed, SPIES_BELOW)) | barred
        negatives = lowest_ranks(pool, allowed, wanted)
        if not len(negatives):  # nothing scores low: the pool is like the seed throughout
            negatives = lowest_ranks(pool, np.ones(len(pool), bool), wanted)
        given = [(seed.features, seed.fold, 1.0), (pool.take(negatives), pool.fold[negatives], 0.0)]
        if positive_features is not None:
            given.append((positive_features, pool.fold[positives], 1.0))
        models = _fit_folds(given, config, pool.threads, number)
        scores = Scores(seed=linear.logits_of(models, seed.features, seed.fold), pool=pool.logits(models))
    assert scores is not None
    return scores


def lowest_ranks(pool: Pool, allowed: np.ndarray, most: int) -> np.ndarray:
    """A random sample of the allowed rows, in their order."""
    rows = np.flatnonzero(allowed)
    if len(rows) > most:
        rows = rows[np.argsort(pool.rank[rows], kind="stable")[:most]]
    return np.sort(rows)


def _fit_folds(
    given: list[tuple[linear.Features, np.ndarray, float]], config: linear.LinearConfig, threads: int, number: int
) -> list[linear.LinearModel]:
    """A model a fold, fitted on what is not in it; both classes weigh the same."""

    def fit(fold: int) -> linear.LinearModel:
        rest = [(found.take(np.flatnonzero(folds != fold)), label) for found, folds, label in given]
        labels = np.concatenate([np.full(len(found), label) for found, label in rest])
        positive = float((labels == 1).mean()) if len(labels) else 0.5
        weights = np.where(labels == 1, 1 - positive, positive)
        joined = linear.concat([found for found, _ in rest])
        return linear.fit(joined, labels, config, seed=number, sample_weight=weights)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(fit, range(FOLDS)))
