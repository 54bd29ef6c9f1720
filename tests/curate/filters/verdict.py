"""One document's verdict from a dict of its statistics."""

from __future__ import annotations

import numpy as np

from headwater.curate.rules import Rule, first_broken


def verdict(rules: list[Rule], row: dict[str, float]) -> str | None:
    """The reason of the first broken rule, or None."""
    columns = {name: np.array([value], dtype=np.float64) for name, value in row.items()}
    found, values = np.array([-1], np.int32), np.array([np.nan])
    first_broken(columns, rules, np.array([True]), found, values)
    return None if found[0] < 0 else rules[found[0]].reason
