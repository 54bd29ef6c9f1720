"""Which size of a vocabulary is worth its embedding, read off a curve.

In: a Curve and what an entry costs a model. Out: sizes.

Two answers, for they ask different things:
- *least compute*: a byte of text costs (body + head · size) / (bytes a token at that size) operations. The size where
  that is least; beside the body of a large model the head is small, so it lies far out, and moves with the model.
- *the bend*: the point of bytes a token against size that lies furthest above the line from the first size to the last
  (Kneedle: Satopaa et al. 2011, section III). It knows no model, but moves with the range that is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.tokenizer.curve import Curve


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Operations of a forward pass: `body` a token, without the head; `entry` a token and entry of the head."""

    body: float
    entry: float

    def per_byte(self, sizes: np.ndarray, bytes_per_token: np.ndarray) -> np.ndarray:
        return (self.body + self.entry * sizes) / bytes_per_token


@dataclass(frozen=True, kw_only=True)
class Knee:
    """`at_end`: the cost still falls at the last size that was looked at, so the least may lie beyond."""

    least_compute: int
    at_end: bool
    bend: int


def find(curve: Curve, costs: Costs, low: int, high: int) -> Knee:
    """Both knees between two sizes."""
    points = np.flatnonzero((curve.sizes >= low) & (curve.sizes <= high))
    points = points if len(points) else np.array([curve.place(high)])
    sizes, compression = curve.sizes[points], curve.size_bytes / curve.tokens[points]
    cheapest = int(np.argmin(costs.per_byte(sizes, compression)))
    across = (sizes - sizes[0]) / max(1, sizes[-1] - sizes[0])
    up = (compression - compression[0]) / max(1e-12, compression[-1] - compression[0])
    return Knee(
        least_compute=int(sizes[cheapest]),
        at_end=cheapest == len(sizes) - 1,
        bend=int(sizes[int(np.argmax(up - across))]),
    )
