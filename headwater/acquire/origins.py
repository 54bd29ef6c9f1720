"""What an origin says of itself before any page is asked for: robots.txt, and its reservation of text mining.

In: origins, and a way to ask. Out: whether a URL may be asked for; the sitemaps that the origin names. Both files
are asked for once, each at a turn of its own, so that they too keep to the host's pace, and kept until they expire.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from headwater.acquire import canonical
from headwater.acquire.addresses import PrivateAddress
from headwater.acquire.fetch import FetchFailed, Response
from headwater.acquire.robots import Robots, Rules

if TYPE_CHECKING:
    from headwater.acquire.tdm import Policy

ROBOTS = "robots"
TDMREP = "tdmrep"
TDMREP_PATH = "/.well-known/tdmrep.json"
KEEP_S = 3600.0
MAX_KEPT = 10_000


class Origins:
    """`ask(url)` fetches one file of an origin; `count(what)` is called for each one asked for."""

    def __init__(
        self,
        ask: Callable[[str], Awaitable[Response]],
        user_agent: str,
        honour_tdm: bool,
        count: Callable[[str], None],
    ) -> None:
        self._ask, self._honour_tdm, self._count = ask, honour_tdm, count
        self._robots = Robots(self._ask_robots, user_agent)
        self._down: set[str] = set()  # origins that refused the connection
        self._policies: dict[str, tuple[float, Policy | None]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    def unknown(self, origin: str) -> str:
        """What is still to be asked of an origin before its pages: ROBOTS, TDMREP, or nothing ("")."""
        rules = self._robots.known(origin)
        if rules is None:
            return ROBOTS
        if not self._honour_tdm or rules.refusal(origin + TDMREP_PATH, self._robots.agent):
            return ""
        known = self._policies.get(origin)
        return "" if known and known[0] > time.monotonic() else TDMREP

    async def learn(self, origin: str, what: str) -> Rules | None:
        """Ask an origin for one of its files, or wait for that; its rules, where they are what was asked for."""
        if what == ROBOTS:
            return await self._robots.learn(origin)
        if origin not in self._asking:
            self._asking[origin] = asyncio.create_task(self._learn_policy(origin))
        await asyncio.shield(self._asking[origin])
        return None

    def refusal(self, url: str) -> str:
        """Why a URL may not be asked for, as far as is known; "" when nothing speaks against it."""
        origin = canonical.origin_of(url)
        rules = self._robots.known(origin)
        if rules is None:
            return ""
        if denied := rules.refusal(url, self._robots.agent):
            return "host_unreachable" if denied == "robots.unreachable" and origin in self._down else denied
        known = self._policies.get(origin)
        if known and known[1] is not None and known[1].reserved(url[len(origin) :]):
            return "tdm.reserved"
        return ""

    async def close(self) -> None:
        """Give up the requests under way."""
        await self._robots.close()
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask_robots(self, url: str) -> Response:
        origin = canonical.origin_of(url)
        self._count(ROBOTS)
        try:
            response = await self._ask(url)
        except FetchFailed as error:
            if error.reason == "host_unreachable":
                self._down.add(origin)
            raise
        self._down.discard(origin)
        return response

    async def _learn_policy(self, origin: str) -> None:
        """A policy that cannot be had or read reserves nothing; each page may still say so for itself."""
        policy = None
        try:
            self._count(TDMREP)
            response = await self._ask(origin + TDMREP_PATH)
            if response.status == 200:
                from headwater.acquire import tdm

                policy = tdm.read(response.body)
        except (FetchFailed, PrivateAddress, ValueError):
            policy = None
        finally:
            del self._asking[origin]
        if len(self._policies) >= MAX_KEPT:
            self._policies.clear()
        self._policies[origin] = (time.monotonic() + KEEP_S, policy)
