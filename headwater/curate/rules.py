"""Rules: limits on columns, and the first one a document breaks.

In: columns of statistics and an ordered list of Rule. Out: per row the number of the first broken
rule (-1 for none) and the value that broke it. Pure and vectorised; no text is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np

Columns: TypeAlias = "Mapping[str, np.ndarray]"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`column` must lie from `low` to `high`. `reason`, as in `gopher.mean_word_length`, is what a rejection says."""

    reason: str
    column: str
    low: float = -math.inf
    high: float = math.inf
    applies: Callable[[Columns], np.ndarray] | None = None  # rows the rule is about; None for all

    def broken(self, columns: Columns) -> np.ndarray:
        """Rows whose value lies outside; a missing value (NaN) breaks nothing."""
        values = columns[self.column]
        outside = (values < self.low) | (values > self.high)
        return outside if self.applies is None else outside & self.applies(columns)


def first_broken(
    columns: Columns, rules: Sequence[Rule], rows: np.ndarray, found: np.ndarray, values: np.ndarray, start: int = 0
) -> None:
    """Note the first broken rule of every row in the mask `rows` that has none yet.

    `found` (int32, -1 for none) and `values` (float64) are filled in place; rules are numbered from `start`.
    """
    for number, rule in enumerate(rules, start):
        open_rows = rows & (found < 0)
        if not open_rows.any():
            return
        broken = open_rows & rule.broken(columns)
        found[broken] = number
        values[broken] = columns[rule.column][broken]
