"""The crawl itself: entries out of the frontier, requests as politeness allows, outcomes back into it.

In: a folder, a CrawlSource, and a frontier that may already hold half a crawl. Out: WARC records and frontier
rows. One coroutine hands out turns; each request is a task of its own; nothing waits while holding a turn.
Pages to look at anew come first, in a round of their own that no page budget bounds; then all others.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from headwater.acquire import canonical, listings, origins, refresh, sigterm, warc
from headwater.acquire.addresses import PrivateAddress
from headwater.acquire.backoff import MAX_RETRY_AFTER_S, retry_after_s
from headwater.acquire.entries import Entry
from headwater.acquire.fetch import FetchFailed, Response, fetch, header, open_session
from headwater.acquire.frontier import Frontier
from headwater.acquire.inflight import InFlight
from headwater.acquire.outcomes import Outcomes
from headwater.acquire.resolver import CheckedResolver
from headwater.acquire.robots import MAX_BYTES
from headwater.acquire.slots import Slots
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.state import KEPT, OPTED_OUT, REFUSED
from headwater.errors import HeadwaterError
from headwater.pipeline.ledger import now

MAX_IN_A_ROW = {"host_unreachable": 5, "host_busy": 8}  # failures of a host; the rest of its queue is then refused
LEFT_ALONE_S = 300.0  # what is found of such a host later is refused too, for so long
MAX_LEFT_ALONE_S = 24 * 3600.0
BUSY_TRIES = 4  # further tries after 429 and 503, where there are any further tries: the host answers, after all
BUSY = ("status_429", "status_503")
OVERLOADED = ("timeout", "host_unreachable")  # likewise a sign that a host is asked too often
ENOUGH_PER_PAGE = 2  # links that wait for each page to keep; a host with more of them lists no further ones
LISTING_WAIT_S = 0.1
SYNC_INTERVAL_S = 5.0
BACK_OFF_S = 1.0
MAX_WAIT_S = 60.0


class Crawler:
    """The state of one crawl under way. `opted_out(url)`: whether a URL is on a list of what is never asked for."""

    def __init__(
        self,
        folder: Path,
        source: CrawlSource,
        frontier: Frontier,
        on_kept: Callable[[str], None],
        opted_out: Callable[[str], bool] = lambda url: False,
    ) -> None:
        self.source, self.frontier = source, frontier
        self._opted_out = opted_out
        self._writer = warc.Writer(folder, frontier.ends(), (now(), source.named_agent))
        self._outcomes = Outcomes(source, frontier, self._writer, on_kept, self._known_refusal)
        self._resolver = CheckedResolver(source.allow_private)
        self._slots = self._slots_so_far()
        self._refreshing = False
        self._in_flight = InFlight(source.concurrency)
        self._left_alone: dict[str, tuple[float, str]] = {}
        self._listing_turn = asyncio.Semaphore(2)  # listings are large
        self._wake = asyncio.Event()
        self._failure: BaseException | None = None
        self._synced_at = time.monotonic()
        self._ends_at = time.monotonic() + (source.max_seconds or float("inf"))

    def _slots_so_far(self) -> Slots:
        """Turns that keep to what hosts asked for before a restart, and to the delay since the last request then."""
        state, now_s = self.frontier.state, time.monotonic()
        not_before = now_s + self.source.delay_s if state.fates else 0.0
        slots = Slots(self.source.delay_s, self.source.per_host, self._room_of, self._still_wanted, not_before)
        for host, delay_s in state.delays_s.items():
            slots.slow_down(host, delay_s)
            slots.pause(host, now_s + delay_s)
            slots.pause(host, now_s + min(MAX_RETRY_AFTER_S, state.busy_until[host] - time.time()))
        return slots

    async def run(self) -> None:
        """Crawl until nothing is left or the budget is spent. Raises HeadwaterError when the disk fails."""
        for seed in self.source.seeds:
            if url := canonical.canonical(seed):
                self.frontier.add_seed(url)
        async with open_session(self.source, self._resolver) as self._session:
            self._origins = origins.Origins(
                self._ask_site_file, self.source.user_agent, self.source.honour_tdm, self.frontier.count_asked
            )
            try:
                with sigterm.relayed(self._stop_for):
                    if refresh.under_way(self.frontier):
                        await self._round(refreshing=True)
                    if not self._is_over():
                        await self._round(refreshing=False)
            finally:
                await self._stop()
        if self._failure is not None:
            raise self._failure

    async def _round(self, refreshing: bool) -> None:
        """Hand out turns until no more can be had: to stored pages and listings, or to whatever waits."""
        state = self.frontier.state
        self._refreshing = refreshing
        self._add(list(state.waiting.values()))
        while await self._hand_out():
            self._sync_now_and_then()

    def _add(self, entries: Iterable[Entry], first: bool = False) -> None:
        pages = self.frontier.state.pages
        for entry in entries:
            if not self._refreshing or not entry.is_page or entry.url in pages:
                self._slots.add(canonical.host_of(entry.url), entry, first)

    async def _stop(self) -> None:
        await self._in_flight.cancel()
        await self._origins.close()
        await self._resolver.close()
        self._writer.close()
        self.frontier.mark_synced()

    def _stop_for(self, failure: BaseException) -> None:
        self._failure = failure
        self._wake.set()

    async def _hand_out(self) -> bool:
        """Start every request that may start now, then wait for one to end or for the next turn; False at the end."""
        if self._is_over():
            return False
        self._wake.clear()
        room = self._budget()
        while self._in_flight.has_place(room):
            turn = self._slots.take(time.monotonic())
            if turn is None:
                break
            self._slots.hold(turn[0])
            task = asyncio.create_task(self._handle(*turn))
            self._in_flight.add(task)
            task.add_done_callback(self._ended)
        next_at = self._slots.next_ready_at()
        if not len(self._in_flight) and (room <= 0 or next_at is None):
            return False
        await self._wait_until(min(self._ends_at, self._in_flight.place_at(room, next_at)))
        return True

    async def _wait_until(self, moment: float) -> None:
        """Wait for a request to end, or for a moment of the monotonic clock."""
        timeout = None if moment == float("inf") else max(0.0, moment - time.monotonic())
        with contextlib.suppress(TimeoutError):  # the moment has come
            await (self._wake.wait() if timeout is None else asyncio.wait_for(self._wake.wait(), timeout))

    def _is_over(self) -> bool:
        return self._failure is not None or time.monotonic() >= self._ends_at

    def _budget(self) -> float:
        """How many requests may be in flight and still keep max_pages and the request budget."""
        if self._refreshing:
            return float("inf")
        outcomes = self.frontier.state.outcomes
        asked = sum(n for outcome, n in outcomes.items() if not outcome.startswith(REFUSED))
        return min(self.source.max_pages - outcomes[KEPT], self.source.request_budget - asked)

    def _room_of(self, host: str) -> float:
        """How many requests to one host may be in flight and still keep max_pages_per_host."""
        most = self.source.max_pages_per_host
        return most - self.frontier.state.kept_by_host[host] if most and not self._refreshing else float("inf")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
        self._wake.set()

    def _still_wanted(self, entry: Entry) -> bool:
        """Whether an entry may be asked for as far as is known; one that may not is refused here, without a turn."""
        if refusal := self._known_refusal(entry.url):
            self._refuse(entry, refusal)
            return False
        host = canonical.host_of(entry.url)
        if not entry.is_page and not self._refreshing and self._has_enough(host):
            self._slots.add(host, entry)  # pages first; it comes up again when they run low
            return False
        if not entry.is_page and self._listing_turn.locked():  # it would wait in a place that others could use
            self._slots.add(host, entry)
            self._slots.pause(host, time.monotonic() + LISTING_WAIT_S)
            return False
        return True

    def _has_enough(self, host: str) -> bool:
        return self.frontier.state.waiting_by_host[host] > ENOUGH_PER_PAGE * self.source.max_pages

    def _known_refusal(self, url: str) -> str:
        """Why a URL may not be asked for, as far as is known; "" when nothing speaks against it."""
        if self._opted_out(url):
            return OPTED_OUT
        left_alone = self._left_alone.get(canonical.host_of(url))
        if left_alone and left_alone[0] > time.monotonic():
            return left_alone[1]
        return self._origins.refusal(url)

    def _refuse(self, entry: Entry, reason: str) -> None:
        self._add(self.frontier.finish(entry, REFUSED + reason), first=True)

    async def _handle(self, host: str, entry: Entry) -> None:
        """Give one entry its turn: refuse it, learn of its site and put it back, or ask for it."""
        trouble, started = "", time.monotonic()
        departure = self._departure(host)
        try:
            if await self._may_ask(host, entry):
                trouble = await self._ask(host, entry, departure)
        except FetchFailed as error:
            trouble = "host_unreachable"
            self._add(self.frontier.finish(entry, f"fetch.{error.reason}"), first=True)
        finally:
            departure()
            failures = self._slots.release(host, started, time.monotonic(), bool(trouble))
            if trouble and failures >= MAX_IN_A_ROW[trouble]:
                self._leave_alone(host, LEFT_ALONE_S, trouble)

    def _departure(self, host: str) -> Callable[[], None]:
        """What to call when a request leaves; a second call says nothing."""
        gone = False

        def left() -> None:
            nonlocal gone
            if not gone:
                gone = True
                self._slots.left(host, time.monotonic())
                self._wake.set()

        return left

    def _leave_alone(self, host: str, for_s: float, reason: str) -> None:
        """Ask nothing more of a host for a while: what waits is refused, and so is what is found meanwhile."""
        until, earlier = self._left_alone.get(host, (0.0, ""))
        reason = earlier if until > time.monotonic() else reason
        self._left_alone[host] = (time.monotonic() + min(for_s, MAX_LEFT_ALONE_S), reason)
        for waiting in self._slots.drop(host):
            self._refuse(waiting, reason)

    async def _may_ask(self, host: str, entry: Entry) -> bool:
        """Whether the turn is left for the entry: it may be refused here, or the turn may go to a file of its site."""
        try:
            await self._resolver.admit(host)
        except PrivateAddress:
            self._refuse(entry, "private_address")
            self._leave_alone(host, LEFT_ALONE_S, "private_address")
            return False
        except OSError as error:
            raise FetchFailed("name_not_found") from error
        origin = canonical.origin_of(entry.url)
        if what := self._origins.unknown(origin):
            rules = await self._origins.learn(origin, what)
            if rules is not None and rules.delay_s > self.source.delay_s:
                self._slots.slow_down(host, rules.delay_s)
                self.frontier.remember_host(host, delay_s=rules.delay_s)
            self._slots.pause(host, time.monotonic() + self._slots.wait_s(host))
            if rules is not None and not rules.denied:
                self._add(reversed(self._outcomes.site_listings(origin, rules.sitemaps)), first=True)
            self._slots.add(host, entry, first=True)
            return False
        return self._still_wanted(entry)

    async def _ask_site_file(self, url: str) -> Response:
        await self._resolver.admit(canonical.host_of(url))
        return await fetch(self._session, url, MAX_BYTES, html_only=False, cut=True)

    async def _ask(self, host: str, entry: Entry, on_sent: Callable[[], None]) -> str:
        """Ask for an entry and record the outcome; what the host itself failed by, or ""."""
        started = time.monotonic()
        try:
            response = await self._fetched(entry, on_sent)
            if f"status_{response.status}" in BUSY:
                wait_s = retry_after_s(header(response, b"retry-after"))
                raise FetchFailed(f"status_{response.status}", transient=True, wait_s=wait_s)
        except PrivateAddress:
            self._refuse(entry, "private_address")
            return ""
        except FetchFailed as error:
            return self._failed(host, entry, error)
        self._slots.answered(host, time.monotonic() - started)
        self._add(await self._recorded(entry, response))
        return ""

    async def _fetched(self, entry: Entry, on_sent: Callable[[], None]) -> Response:
        if entry.is_page:
            headers = refresh.conditions(self.frontier.state.pages.get(entry.url))
            return await fetch(self._session, entry.url, self.source.max_page_bytes, headers=headers, on_sent=on_sent)
        async with self._listing_turn:
            limit = listings.MAX_BYTES
            return await fetch(self._session, entry.url, limit, html_only=False, cut=True, on_sent=on_sent)

    def _failed(self, host: str, entry: Entry, error: FetchFailed) -> str:
        """Ask later, or give the entry up; what the host itself failed by, or ""."""
        busy, now_s = error.reason in BUSY, time.monotonic()
        tries = BUSY_TRIES if busy and self.source.retries else self.source.retries
        if busy or error.reason in OVERLOADED:
            self._slots.troubled(host, now_s)
        if error.wait_s:
            self._slots.pause(host, now_s + min(error.wait_s, MAX_RETRY_AFTER_S))
            self.frontier.remember_host(host, busy_until=time.time() + error.wait_s)
        if error.transient and entry.tries < tries and error.wait_s <= MAX_RETRY_AFTER_S:
            self._slots.pause(host, now_s + min(MAX_WAIT_S, BACK_OFF_S * 2**entry.tries))
            self._slots.add(host, entry._replace(tries=entry.tries + 1))
        else:
            self._add(self.frontier.finish(entry, f"fetch.{error.reason}"), first=True)
        if error.wait_s > MAX_RETRY_AFTER_S:
            self._leave_alone(host, error.wait_s, "host_busy")
        return ("host_busy" if busy else "host_unreachable") if error.transient else ""

    async def _recorded(self, entry: Entry, response: Response) -> list[Entry]:
        """What a response leads to. Whatever a hostile page makes a parser do is one rejected page, never the crawl."""
        try:
            if entry.is_page:
                return self._outcomes.record(entry, response)
            return await self._outcomes.record_listing(entry, response)
        except HeadwaterError:
            raise
        except Exception:
            if entry.url not in self.frontier.state.waiting:
                raise  # its outcome is on record already: this is a bug of ours
            return self.frontier.finish(entry, "fetch.unparsable")

    def _sync_now_and_then(self) -> None:
        if time.monotonic() - self._synced_at > SYNC_INTERVAL_S:
            self._writer.sync()
            self.frontier.mark_synced()
            self._synced_at = time.monotonic()
