"""The cut: from which score on a document of the pool is recalled, found without any label.

In: log-odds of seed documents by models that have not seen them, and of the pool. Out: the cut and what it promises.

What share of the relevant documents lies above a cut, the seed tells: it is a sample of them. Where no other document
reaches, the pool above a cut is that same share of the pool's relevant ones, which gives their number; and so the
precision of any cut. Of the cuts that do about as well as the best by the lesser of precision and recall, the one at
which the fewest documents of the pool lie is taken: the valley between those that are like the seed and the rest.
(Estimating a class's share from positives alone: Blanchard, Lee and Scott, JMLR 11, 2010.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GRID = 400  # cuts tried
SURE_RECALL = 0.7  # the share of relevant documents is read off cuts that keep this much of the seed
STANDARD_ERRORS = 1.0  # by which it is raised, since the least of many noisy values is too low
SLACK = 0.05  # cuts this near to the best are as good
VALLEY_WIDTH = 0.15  # over which density is smoothed, in standard deviations of the seed's scores
MAX_SEED = 2_000  # seed scores looked at: enough, and the work stays small


@dataclass(frozen=True, kw_only=True)
class Cut:
    """`at`: the least log-odds that is recalled. The rest are estimates, made without labels."""

    at: float
    relevant_share: float
    precision: float
    recall: float


def find(seed: np.ndarray, pool: np.ndarray) -> Cut:
    """The cut between what is like the seed and what is not."""
    from scipy.special import ndtr

    seed = np.sort(seed.astype(np.float64))[:: max(1, len(seed) // MAX_SEED)]
    ordered = np.sort(pool.astype(np.float64))
    spread = max(float(seed.std()), 1e-3)
    high = float(np.quantile(seed, 0.9))
    low = min(float(np.quantile(ordered, 0.01)), high - spread)
    cuts = np.linspace(low, high, GRID)
    width = 1.06 * spread * len(seed) ** -0.2
    recall = ndtr((seed[None, :] - cuts[:, None]) / width).mean(axis=1)
    above = (len(ordered) - np.searchsorted(ordered, cuts)) / len(ordered)
    share = _relevant_share(recall, above, len(seed), len(ordered))
    precision = np.minimum(1.0, share * recall / np.maximum(above, 1e-12))
    lesser = np.minimum(precision, recall)
    good = np.flatnonzero(lesser >= lesser.max() - SLACK)
    chosen = good[_density(cuts[good], ordered, VALLEY_WIDTH * spread).argmin()]
    return Cut(
        at=float(cuts[chosen]),
        relevant_share=float(share),
        precision=float(precision[chosen]),
        recall=float(recall[chosen]),
    )


def _relevant_share(recall: np.ndarray, above: np.ndarray, num_seed: int, num_pool: int) -> float:
    """The least of (pool above a cut) / (seed above it), raised by its standard error."""
    kept = recall >= SURE_RECALL
    ratio = above[kept] / recall[kept]
    error = np.sqrt(above[kept] / num_pool) / recall[kept] + ratio * np.sqrt(
        (1 - recall[kept]) / recall[kept] / num_seed
    )
    return float(np.clip((ratio + STANDARD_ERRORS * error).min(), 0.5 / num_pool, 1.0))  # half a document at least


def _density(at: np.ndarray, ordered: np.ndarray, width: float) -> np.ndarray:
    """How many of the ordered scores lie near each place, the nearer the more."""
    counts = np.zeros(len(at))
    for steps, weight in ((0.5, 0.4), (1.0, 0.3), (2.0, 0.2), (3.0, 0.1)):
        inside = np.searchsorted(ordered, at + steps * width) - np.searchsorted(ordered, at - steps * width)
        counts += weight * inside / steps
    return counts


def by_rank(pool: np.ndarray, count: int) -> float:
    """The cut that keeps the `count` highest scores (more where several are equal)."""
    if count <= 0:
        return float("inf")
    count = min(count, len(pool))
    return float(np.partition(pool, len(pool) - count)[len(pool) - count]) if count else float("inf")
