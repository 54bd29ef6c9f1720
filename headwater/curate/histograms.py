"""How every statistic is spread, and where its threshold cuts: counts in fixed bins, of columns, without text.

In: columns of annotations and the rule sets that judge them (`judge.rule_sets(columns, config)`). Out: a dict of plain
numbers and lists, one entry a rule (named by its reason) and one a size of documents (named by its column):

    {"gopher.mean_word_length": {"column": "gopher_mean_word_length", "low": 3.0, "high": 10.0,
                                 "edges": [...], "counts": [...], "rows": 8, "missing": 0}, ...}

`counts[i]` are the values in [edges[i], edges[i + 1]); the first bin takes what is lower and the last what is higher.
Edges depend on the rule alone, so that dicts of several shards merge by addition (`merge`), and every threshold is
an edge: a bin is kept or rejected as a whole. A limit itself is allowed, so the edge at an upper limit is the next
float above it.

    found = histogram(columns, judge.rule_sets(columns, config))     # of one shard of annotations
    found = merge([found, other])                                    # of all, in any grouping
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from headwater.curate.rules import Columns, Rule

SIZES = ("text_bytes", "num_chars", "num_words")  # of every document, judged by no rule alone
STEPS = 20  # bins from 0 to a share's limit, or from one limit to the other
LINEAR_RATIO = 20  # limits that are closer than this have bins of one width, others bins that grow
GROWTH = 2**0.5
LARGEST = 1e9


def histogram(columns: Columns, sets: Sequence[tuple[np.ndarray, Sequence[Rule]]]) -> dict[str, dict[str, Any]]:
    """The histogram of every rule's column, over the rows that its set judges and the rule is about."""
    found = {}
    for rows, rules in sets:
        for rule in rules:
            about = rows if rule.applies is None else rows & rule.applies(columns)
            limits = {"low": _finite(rule.low), "high": _finite(rule.high)}
            found[rule.reason] = {"column": rule.column, **limits} | _counted(columns[rule.column][about], edges(rule))
    for name in SIZES:
        if name in columns:
            found[name] = {"column": name, "low": None, "high": None} | _counted(columns[name], _growing(1.0))
    return found


def edges(rule: Rule) -> np.ndarray:
    """The edges of a rule's bins, its limits among them."""
    limits = [limit for limit in (rule.low, rule.high) if np.isfinite(limit)]
    largest, smallest = max(limits, default=1.0), min(limits, default=1.0)
    if largest <= 0:  # nothing is allowed: a bin for nothing
        return np.concatenate([[0.0, np.nextafter(0.0, 1.0)], _growing(1.0)])
    if largest <= 1:
        found = np.linspace(0, 1, STEPS * 2 + 1)
        found = np.concatenate([found, np.linspace(0, largest, STEPS + 1)])
    elif largest / max(smallest, 1e-9) <= LINEAR_RATIO and smallest != largest:
        found = np.arange(0, 2 * largest, (largest - smallest) / STEPS)
    else:
        found = np.concatenate([[0.0], _growing(smallest)])
    exact = [rule.low] if np.isfinite(rule.low) else []
    if np.isfinite(rule.high):
        found = found[~np.isclose(found, rule.high, rtol=1e-9, atol=0)]
        exact.append(float(np.nextafter(rule.high, np.inf)))
    return _apart(np.concatenate([found, exact]), exact)


def merge(parts: Iterable[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The histograms of several shards as one."""
    merged: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name, one in part.items():
            if name not in merged:
                merged[name] = {**one, "counts": list(one["counts"])}
                continue
            into = merged[name]
            into["counts"] = [a + b for a, b in zip(into["counts"], one["counts"], strict=True)]
            into["rows"] += one["rows"]
            into["missing"] += one["missing"]
    return merged


def _counted(values: np.ndarray, bounds: np.ndarray) -> dict[str, Any]:
    values = np.asarray(values, np.float64)
    present = values[~np.isnan(values)]
    places = np.clip(np.searchsorted(bounds, present, side="right") - 1, 0, len(bounds) - 2)
    counts = np.bincount(places, minlength=len(bounds) - 1)
    return {
        "edges": bounds.tolist(),
        "counts": counts.tolist(),
        "rows": len(values),
        "missing": len(values) - len(present),
    }


def _growing(through: float) -> np.ndarray:
    """Edges from about 1 to LARGEST, each GROWTH times the one before, `through` among them."""
    below = through / GROWTH ** np.arange(1, 80)
    above = through * GROWTH ** np.arange(80)
    return np.sort(np.concatenate([below[below >= min(1.0, through)], above[above <= LARGEST]]))


def _apart(found: np.ndarray, exact: Sequence[float]) -> np.ndarray:
    """Sorted edges, without those that differ from another by rounding alone; the exact ones stay."""
    kept: list[float] = []
    for edge in sorted({float(edge) for edge in found}):
        near = bool(kept) and edge - kept[-1] <= 1e-9 * max(abs(edge), 1e-9)
        if not near:
            kept.append(edge)
        elif edge in exact:
            kept[-1] = edge
    return np.array(kept)


def _finite(limit: float) -> float | None:
    return float(limit) if np.isfinite(limit) else None
