"""How late this process was: a thread that wakes every millisecond and notes when it woke too late.

A server that shares the process stamps a request late by as much at most, so that two requests look closer together
than they left. A test of delays allows for what was measured here and for nothing else.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

TICK_S = 0.001


class Stalls:
    """Moments (time.monotonic) at which the thread woke, and how late it was."""

    def __init__(self) -> None:
        self._woken: list[tuple[float, float]] = []
        self.done = threading.Event()

    def watch(self) -> None:
        while not self.done.is_set():
            began = time.monotonic()
            time.sleep(TICK_S)
            ended = time.monotonic()
            if ended - began > 2 * TICK_S:
                self._woken.append((ended, ended - began - TICK_S))

    def around(self, moment: float) -> float:
        """The latest that the process was within half a second of a moment (seconds)."""
        return max((late for ended, late in self._woken if abs(ended - moment) < 0.5), default=0.0)


@contextlib.contextmanager
def watched() -> Iterator[Stalls]:
    stalls = Stalls()
    thread = threading.Thread(target=stalls.watch, daemon=True)
    thread.start()
    try:
        yield stalls
    finally:
        stalls.done.set()
        thread.join()
