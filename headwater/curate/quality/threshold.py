"""The score from which documents are kept, so that a share of each language stays.

In: scores with their groups. Out: a threshold a group, and what it keeps. A language is cut by its own scores: one
that a classifier likes less is not starved by another. Memory: five bytes a document.
"""

from __future__ import annotations

from typing import Any

import numpy as np

ALL = "all"


def cut(scores: np.ndarray, keep_share: float, min_score: float) -> float:
    """The lowest score that is kept: of the best `keep_share`, one document at least; never below `min_score`.

    Documents with the very score of the last one that is kept are kept too.
    """
    if not len(scores) or keep_share <= 0:
        return float("inf")
    if keep_share >= 1:
        return min_score
    count = max(1, int(keep_share * len(scores) + 0.5))
    place = len(scores) - count
    return max(min_score, float(np.partition(scores, place)[place]))


def cuts(
    scores: np.ndarray, groups: np.ndarray, names: list[str], keep_share: float, min_score: float
) -> dict[str, dict[str, Any]]:
    """By group name: documents, threshold (None where nothing is kept), kept, mean score. `groups` index `names`."""
    found: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(names):
        own = scores[groups == number]
        least = cut(own, keep_share, min_score)
        entry: dict[str, Any] = {"documents": len(own), "kept": int((own >= np.float32(least)).sum())}
        entry["threshold"] = None if least == float("inf") else least
        entry["mean_score"] = round(float(own.mean(dtype=np.float64)), 6) if len(own) else None
        found[name] = entry
    return dict(sorted(found.items()))
