"""When a host may be asked again: its pace, and the waits that it asked for, also across restarts.

In: the log's last request and rest of each host, by the wall clock. Out: waits by the monotonic clock, so that a
clock that is changed while a search runs shortens no delay; one that was set back before it makes none longer.
"""

from __future__ import annotations

import asyncio
import time

from headwater.acquire.search.log import SearchLog

MAX_REST_S = 24 * 3600.0


class Turns:
    """The turns of all hosts of a run."""

    def __init__(self, log: SearchLog) -> None:
        self._log = log
        now, wall = time.monotonic(), time.time()
        self._asked = {host: now - max(0.0, wall - at) for host, at in log.last_asked.items()}
        self._rests = {host: now + min(MAX_REST_S, until - wall) for host, until in log.rests.items() if until > wall}

    async def wait(self, host: str, delay_s: float) -> None:
        """Wait until the host may be asked."""
        while (wait_s := max(self._asked.get(host, float("-inf")) + delay_s, self._until(host)) - time.monotonic()) > 0:
            await asyncio.sleep(wait_s)

    def rest_s(self, host: str) -> float:
        """Seconds left of the wait that a host asked for."""
        return max(0.0, self._until(host) - time.monotonic())

    def asked(self, host: str) -> None:
        self._asked[host] = time.monotonic()

    def rest(self, host: str, for_s: float) -> None:
        """Ask nothing of a host for a while."""
        for_s = min(for_s, MAX_REST_S)
        self._rests[host] = max(self._until(host), time.monotonic() + for_s)
        self._log.rest(host, time.time() + for_s)

    def _until(self, host: str) -> float:
        return self._rests.get(host, float("-inf"))
