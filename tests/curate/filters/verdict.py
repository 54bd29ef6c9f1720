"""One document's verdict from a dict of its statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate.rules import Rule, first_broken


def verdict(rules: list[Rule], row: dict[str, float]) -> str | None:
    """The reason of the first broken rule, or None."""
    columns = {name: np.array([value], dtype=np.float64) for name, value in row.items()}
    found, values = np.array([-1], np.int32), np.array([np.nan])
    first_broken(columns, rules, np.array([True]), found, values)
    return None if found[0] < 0 else rules[found[0]].reason


def statistics(rule_set: Any, text: str) -> dict[str, float]:
    """The statistics of one text by a rule set."""
    found = rule_set.measure(pa.array([text], pa.large_string()), np.array([0]))
    return {name: float(values[0]) for name, values in found.items()}
