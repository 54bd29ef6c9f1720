"""The seed: documents that are liked already.

In: files of documents, which rows of them, how many. Out: their features, each text once. A sample is drawn by the hash
of the text, so it does not depend on the order of files or rows.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from headwater import document
from headwater.curate import linear
from headwater.curate.recall.config import RecallConfig
from headwater.curate.recall.learn import Seed
from headwater.curate.recall.pool import FOLDS, hashed
from headwater.errors import HeadwaterError

LEAST = 2
BLOCK = 2_000  # texts whose features are made at once


def read(config: RecallConfig, number: int) -> Seed:
    """Read and sample the seed. Raises HeadwaterError unknown_name, unreadable_input or empty_corpus."""
    problems: Counter[str] = Counter()
    limit = linear.LinearConfig().max_chars
    heap: list[tuple[int, str, int]] = []  # (minus the rank, what is read of the text, the fold)
    ranks: set[int] = set()
    for batch in document.read(list(config.seed), problems):
        rows = batch.to_pylist()
        texts = [row["text"] for row in rows if row["text"].strip() and matches(row, config.seed_where)]
        for text, rank, fold in zip(texts, *(values.tolist() for values in hashed(texts, number)), strict=True):
            if rank in ranks:
                continue
            ranks.add(rank)
            heapq.heappush(heap, (-rank, text[:limit], fold))
            if config.seed_size and len(heap) > config.seed_size:
                heapq.heappop(heap)
    if len(heap) < LEAST:
        found = ", ".join(f"{reason} {count}" for reason, count in sorted(problems.items()))
        raise HeadwaterError(
            "empty_corpus",
            f"the seed has {len(heap)} different documents; {LEAST} are the least" + (f" ({found})" if found else ""),
            where=", ".join(config.seed),
            mend="give more documents of the kind that is looked for; some hundreds are enough",
        )
    chosen = sorted(heap, reverse=True)
    return of_texts([text for _, text, _ in chosen], np.array([fold for _, _, fold in chosen], np.int64))


def of_texts(texts: Sequence[str], fold: np.ndarray) -> Seed:
    config = linear.LinearConfig()
    parts = [linear.features(texts[start : start + BLOCK], config) for start in range(0, len(texts), BLOCK)]
    return Seed(features=linear.concat(parts), fold=_spread(fold))


def _spread(fold: np.ndarray) -> np.ndarray:
    """The folds of a seed; where all are the same, which only a tiny seed can have, the first moves to another."""
    if len(set(fold.tolist())) == 1:
        fold = fold.copy()
        fold[0] = (fold[0] + 1) % FOLDS
    return fold


def matches(row: Mapping[str, Any], where: Mapping[str, Sequence[str]]) -> bool:
    """Whether every named column of a row has one of its values."""
    for name, values in where.items():
        column, _, key = name.partition(".")
        value = dict(row[column] or ()).get(key, "") if key else row[column]
        if value not in values:
            return False
    return True
