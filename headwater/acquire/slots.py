"""Whose turn it is: a queue a host, with its pace and limits, and fair turns among hosts.

In: entries as they are found. Out: the next entry that politeness allows now, or the time until there is one.
All times are of the monotonic clock, so that a changed wall clock shortens no delay.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from headwater.acquire.backoff import Pace
from headwater.acquire.entries import Entry

MAX_KEPT_SLOTS = 4096  # hosts with nothing to do are forgotten beyond this
MAX_PASSED_OVER = 256  # entries in a row that are not asked for, before others get the processor


@dataclass
class _Slot:
    pace: Pace
    waiting: deque[Entry] = field(default_factory=deque)
    in_flight: int = 0
    leaving: int = 0  # of those in flight, handed out and not yet sent
    ready_at: float = 0.0
    queued: bool = False  # in the heap, which holds a host at most once
    failures: int = 0  # in a row; requests that were in flight together count once
    failed_at: float = float("-inf")


class Slots:
    """Turns of all hosts. A host with nothing waiting and nothing in flight keeps only its next moment.

    `room(host)`: how many requests to the host may be in flight for its budget's sake. `wanted(entry)`: whether an
    entry is still to be asked for; one that is not takes no turn of its host. `not_before`: when the first turn of any
    host may be, for a crawl that goes on does not know when it last asked.
    """

    def __init__(
        self,
        delay_s: float,
        per_host: int,
        room: Callable[[str], float] | None = None,
        wanted: Callable[[Entry], bool] | None = None,
        not_before: float = 0.0,
    ) -> None:
        self._not_before = not_before
        self._delay_s, self._per_host, self._room, self._wanted = delay_s, per_host, room, wanted
        self._slots: dict[str, _Slot] = {}
        self._turns: list[tuple[float, int, str]] = []
        self._turn = 0
        self.num_waiting = 0

    def add(self, host: str, entry: Entry, first: bool = False) -> None:
        """Put an entry at the end of its host's queue, or at its front."""
        slot = self._slot(host)
        if first:
            slot.waiting.appendleft(entry)
        else:
            slot.waiting.append(entry)
        self.num_waiting += 1
        self._offer(host, slot)

    def take(self, now: float) -> tuple[str, Entry] | None:
        """The next entry that may be asked for now; its host's next turn is a delay later."""
        passed_over = 0
        while self._turns and self._turns[0][0] <= now and passed_over < MAX_PASSED_OVER:
            _, _, host = heapq.heappop(self._turns)
            slot = self._slots[host]
            slot.queued = False
            if slot.ready_at <= now and self._may_ask(host, slot):
                entry = slot.waiting.popleft()
                self.num_waiting -= 1
                if self._wanted is None or self._wanted(entry):
                    slot.in_flight += 1
                    slot.ready_at = now + slot.pace.wait_s()
                    self._offer(host, slot)
                    return host, entry
                passed_over += 1
            self._offer(host, slot)
        return None

    def hold(self, host: str) -> None:
        """The request of the turn just taken has not left yet; until it has, a host with a delay has no other turn."""
        self._slots[host].leaving += 1

    def left(self, host: str, now: float) -> None:
        """A request has left, or will not any more: the delay to the next one counts from here."""
        slot = self._slots[host]
        slot.leaving -= 1
        slot.ready_at = max(slot.ready_at, now + slot.pace.wait_s())
        self._offer(host, slot)

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

    def answered(self, host: str, latency_s: float) -> None:
        self._slot(host).pace.answered(latency_s)

    def troubled(self, host: str, now: float) -> None:
        """The host was busy or did not answer: ask it more slowly."""
        slot = self._slot(host)
        slot.pace.troubled()
        slot.ready_at = max(slot.ready_at, now + slot.pace.wait_s())

    def slow_down(self, host: str, delay_s: float) -> None:
        """Leave at least this long between requests to the host from now on."""
        pace = self._slot(host).pace
        pace.delay_s = max(pace.delay_s, delay_s)

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

    def wait_s(self, host: str) -> float:
        """Seconds between two requests to the host as things stand."""
        return self._slot(host).pace.wait_s()

    def next_ready_at(self) -> float | None:
        return self._turns[0][0] if self._turns else None

    def _slot(self, host: str) -> _Slot:
        if host not in self._slots:
            self._slots[host] = _Slot(Pace(self._delay_s), ready_at=self._not_before)
        return self._slots[host]

    def _may_ask(self, host: str, slot: _Slot) -> bool:
        """A host that fails is asked one thing at a time, so that it cannot hold every connection of a crawl."""
        limit = 1 if slot.failures else self._per_host
        if not slot.waiting or slot.in_flight >= limit or (slot.leaving and slot.pace.wait_s()):
            return False
        return self._room is None or slot.in_flight < self._room(host)

    def _offer(self, host: str, slot: _Slot) -> None:
        if not slot.queued and self._may_ask(host, slot):
            self._turn += 1
            heapq.heappush(self._turns, (slot.ready_at, self._turn, host))
            slot.queued = True

    def _forget_idle(self, now: float) -> None:
        if len(self._slots) < MAX_KEPT_SLOTS or self._turn % 1024:
            return
        for host, slot in list(self._slots.items()):
            plain = slot.pace.delay_s == self._delay_s and slot.pace.is_plain and not slot.failures
            if plain and not slot.waiting and not slot.in_flight and not slot.queued and slot.ready_at < now:
                del self._slots[host]
