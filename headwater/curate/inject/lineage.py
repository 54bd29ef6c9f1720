"""Which documents state a fact on purpose: near-copies by design, a fixed number for each fact.

In: the `meta` column of documents. Out: a mask. They are told apart so that no later step takes them for copies of one
another (near-duplicates, caps of clusters) or holds some of them out: each would change how often a fact is told.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FACT = "fact"


def injected(metas: pa.Array) -> np.ndarray:
    """Whether each document states a fact of a file of facts (bool, a value a row)."""
    named = pc.map_lookup(metas, FACT, "first")
    marked = pc.equal(pc.map_lookup(metas, "synthetic", "first"), "true")
    mask = pc.and_(pc.is_valid(named), pc.fill_null(marked, False))
    return np.asarray(mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask, dtype=bool)
