"""The documents just inside and just outside every rule: what a threshold lets through and what it turns away.

In: columns of annotations with their ids, and the rule sets that judge them (`judge.rule_sets(columns, config)`). Out:
a dict of plain lists, one entry a rule. The nearest come first, of equals the one with the lesser id, so that shards
merge to the same few documents whatever their grouping:

    {"gopher.alpha_words": {"low": 0.8, "high": None, "inside": [{"id": "a", "value": 0.8}],
                            "outside": [{"id": "b", "value": 0.79}]}, ...}

    found = nearest(columns, judge.rule_sets(columns, config))      # of one shard; `columns["id"]` names its rows
    found = merge([found, other])                                   # of all
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from headwater.curate.rules import Columns, Rule

EXAMPLES = 3  # a rule and side
SIDES = ("inside", "outside")


def nearest(
    columns: Columns, sets: Sequence[tuple[np.ndarray, Sequence[Rule]]], count: int = EXAMPLES
) -> dict[str, dict[str, Any]]:
    """The `count` rows on each side of every rule whose values are nearest to its limits."""
    ids = columns["id"]
    ranks = np.empty(len(ids), np.int64)
    ranks[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    found: dict[str, dict[str, Any]] = {}
    for rows, rules in sets:
        for rule in rules:
            values = np.asarray(columns[rule.column], np.float64)
            about = rows & ~np.isnan(values)
            if rule.applies is not None:
                about = about & rule.applies(columns)
            broken = rule.broken(columns)
            entry: dict[str, Any] = {"low": _finite(rule.low), "high": _finite(rule.high)}
            for side, mask in zip(SIDES, (about & ~broken, about & broken), strict=True):
                chosen = _first(_distances(values, rule), np.flatnonzero(mask), ranks, count)
                entry[side] = [{"id": str(ids[row]), "value": float(values[row])} for row in chosen]
            found[rule.reason] = entry
    return found


def merge(parts: Iterable[dict[str, dict[str, Any]]], count: int = EXAMPLES) -> dict[str, dict[str, Any]]:
    """The nearest of several shards as one."""
    merged: dict[str, dict[str, Any]] = {}
    for part in parts:
        for reason, entry in part.items():
            into = merged.setdefault(reason, {**entry, "inside": [], "outside": []})
            for side in SIDES:
                rows = [*into[side], *entry[side]]
                rows.sort(key=lambda row: (_distance(row["value"], entry["low"], entry["high"]), row["id"]))
                into[side] = rows[:count]
    return merged


def _first(distances: np.ndarray, rows: np.ndarray, ranks: np.ndarray, count: int) -> np.ndarray:
    """The `count` of `rows` with the least distance; of equals those that rank first."""
    if len(rows) > count:
        furthest = np.partition(distances[rows], count - 1)[count - 1]
        nearer, ties = rows[distances[rows] < furthest], rows[distances[rows] == furthest]
        wanted = count - len(nearer)
        if len(ties) > wanted:
            ties = ties[np.argpartition(ranks[ties], wanted - 1)[:wanted]]
        rows = np.concatenate([nearer, ties])
    return rows[np.lexsort((ranks[rows], distances[rows]))]


def _distances(values: np.ndarray, rule: Rule) -> np.ndarray:
    """How far every value is from the nearer limit."""
    return np.fmin(np.abs(values - rule.low), np.abs(values - rule.high))


def _distance(value: float, low: float | None, high: float | None) -> float:
    return min((abs(value - limit) for limit in (low, high) if limit is not None), default=math.inf)


def _finite(limit: float) -> float | None:
    return float(limit) if math.isfinite(limit) else None
