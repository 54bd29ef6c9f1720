"""robots.txt: what a site lets us ask for, and how often.

In: an origin. Out: Rules, kept until they expire. A verdict per outcome: 2xx the file's own rules, 4xx no
rules, everything else (5xx, 429, no answer, too many redirects) deny, and ask again later.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from headwater.acquire import canonical
from headwater.acquire.charset import BOMS
from headwater.acquire.fetch import FetchFailed, Response

if TYPE_CHECKING:
    from protego import Protego

KEEP_S = 3600.0
KEEP_DENIAL_S = 300.0
MAX_BYTES = 500 << 10
MAX_REDIRECTS = 5
MAX_DELAY_S = 120.0  # a site that asks for longer waits is left alone
MAX_KEPT = 10_000
NUM_TRIES = 2
RETRY_S = 1.0
REDIRECTS = (301, 302, 303, 307, 308)
MAX_SITEMAPS = 500
NOBODY = "another-robot"
_AGENT_LINE = re.compile(r"user[ -]?agent\s*(?::|\s)\s*(.*)$", re.IGNORECASE)
_TOKEN = re.compile(r"\*$|[A-Za-z0-9_.-]+")
_RULE_LINE = re.compile(
    r"(?:allow|diss?all?ow|diasllow|disallaw|sitemaps?|site-map|crawl[ -]delay|request[ -]rate|visit[ -]time)[\s:]",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`parsed` None means: no rules, or with `denied` nothing allowed, for that reason. `sitemaps` are absolute."""

    expires_at: float
    parsed: Protego | None = None
    denied: str = ""
    delay_s: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def refusal(self, url: str, agent: str) -> str | None:
        """Why the URL may not be asked for, or None when it may."""
        if self.denied:
            return self.denied
        if self.parsed is not None and not self.parsed.can_fetch(url, agent):
            return "robots.forbidden"
        return None


class Robots:
    """The rules of every origin met, one fetch in flight an origin."""

    def __init__(self, ask: Callable[[str], Awaitable[Response]], user_agent: str) -> None:
        match = re.match(r"[A-Za-z0-9_.-]+", user_agent)
        self.agent = match.group(0) if match else user_agent
        self._ask = ask
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Task[Rules]] = {}

    def known(self, origin: str) -> Rules | None:
        """The rules of an origin, if they are here and have not expired."""
        rules = self._rules.get(origin)
        return rules if rules and rules.expires_at > time.monotonic() else None

    async def learn(self, origin: str) -> Rules:
        """Fetch the rules of an origin, or wait for the fetch already under way."""
        if origin not in self._asking:
            self._asking[origin] = asyncio.create_task(self._learn(origin))
        return await asyncio.shield(self._asking[origin])

    async def close(self) -> None:
        """Give up the fetches under way."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _learn(self, origin: str) -> Rules:
        try:
            for attempt in range(NUM_TRIES):
                rules = await self._fetched(f"{origin}/robots.txt")
                if rules.denied != "robots.unreachable" or attempt == NUM_TRIES - 1:
                    break
                await asyncio.sleep(RETRY_S)
            if len(self._rules) >= MAX_KEPT:
                self._rules.clear()
            self._rules[origin] = rules
            return rules
        finally:
            del self._asking[origin]

    async def _fetched(self, url: str) -> Rules:
        now = time.monotonic()
        unreachable = Rules(expires_at=now + KEEP_DENIAL_S, denied="robots.unreachable")
        for _ in range(MAX_REDIRECTS + 1):
            try:
                response = await self._ask(url)
            except (FetchFailed, OSError):  # a private address among them
                return unreachable
            if response.status in REDIRECTS:
                target = canonical.target(url, response.location)
                if target is None:
                    return unreachable
                url = target
                continue
            if 200 <= response.status < 300:
                return read_rules(response.body, self.agent, now, url)
            if 400 <= response.status < 500 and response.status != 429:
                return Rules(expires_at=now + KEEP_S)
            return unreachable
        return unreachable


def read_rules(data: bytes, agent: str, now: float, url: str = "") -> Rules:
    """The rules in the first 500 KiB of a robots.txt; a web page in its place holds none.

    `url`: where the file lies, for sitemaps named by their path alone.
    """
    from protego import Protego

    text = _text(data)
    if text.lstrip()[:64].lower().startswith(("<!doctype", "<html", "<head", "<body", "<?xml")):
        return Rules(expires_at=now + KEEP_S)
    parsed = Protego.parse(_for_agent(text, agent))
    sitemaps = _sitemaps(parsed.sitemaps, url)
    delay_s = parsed.crawl_delay(agent) or 0.0
    if rate := parsed.request_rate(agent):
        delay_s = max(delay_s, rate.seconds / rate.requests)
    if delay_s > MAX_DELAY_S:
        return Rules(expires_at=now + KEEP_S, denied="robots.delay_too_long", sitemaps=sitemaps)
    return Rules(expires_at=now + KEEP_S, parsed=parsed, delay_s=delay_s, sitemaps=sitemaps)


def _text(data: bytes) -> str:
    """The lines that count. The last one is dropped where the limit cuts it: `/private` must not become `/`."""
    if len(data) >= MAX_BYTES:
        data = data[:MAX_BYTES]
        data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1]
    charset = next((name for mark, name in BOMS if data.startswith(mark)), "utf-8")
    return data.decode(charset, "replace").lstrip("\ufeff")


def _for_agent(text: str, agent: str) -> str:
    """The file with the names of agents resolved: ours where one means us, else one that is nobody's.

    A name means us where its first word is our product token, whatever its capitals (RFC 9309, 2.2.1); one that is
    only the beginning of ours does not. Lines of no known kind go, for they would part the names of a group.
    """
    lines: list[str] = []
    for line in text.splitlines():
        directive = line.partition("#")[0].strip()
        if not directive:
            continue
        match = _AGENT_LINE.match(directive)
        if match:
            token = _TOKEN.match(match.group(1))
            named = token.group(0) if token else ""
            lines.append(
                f"User-agent: {named if named == '*' else agent if named.lower() == agent.lower() else NOBODY}"
            )
        elif _RULE_LINE.match(directive):
            lines.append(directive)
    return "\n".join(lines)


def _sitemaps(named: Iterable[str], url: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in islice(named, MAX_SITEMAPS):
        if target := canonical.join(url, name) if url else canonical.canonical(name):
            found[target] = None
    return tuple(found)
