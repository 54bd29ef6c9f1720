"""How well scores tell good documents from others.

In: truths (bool) and scores of held-out documents. Out: plain figures. Ties count as half.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BINS = 10
LENGTH_GROUPS = 10


def ranks(values: np.ndarray) -> np.ndarray:
    """The rank of each value from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + 1 + ends) / 2)[inverse]


def auc(truth: np.ndarray, scores: np.ndarray) -> float | None:
    """The chance that a positive scores above a negative; None where one of them is missing."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return None
    total = ranks(scores)[truth].sum() - positives * (positives + 1) / 2
    return float(total / (positives * negatives))


def auc_at_equal_length(truth: np.ndarray, scores: np.ndarray, lengths: np.ndarray) -> float | None:
    """The same chance among documents of like length: within each tenth by length, weighed by its pairs."""
    order = np.argsort(lengths, kind="stable")
    total = weight = 0.0
    for group in np.array_split(order, LENGTH_GROUPS):
        value = auc(truth[group], scores[group])
        if value is not None:
            pairs = float(truth[group].sum()) * float((~truth[group]).sum())
            total, weight = total + pairs * value, weight + pairs
    return total / weight if weight else None


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Spearman's, or None where one of them does not vary."""
    if len(a) < 2:
        return None
    x, y = ranks(a), ranks(b)
    if not x.std() or not y.std():
        return None
    return float(np.corrcoef(x, y)[0, 1])


def measure(truth: np.ndarray, scores: np.ndarray, lengths: np.ndarray) -> dict[str, Any]:
    """Accuracy, precision, recall and F1 at a score of 0.5, AUC, calibration, and what length alone would do."""
    called = scores >= 0.5
    hits, positives = int((called & truth).sum()), int(truth.sum())
    measurable = 0 < positives < len(truth)  # of one class alone these three would say nothing
    figures: dict[str, Any] = {
        "documents": len(truth),
        "positive": positives,
        "accuracy": float((called == truth).mean()) if len(truth) else None,
        "precision": hits / max(1, int(called.sum())) if measurable else None,
        "recall": hits / positives if measurable else None,
        "f1": 2 * hits / max(1, int(called.sum()) + positives) if measurable else None,
        "auc": auc(truth, scores),
    }
    by_length = auc(truth, lengths)
    figures["length"] = {
        "auc_of_length_alone": None if by_length is None else max(by_length, 1 - by_length),
        "auc_at_equal_length": auc_at_equal_length(truth, scores, lengths),
        "correlation_with_score": rank_correlation(lengths, scores),
    }
    return rounded(figures)


def calibration(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> dict[str, Any]:
    """By tenths of the score: the mean score and the share that is positive; and their mean distance.

    Weighed as in training, where both classes of a language are equally frequent.
    """
    which = np.minimum((scores * BINS).astype(int), BINS - 1)
    bins, distance = [], 0.0
    for number in range(BINS):
        rows = which == number
        weight = float(weights[rows].sum())
        if not weight:
            continue
        mean, share = (float(np.average(v[rows], weights=weights[rows])) for v in (scores, truth.astype(float)))
        bins.append({"documents": int(rows.sum()), "mean_score": mean, "share_positive": share})
        distance += weight * abs(mean - share)
    total = float(weights.sum())
    return rounded({"bins": bins, "mean_distance": distance / total if total else None})


def rounded(value: Any) -> Any:
    """Figures to four digits, so that equal results are equal bytes on every machine that agrees so far."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value
