"""Requests under way: how many there are, and when another may start.

In: the tasks of a crawl. Out: whether there is a place for one more, and when there will be. A request that stalls
gives up its place after a while, so that slow hosts hold no quick ones up; as many may stall as may be in flight.
"""

from __future__ import annotations

import asyncio
import itertools
import time

STALLED_S = 5.0


class InFlight:
    """The tasks under way, oldest first. `most`: places for those that do not stall."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._began: dict[asyncio.Task[None], float] = {}

    def __len__(self) -> int:
        return len(self._began)

    def add(self, task: asyncio.Task[None]) -> None:
        self._began[task] = time.monotonic()

    def discard(self, task: asyncio.Task[None]) -> None:
        self._began.pop(task, None)

    def has_place(self, room: float) -> bool:
        """Whether another request may start. `room`: how many may be in flight for the budget's sake."""
        return len(self) < room and len(self) - self._num_stalled() < self._most

    def place_at(self, room: float, ready_at: float | None) -> float:
        """When the next request, ready at that moment, may start if none ends before; infinite if one has to end."""
        if ready_at is None or len(self) >= room:
            return float("inf")
        if self.has_place(room):
            return ready_at
        num_stalled = self._num_stalled()
        if num_stalled == self._most:
            return float("inf")
        began = next(itertools.islice(self._began.values(), num_stalled, None))
        return max(ready_at, began + STALLED_S)

    def _num_stalled(self) -> int:
        stalled_at = time.monotonic() - STALLED_S
        stalled = itertools.takewhile(lambda began: began < stalled_at, self._began.values())
        return min(self._most, sum(1 for _ in stalled))

    async def cancel(self) -> None:
        tasks = list(self._began)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
