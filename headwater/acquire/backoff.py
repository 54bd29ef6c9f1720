"""How fast one host may be asked: its least delay, and what is added while it is busy or slow.

In: what became of each request to a host. Out: the seconds to leave between two requests. Trouble (429, 503, a
dropped connection) doubles the wait, every answer takes a part of it away again; answers that come ever later
add what they take beyond the host's best. All of it is capped, so that no server can hold a crawl for long.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

FIRST_EXTRA_S = 0.25
MAX_EXTRA_S = 60.0
EASED = 0.75  # of the extra wait is left after an answer
LEAST_EXTRA_S = 0.05  # less is none
SLOW_FACTOR = 4.0  # answers this many times later than the host's best are a sign of load
LEAST_LATENCY_S = 0.25  # nobody is blamed for answers within SLOW_FACTOR times this
SMOOTHING = 0.3
MAX_RETRY_AFTER_S = 300.0  # a host that asks for a longer wait is left alone


@dataclass
class Pace:
    """The pace of one host. `delay_s`: by the source and by robots.txt."""

    delay_s: float
    extra_s: float = 0.0
    latency_s: float = 0.0
    best_s: float = float("inf")

    def wait_s(self) -> float:
        """Seconds to leave between two requests now."""
        late_s = self.latency_s - SLOW_FACTOR * max(self.best_s, LEAST_LATENCY_S)
        return max(self.delay_s, self.extra_s, min(late_s, MAX_EXTRA_S))

    def troubled(self) -> None:
        """The host was busy or did not answer: twice as slow from now on."""
        self.extra_s = min(MAX_EXTRA_S, max(FIRST_EXTRA_S, 2 * self.extra_s, 2 * self.delay_s))

    def answered(self, latency_s: float) -> None:
        """The host answered after so long."""
        known = self.best_s < float("inf")
        self.latency_s += (SMOOTHING if known else 1.0) * (latency_s - self.latency_s)
        self.best_s = min(self.best_s, self.latency_s)
        if self.extra_s:
            eased_s = EASED * self.extra_s
            self.extra_s = eased_s if eased_s > max(LEAST_EXTRA_S, self.delay_s) else 0.0

    @property
    def is_plain(self) -> bool:
        return not self.extra_s and self.latency_s < SLOW_FACTOR * LEAST_LATENCY_S


def retry_after_s(value: str, now: float | None = None) -> float:
    """Seconds that a Retry-After header asks to wait: a number or an HTTP date; 0 where it says neither.

    `now` is the wall clock's time, for the date is of the wall clock too.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    return max(0.0, until - (time.time() if now is None else now))
