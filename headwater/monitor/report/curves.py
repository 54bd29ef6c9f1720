"""The rows of `metrics.jsonl` as arrays to draw.

In: rows in the order they were written. Out: Curves.
Where training went back and did steps again, the later life of a step is shown, and steps that were
not reached again are left out: the curve is the history of the weights that are there now.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

COLUMNS = ("step", "tokens", "loss", "lr", "grad_norm", "tokens_per_s")


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Equal-length arrays, a value a step; `by_channel` has (step, loss) where the channel was in the batch."""

    step: np.ndarray
    tokens: np.ndarray
    loss: np.ndarray
    lr: np.ndarray
    grad_norm: np.ndarray
    tokens_per_s: np.ndarray
    by_channel: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    probes: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.step)


def read_curves(rows: list[dict[str, Any]]) -> Curves:
    """Arrays of the latest life of every step."""
    steps: list[dict[str, Any]] = []
    probes = []
    for row in rows:
        step = row.get("step")
        if not isinstance(step, int) or isinstance(step, bool):
            continue
        if "probe" in row:
            probes.append(row)
        if "loss" not in row:
            continue
        while steps and steps[-1]["step"] >= step:
            steps.pop()
        steps.append(row)
    values = {name: np.array([number(row.get(name)) for row in steps]) for name in COLUMNS}
    return Curves(**values, by_channel=_by_channel(steps), probes=probes)


def _by_channel(steps: list[dict[str, Any]]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    found: dict[str, tuple[list[float], list[float]]] = {}
    for row in steps:
        losses = row.get("loss_by_channel")
        for channel, loss in losses.items() if isinstance(losses, dict) else ():
            xs, ys = found.setdefault(str(channel), ([], []))
            xs.append(float(row["step"]))
            ys.append(number(loss))
    return {channel: (np.array(xs), np.array(ys)) for channel, (xs, ys) in sorted(found.items())}


def number(value: Any) -> float:
    """A float; what is no number is NaN, and shows as a gap."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def running_mean(values: np.ndarray, window: int) -> np.ndarray:
    """The mean of the last `window` finite values at each of them; NaN elsewhere."""
    found = np.full(len(values), math.nan)
    finite = np.flatnonzero(np.isfinite(values))
    if not len(finite):
        return found
    sums = np.concatenate(([0.0], np.cumsum(values[finite])))
    ends = np.arange(1, len(finite) + 1)
    starts = np.maximum(0, ends - window)
    found[finite] = (sums[ends] - sums[starts]) / (ends - starts)
    return found
