"""The ledger of a run: one line a stage event, appended, never rewritten.

Rows: {"at": ISO time, "event": start | done | reuse | failed, "stage", "digest", "seconds", "counts", …}.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import storage

NAME = "ledger.jsonl"


def now() -> str:
    """The time in UTC, ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def record(run_folder: Path, event: str, stage: str, **details: Any) -> None:
    with storage.AppendLog(run_folder / NAME) as log:
        log.append({"at": now(), "event": event, "stage": stage, **details})


def rows(run_folder: Path) -> Iterator[dict[str, Any]]:
    return storage.read_rows(run_folder / NAME)
