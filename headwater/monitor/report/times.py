"""How long each stage took, over every attempt at it.

In: the rows of the ledger. Out: {stage: (last event, seconds)} in the order of the chain.
Only attempts at what is there now count: those with the digest of the last one. An attempt that was
stopped counts from its start to its end; of one that was killed the end is not known.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from headwater.monitor.report.html import is_number


def stage_seconds(ledger: list[dict[str, Any]]) -> dict[str, tuple[str, float | None]]:
    """Seconds are None for a stage that was found finished and never made in this run."""
    took: dict[str, tuple[str, float | None]] = {}
    digests: dict[str, Any] = {}
    started: dict[str, Any] = {}
    for row in ledger:
        stage, event = str(row.get("stage", "")), row.get("event")
        if row.get("digest") != digests.setdefault(stage, row.get("digest")):
            digests[stage] = row.get("digest")
            took.pop(stage, None)
        before = took.get(stage, ("", None))[1]
        if event == "start":
            started[stage] = row.get("at")
        elif event == "done" and is_number(row.get("seconds")):
            took[stage] = ("done", (before or 0.0) + row["seconds"])
        elif event == "failed":
            spent = _between(started.get(stage), row.get("at"))
            took[stage] = ("failed", spent if before is None else before + (spent or 0.0))
        elif event == "reuse":
            took[stage] = ("done" if before is not None else "reuse", before)
    return took


def _between(start: Any, end: Any) -> float | None:
    """Seconds between two ISO times; None where they are not known."""
    try:
        return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
    except (TypeError, ValueError):
        return None
