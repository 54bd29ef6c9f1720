"""Progress a person can read: a bar with rate and time left on a terminal, plain lines elsewhere.

Everything goes to stderr, so that stdout stays free for results.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PLAIN_INTERVAL_S = 10.0
BAR_INTERVAL_S = 0.1
BAR_WIDTH = 24


def amount(value: float) -> str:
    """1234567 as `1.23M`: three figures and a suffix."""
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if suffix == 'k' else limit):.3g}{suffix}"
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.2g}"


def duration(seconds: float) -> str:
    """75.2 as `1m15s`."""
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours else f"{minutes}m{rest:02d}s"


class Bar:
    """One running count towards a total (0 when unknown)."""

    def __init__(self, label: str, total: float, unit: str, out: TextIO, quiet: bool) -> None:
        self.label, self.total, self.unit, self.done = label, total, unit, 0.0
        self._out, self._quiet = out, quiet
        self._started = self._shown = time.monotonic()
        self._terminal = out.isatty()
        self._first = True
        self.note = ""

    def advance(self, count: float = 1, note: str = "") -> None:
        self.done += count
        self.note = note or self.note
        now = time.monotonic()
        interval = BAR_INTERVAL_S if self._terminal else PLAIN_INTERVAL_S
        if not self._quiet and (now - self._shown >= interval or (self._terminal and self._first)):
            self._first = False
            self._show(now)

    def _line(self, now: float) -> str:
        elapsed = max(now - self._started, 1e-9)
        rate = self.done / elapsed
        parts = [
            f"{amount(self.done)}/{amount(self.total)} {self.unit}"
            if self.total
            else f"{amount(self.done)} {self.unit}"
        ]
        parts.append(f"{amount(rate)} {self.unit}/s")
        if self.total and 0 < self.done < self.total:
            parts.append(f"{duration((self.total - self.done) / rate)} left")
        if self.note:
            parts.append(self.note)
        return f"{self.label}: " + ", ".join(parts)

    def _show(self, now: float) -> None:
        self._shown = now
        if self._terminal:
            filled = int(BAR_WIDTH * min(1.0, self.done / self.total)) if self.total else 0
            bar = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] " if self.total else ""
            self._out.write(f"\r\x1b[K  {bar}{self._line(now)}")
        else:
            self._out.write(f"  {self._line(now)}\n")
        self._out.flush()

    def close(self) -> None:
        if self._terminal and not self._quiet and not self._first:
            self._out.write("\r\x1b[K")
            self._out.flush()


class Reporter:
    """Where a stage says what it does. `quiet` keeps stderr empty but for errors."""

    def __init__(self, quiet: bool = False, out: TextIO | None = None) -> None:
        self.quiet, self.out = quiet, out or sys.stderr

    def say(self, text: str) -> None:
        if not self.quiet:
            self.out.write(text + "\n")
            self.out.flush()

    @contextmanager
    def bar(self, label: str, total: float = 0, unit: str = "documents") -> Iterator[Bar]:
        bar = Bar(label, total, unit, self.out, self.quiet)
        try:
            yield bar
        finally:
            bar.close()
