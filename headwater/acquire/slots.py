"""Whose turn it is: a queue a host, with delay and a limit, and fair turns among hosts.

In: entries as they are found. Out: the next entry that politeness allows now, or the time until there is one.
All times are of the monotonic clock, so that a changed wall clock shortens no delay.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple


class Entry(NamedTuple):
    """A URL to ask for. `hops`: redirects so far; `seed`: a seed, or where one redirected to."""

    url: str
    depth: int
    hops: int = 0
    seed: bool = False
    tries: int = 0


@dataclass
class _Slot:
    delay_s: float
    waiting: deque[Entry] = field(default_factory=deque)
    in_flight: int = 0
    ready_at: float = 0.0
    queued: bool = False  # in the heap, which holds a host at most once
    failures: int = 0  # in a row; requests that were in flight together count once
    failed_at: float = float("-inf")


class Slots:
    """Turns of all hosts. A host with nothing waiting and nothing in flight keeps only its next moment."""

    def __init__(self, delay_s: float, per_host: int) -> None:
        self._delay_s, self._per_host = delay_s, per_host
        self._slots: dict[str, _Slot] = {}
        self._turns: list[tuple[float, int, str]] = []
        self._turn = 0
        self.num_waiting = 0

    def add(self, host: str, entry: Entry, first: bool = False) -> None:
        """Put an entry at the end of its host's queue, or back at its front."""
        slot = self._slot(host)
        if first:
            slot.waiting.appendleft(entry)
        else:
            slot.waiting.append(entry)
        self.num_waiting += 1
        self._offer(host, slot)

    def take(self, now: float) -> tuple[str, Entry] | None:
        """The next entry that may be asked for now; its host's next turn is a delay later."""
        if not self._turns or self._turns[0][0] > now:
            return None
        _, _, host = heapq.heappop(self._turns)
        slot = self._slots[host]
        slot.queued = False
        if slot.ready_at > now or not slot.waiting:
            self._offer(host, slot)
            return self.take(now)
        entry = slot.waiting.popleft()
        self.num_waiting -= 1
        slot.in_flight += 1
        slot.ready_at = now + slot.delay_s
        self._offer(host, slot)
        return host, entry

    def release(self, host: str, started: float, now: float, failed: bool = False) -> int:
        """A request to the host has ended; the number of failures in a row."""
        slot = self._slots[host]
        slot.in_flight -= 1
        if not failed:
            slot.failures = 0
        elif started >= slot.failed_at:
            slot.failures, slot.failed_at = slot.failures + 1, now
        self._offer(host, slot)
        self._forget_idle(now)
        return slot.failures

    def slow_down(self, host: str, delay_s: float) -> None:
        """Leave at least this long between requests to the host from now on."""
        slot = self._slot(host)
        slot.delay_s = max(slot.delay_s, delay_s)

    def pause(self, host: str, until: float) -> None:
        slot = self._slot(host)
        slot.ready_at = max(slot.ready_at, until)

    def drop(self, host: str) -> list[Entry]:
        """Empty a host's queue; what was waiting."""
        slot = self._slots[host]
        dropped = list(slot.waiting)
        slot.waiting.clear()
        self.num_waiting -= len(dropped)
        return dropped

    def next_ready_at(self) -> float | None:
        return self._turns[0][0] if self._turns else None

    def _slot(self, host: str) -> _Slot:
        if host not in self._slots:
            self._slots[host] = _Slot(self._delay_s)
        return self._slots[host]

    def _offer(self, host: str, slot: _Slot) -> None:
        if slot.waiting and not slot.queued and slot.in_flight < self._per_host:
            self._turn += 1
            heapq.heappush(self._turns, (slot.ready_at, self._turn, host))
            slot.queued = True

    def _forget_idle(self, now: float) -> None:
        if len(self._slots) < 4096 or self._turn % 1024:
            return
        for host, slot in list(self._slots.items()):
            plain = slot.delay_s == self._delay_s and not slot.failures
            if plain and not slot.waiting and not slot.in_flight and not slot.queued and slot.ready_at < now:
                del self._slots[host]
