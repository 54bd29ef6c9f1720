"""The crawl itself: entries out of the frontier, requests as politeness allows, outcomes back into it.

In: a folder, a CrawlSource, and a frontier that may already hold half a crawl. Out: WARC records and frontier
rows. One coroutine hands out turns; each request is a task of its own; nothing waits while holding a turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from headwater.acquire import canonical, warc
from headwater.acquire.addresses import PrivateAddress
from headwater.acquire.fetch import FetchFailed, Response, fetch, open_session
from headwater.acquire.frontier import KEPT, REFUSED, Frontier
from headwater.acquire.outcomes import Outcomes
from headwater.acquire.resolver import CheckedResolver
from headwater.acquire.robots import MAX_BYTES, Robots
from headwater.acquire.slots import Entry, Slots
from headwater.acquire.sources.crawl import CrawlSource
from headwater.errors import HeadwaterError
from headwater.pipeline.ledger import now

MAX_HOST_FAILURES = 5  # in a row; the rest of the host's queue is then refused
SYNC_INTERVAL_S = 5.0
BACK_OFF_S = 1.0
MAX_WAIT_S = 60.0


class Crawler:
    """The state of one crawl under way."""

    def __init__(self, folder: Path, source: CrawlSource, frontier: Frontier, on_kept: Callable[[str], None]) -> None:
        self.source, self.frontier = source, frontier
        self._slots = Slots(source.delay_s, source.per_host)
        self._writer = warc.Writer(folder, frontier.ends(), (now(), source.user_agent))
        self._outcomes = Outcomes(source, frontier, self._writer, on_kept)
        self._resolver = CheckedResolver(source.allow_private)
        self._in_flight: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._failure: BaseException | None = None
        self._synced_at = time.monotonic()

    async def run(self) -> None:
        """Crawl until nothing is left or the budget is spent. Raises HeadwaterError when the disk fails."""
        self._start_entries()
        async with open_session(self.source, self._resolver) as self._session:
            self._robots = Robots(self._ask_robots, self.source.user_agent)
            try:
                with self._sigterm_relayed():
                    while await self._hand_out():
                        self._sync_now_and_then()
            finally:
                await self._stop()
        if self._failure is not None:
            raise self._failure

    async def _stop(self) -> None:
        for task in self._in_flight:
            task.cancel()
        await asyncio.gather(*self._in_flight, return_exceptions=True)
        await self._robots.close()
        await self._resolver.close()
        self._writer.close()
        self.frontier.mark_synced()

    @contextlib.contextmanager
    def _sigterm_relayed(self) -> Iterator[None]:
        """Let a handler that raises stop the crawl: inside a callback of the loop its exception would be lost."""
        previous = signal.getsignal(signal.SIGTERM)
        if not callable(previous) or threading.current_thread() is not threading.main_thread():
            yield
            return

        def relay() -> None:
            try:
                previous(signal.SIGTERM, None)
            except BaseException as error:
                self._failure = error
                self._wake.set()

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, relay)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, previous)

    def _start_entries(self) -> None:
        for seed in self.source.seeds:
            if url := canonical.canonical(seed):
                self.frontier.add_seed(url)
        for entry in self.frontier.state.waiting.values():
            self._slots.add(canonical.host_of(entry.url), entry)

    async def _hand_out(self) -> bool:
        """Start every request that may start now, then wait for one to end or for the next turn; False at the end."""
        if self._failure is not None:
            return False
        self._wake.clear()
        room = self._budget()
        while len(self._in_flight) < min(self.source.concurrency, room):
            turn = self._slots.take(time.monotonic())
            if turn is None:
                break
            task = asyncio.create_task(self._handle(*turn))
            self._in_flight.add(task)
            task.add_done_callback(self._ended)
        if not self._in_flight and (room <= 0 or not self._slots.num_waiting):
            return False
        timeout = None
        next_at = self._slots.next_ready_at()
        if next_at is not None and len(self._in_flight) < min(self.source.concurrency, room):
            timeout = max(0.0, next_at - time.monotonic())
        with contextlib.suppress(TimeoutError):  # the next turn has come
            await (self._wake.wait() if timeout is None else asyncio.wait_for(self._wake.wait(), timeout))
        return True

    def _budget(self) -> int:
        """How many requests may be in flight and still keep max_pages and the request budget."""
        outcomes = self.frontier.state.outcomes
        asked = sum(n for outcome, n in outcomes.items() if not outcome.startswith(REFUSED))
        return min(self.source.max_pages - outcomes[KEPT], self.source.request_budget - asked)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
        self._wake.set()

    async def _handle(self, host: str, entry: Entry) -> None:
        """Give one entry its turn: refuse it, learn its site's rules and put it back, or ask for it."""
        failed, started = False, time.monotonic()
        try:
            refusal = await self._refusal(host, entry)
            if refusal:
                self.frontier.finish(entry, REFUSED + refusal)
            elif refusal is not None:
                failed = await self._ask(host, entry)
        except FetchFailed as error:
            self.frontier.finish(entry, f"fetch.{error.reason}")
        finally:
            failures = self._slots.release(host, started, time.monotonic(), failed)
            if failures >= MAX_HOST_FAILURES:
                for waiting in self._slots.drop(host):
                    self.frontier.finish(waiting, REFUSED + "host_unreachable")

    async def _refusal(self, host: str, entry: Entry) -> str | None:
        """Why the entry may not be asked for, "" when it may; None when its turn went to robots.txt."""
        try:
            await self._resolver.admit(host)
        except PrivateAddress:
            return "private_address"
        except OSError as error:
            raise FetchFailed("name_not_found") from error
        origin = canonical.origin_of(entry.url)
        rules = self._robots.known(origin)
        if rules is None:
            rules = await self._robots.learn(origin)
            self._slots.slow_down(host, rules.delay_s)
            self._slots.pause(host, time.monotonic() + max(rules.delay_s, self.source.delay_s))
            self._slots.add(host, entry, first=True)
            return None
        return rules.refusal(entry.url, self._robots.agent) or ""

    async def _ask_robots(self, url: str) -> Response:
        await self._resolver.admit(canonical.host_of(url))
        return await fetch(self._session, url, MAX_BYTES, html_only=False, cut=True)

    async def _ask(self, host: str, entry: Entry) -> bool:
        """Ask for a page and record the outcome; True when the host itself failed."""
        try:
            response = await fetch(self._session, entry.url, self.source.max_page_bytes)
            if response.status in (429, 503):
                raise FetchFailed(f"status_{response.status}", transient=True, wait_s=_retry_after(response))
        except PrivateAddress:
            self.frontier.finish(entry, REFUSED + "private_address")
            return False
        except FetchFailed as error:
            if error.transient and entry.tries < self.source.retries:
                wait_s = min(MAX_WAIT_S, max(error.wait_s, BACK_OFF_S * 2**entry.tries))
                self._slots.pause(host, time.monotonic() + wait_s)
                self._slots.add(host, entry._replace(tries=entry.tries + 1))
            else:
                self.frontier.finish(entry, f"fetch.{error.reason}")
            return error.transient
        for item in self._recorded(entry, response):
            self._slots.add(canonical.host_of(item.url), item)
        return False

    def _recorded(self, entry: Entry, response: Response) -> list[Entry]:
        """What a response leads to. Whatever a hostile page makes a parser do is one rejected page, never the crawl."""
        try:
            return self._outcomes.record(entry, response)
        except HeadwaterError:
            raise
        except Exception:
            if entry.url not in self.frontier.state.waiting:
                raise  # its outcome is on record already: this is a bug of ours
            self.frontier.finish(entry, "fetch.unparsable")
            return []

    def _sync_now_and_then(self) -> None:
        if time.monotonic() - self._synced_at > SYNC_INTERVAL_S:
            self._writer.sync()
            self.frontier.mark_synced()
            self._synced_at = time.monotonic()


def _retry_after(response: Response) -> float:
    for name, value in response.headers:
        if name.lower() == b"retry-after" and value.strip().isdigit():
            return float(min(MAX_WAIT_S, int(value[:9])))
    return 0.0
