"""The two logs of a run: a metrics row a step, and what happened.

In: rows. Out: `metrics.jsonl` and `events.jsonl`, append-only. A run that goes on from a checkpoint
writes the steps after it again under a higher `attempt`; readers take the last row of a step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater import storage

METRICS, EVENTS = "metrics.jsonl", "events.jsonl"


class RunLog:
    """Both logs of a run folder, open for appending."""

    def __init__(self, folder: Path) -> None:
        self.attempt = attempts(folder) + 1
        self._metrics = storage.AppendLog(folder / METRICS)
        self._events = storage.AppendLog(folder / EVENTS)

    def metric(self, step: int, **values: Any) -> None:
        self._metrics.append({"step": step, "attempt": self.attempt, **values})

    def event(self, step: int, kind: str, **values: Any) -> None:
        """Events are few and tell what went wrong: each reaches the disk at once."""
        self._events.append({"step": step, "attempt": self.attempt, "kind": kind, **values})
        self._events.sync()

    def sync(self) -> None:
        self._metrics.sync()

    def close(self) -> None:
        self._metrics.close()
        self._events.close()

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def attempts(folder: Path) -> int:
    """How often the run was started so far."""
    rows = storage.read_rows(folder / EVENTS)
    return max((row["attempt"] for row in rows if isinstance(row.get("attempt"), int)), default=0)


def latest(folder: Path) -> dict[int, dict[str, Any]]:
    """The valid training row of each step, in the order of steps."""
    found: dict[int, dict[str, Any]] = {}
    for row in storage.read_rows(folder / METRICS):
        if "loss" in row and row["attempt"] >= found.get(row["step"], row)["attempt"]:
            found[row["step"]] = row
    return dict(sorted(found.items()))
