"""Asking services within their limits and ours: pace, further tries, requests and money.

In: an address, and a function that reads the reply. Out: what it reads. Requests to one host keep its pace, also
across restarts, for the log knows when the last one was; a wait that a service asks for is kept; a request beyond
the budget raises Spent, which ends the search where it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from headwater.acquire.backoff import MAX_RETRY_AFTER_S, retry_after_s
from headwater.acquire.canonical import canonical, origin_of
from headwater.acquire.fetch import FetchFailed, Response
from headwater.acquire.optout import OptOut
from headwater.acquire.resolver import CheckedResolver
from headwater.acquire.robots import MAX_BYTES, Robots
from headwater.acquire.search.exchange import Reply, admit, exchange, host_of, shown
from headwater.acquire.search.log import SearchLog
from headwater.acquire.search.registry import TERMS
from headwater.acquire.search.results import Refused
from headwater.acquire.search.turns import Turns
from headwater.acquire.sources.search import SearchSource

if TYPE_CHECKING:
    import aiohttp

MAX_ANSWER_BYTES = 8 << 20
BACK_OFF_S = 1.0
MAX_BACK_OFF_S = 30.0
# the service may have answered, and counts the request
PERHAPS_CHARGED = ("search.timeout", "search.disconnected", "search.too_large", "search.broken_body")
JSON = {"Accept": "application/json"}
T = TypeVar("T")


class Spent(Exception):
    """The budget is used up: `max_requests` or `max_cost`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Asker:
    """Asks for one provider. All askers of a run share the session, the turns, and by the log the budget.

    `budget`: whether requests count, as those to search services do.
    """

    def __init__(
        self,
        provider: str,
        source: SearchSource,
        log: SearchLog,
        turns: Turns,
        session: aiohttp.ClientSession,
        resolver: CheckedResolver,
        budget: bool = True,
    ) -> None:
        self._budget = budget
        self.provider, self.source, self.log, self._turns = provider, source, log, turns
        self._session, self._resolver = session, resolver
        self._robots = Robots(self._ask_robots, source.user_agent)
        self._opted_out = OptOut.load(*source.opt_out).matches if source.opt_out else lambda url: False
        self._least_delay_s = 0.0  # asked for by a robots.txt
        self._silent: dict[str, Refused] = {}  # origins whose robots.txt could not be asked for

    async def ask(
        self,
        url: str,
        read: Callable[[Reply], T],
        *,
        headers: Mapping[str, str] | None = None,
        keyed: bool = False,
        as_robot: bool = False,
        limit_bytes: int = MAX_ANSWER_BYTES,
        raw: bool = False,
    ) -> T:
        """Ask, and give what `read` makes of the reply; both may raise Refused, and are tried again where it says so.

        `keyed`: the headers hold a key. `as_robot`: the address is meant for people, so that robots.txt decides.
        `raw`: the body as it was sent, a longer one cut. Raises Refused or Spent.
        """
        host = host_of(url)
        if self._opted_out(canonical(url) or url):
            raise Refused("opt_out", f"{shown(url)} is on a list of what is never to be asked for", fatal=True)
        if as_robot:
            await self._check_robots(url)
        tries = 0
        while True:
            try:
                return read(await self._once(url, host, headers or {}, keyed, limit_bytes, raw))
            except Refused as refused:
                self._note_rest(host, refused)
                if not refused.again or tries >= self.source.retries or refused.wait_s > MAX_RETRY_AFTER_S:
                    raise
                tries += 1
                await asyncio.sleep(min(MAX_BACK_OFF_S, BACK_OFF_S * 2 ** (tries - 1)) if not refused.wait_s else 0.0)

    async def _once(
        self, url: str, host: str, headers: Mapping[str, str], keyed: bool, limit_bytes: int, raw: bool
    ) -> Reply:
        await self._turn(host)
        cost = self._price(url)
        number = self._reserve(host, cost)
        try:
            reply = await exchange(self._session, self._resolver, url, limit_bytes, headers, follow=not keyed, raw=raw)
        except Refused as refused:
            if refused.reason not in PERHAPS_CHARGED:
                self._settle(number, 0.0)  # nothing reached the service
            raise
        self._settle(number, cost if reply.status == 200 else 0.0)
        return reply

    def _settle(self, number: int, cost: float) -> None:
        if number >= 0:
            self.log.settle(number, cost)

    def _reserve(self, host: str, cost: float) -> int:
        """Count a request before it is sent; its number, -1 where requests do not count. Raises Spent."""
        if not self._budget:
            return -1
        most, source = self.source.max_requests, self.source
        if most and self.log.num_requests >= most:
            raise Spent("max_requests")
        if source.max_cost and self.log.cost + cost > source.max_cost + 1e-9:
            raise Spent("max_cost")
        return self.log.begin(self.provider, host, time.time(), cost)

    def _price(self, url: str) -> float:
        if self.source.cost_per_request >= 0:
            return self.source.cost_per_request
        terms = TERMS.get(self.provider)
        return terms.cost if terms and url.startswith(terms.address) else 0.0

    async def _turn(self, host: str) -> None:
        """Wait until the host may be asked. Raises Refused where it asked for a wait that is too long to sit out."""
        rest_s = self._turns.rest_s(host)
        if rest_s > MAX_RETRY_AFTER_S:
            told = f"{host} asked to wait, {rest_s:.0f} s more"
            raise Refused("search.rate_limited", told, fatal=True)
        terms = TERMS.get(self.provider)
        own_s = terms.least_delay_s if terms and host_of(terms.address) == host else 0.0
        await self._turns.wait(host, max(self.source.delay_s, own_s, self._least_delay_s))
        self._turns.asked(host)

    def _note_rest(self, host: str, refused: Refused) -> None:
        if refused.wait_s > 0:
            self._turns.rest(host, refused.wait_s)

    async def _check_robots(self, url: str) -> None:
        address = canonical(url)
        if address is None:
            raise Refused("search.bad_address", f"{shown(url)} is no address")
        await admit(self._resolver, url)
        origin = origin_of(address)
        rules = self._robots.known(origin) or await self._robots.learn(origin)
        if denied := rules.refusal(address, self._robots.agent):
            if denied == "robots.unreachable" and origin in self._silent:
                raise self._silent[origin]
            told = "does not answer" if denied == "robots.unreachable" else "does not let crawlers ask here"
            raise Refused(denied, f"the robots.txt of {origin} {told}", again=False)
        self._least_delay_s = max(self._least_delay_s, rules.delay_s)

    async def _ask_robots(self, url: str) -> Response:
        try:
            host = host_of(url)
            await self._turn(host)
            self._reserve(host, 0.0)
            reply = await exchange(self._session, self._resolver, url, MAX_BYTES, {}, follow=True)
        except Refused as refused:
            self._silent[url.removesuffix("/robots.txt")] = refused
            raise FetchFailed(refused.reason, transient=refused.again) from refused
        return Response(
            url=url, status=reply.status, phrase="", headers=(), content_type=reply.content_type,
            charset=reply.charset, location="", address="", body=reply.body,
        )  # fmt: skip

    async def close(self) -> None:
        await self._robots.close()


def answered(reply: Reply, told: str = "") -> Reply:
    """A reply of status 200. Raises Refused for any other, with what the status means and the wait it asks for."""
    if reply.status == 200:
        return reply
    wait_s = retry_after_s(reply.header("retry-after"))
    said = told or f"{shown(reply.url)} answers {reply.status}"
    if reply.status == 429:
        raise Refused("search.rate_limited", said, again=True, fatal=wait_s > MAX_RETRY_AFTER_S, wait_s=wait_s)
    if reply.status in (408, 425) or reply.status >= 500:
        raise Refused("search.busy", said, again=True, wait_s=wait_s)
    if reply.status in (401, 402, 403, 407, 451):
        raise Refused("search.forbidden", said, fatal=True)
    raise Refused(f"search.status_{reply.status}", said)
