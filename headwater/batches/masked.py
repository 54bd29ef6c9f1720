"""Documents taken down, kept from a model that goes on training: their tokens are neither read nor scored.

In: a batch, what each row reads, and the masked ranges of a segment. Out: the batch with end-of-document tokens in
their place, and which tokens may be scored. Nothing else of the batch changes.
Dimensions: B sequences, T tokens scored a sequence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headwater.batches.locate import TokenRange
from headwater.batches.ranges import Ranges


class Mask:
    """The masked ranges of a segment, ready to be laid over batches. `eod`: the token put in their place."""

    def __init__(self, masked: Mapping[str, Ranges], eod: int) -> None:
        self._eod = eod
        self._bounds = {c: (np.array([s for s, _ in r]), np.array([s + n for s, n in r])) for c, r in masked.items()}

    def apply(self, tokens_BT1: np.ndarray, rows: Sequence[TokenRange]) -> tuple[np.ndarray, np.ndarray]:
        """(tokens_BT1 with masked ones replaced, scored_BT1: bool). `rows`: what the rows of the batch read."""
        scored_BT1 = np.ones(tokens_BT1.shape, dtype=bool)
        for found in rows:
            if found.channel not in self._bounds:
                continue
            starts, ends = self._bounds[found.channel]
            end = found.start + found.num_tokens
            first, last = np.searchsorted(ends, found.start, side="right"), np.searchsorted(starts, end, side="left")
            for a, b in zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True):
                shift = found.at - found.start
                scored_BT1[found.row, max(a, found.start) + shift : min(b, end) + shift] = False
        return np.where(scored_BT1, tokens_BT1, self._eod), scored_BT1
