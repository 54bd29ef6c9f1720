"""Why one document was kept or rejected: every rule that judged it, with its value and limits.

In: the row of a document in the annotations (with what was chosen beside it) and the configuration. Out: one
entry a rule, in the order they are asked, so that the first broken one is the verdict's reason.
"""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

from headwater.curate import judge
from headwater.curate.config import CurateConfig


def explain(annotations: pa.Table, config: CurateConfig) -> list[dict[str, Any]]:
    """The rules over a table of one row: `reason, column, value, low, high, broken`; limits are null where open."""
    columns = judge.columns_of(annotations, config)
    found = []
    for rows, rules in judge.rule_sets(columns, config):
        if not rows[0]:
            continue
        for rule in rules:
            applies = rule.applies is None or bool(rule.applies(columns)[0])
            value = float(columns[rule.column][0])
            if applies and not math.isnan(value):
                entry = {"reason": rule.reason, "column": rule.column, "value": value}
                limits = {"low": _limit(rule.low), "high": _limit(rule.high)}
                found.append({**entry, **limits, "broken": bool(rule.broken(columns)[0])})
    return found


def _limit(value: float) -> float | None:
    return value if math.isfinite(value) else None
