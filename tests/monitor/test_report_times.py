"""Time is counted over every attempt at what is there now."""

from __future__ import annotations

from headwater.monitor.report.times import stage_seconds


def row(event: str, digest: str = "a", minute: int = 0, **more: object) -> dict:
    return {"at": f"2026-01-01T00:{minute:02d}:00Z", "event": event, "stage": "train", "digest": digest, **more}


def test_a_stopped_attempt_and_its_continuation_add_up():
    ledger = [row("start"), row("failed", minute=8), row("start", minute=9), row("done", minute=10, seconds=60.0)]
    assert stage_seconds(ledger) == {"train": ("done", 8 * 60 + 60.0)}


def test_work_on_another_result_does_not_count():
    ledger = [row("start"), row("done", seconds=50.0), row("start", "b", 2), row("done", "b", 3, seconds=7.0)]
    assert stage_seconds(ledger) == {"train": ("done", 7.0)}


def test_what_was_found_finished_took_no_time_here():
    assert stage_seconds([row("reuse")]) == {"train": ("reuse", None)}
    assert stage_seconds([row("done", seconds=3.0), row("reuse")]) == {"train": ("done", 3.0)}


def test_a_killed_attempt_leaves_what_is_known():
    assert stage_seconds([row("start"), row("start", minute=5), row("done", minute=6, seconds=44.0)]) == {
        "train": ("done", 44.0)
    }
    assert stage_seconds([{"event": "failed", "stage": "x", "at": None}]) == {"x": ("failed", None)}
