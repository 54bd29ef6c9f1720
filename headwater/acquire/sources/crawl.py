"""The source `crawl`: websites to fetch pages from.

In: recipe values, their types already checked. Out: a frozen source whose `check` names what types cannot say.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from headwater.acquire.sources.fields import Problems, address_problem, pattern_problem
from headwater.pipeline.option import option

USER_AGENT = "headwater/0.1 (polite research crawler)"
CONTACT_VARIABLE = "HEADWATER_CONTACT"


@dataclass(frozen=True, kw_only=True)
class CrawlSource:
    """Pages fetched from the web, breadth first from the seeds."""

    seeds: tuple[str, ...] = option((), "addresses to begin at, http or https")
    max_pages: int = option(400, "pages to keep", "pages")
    max_requests: int = option(0, "requests to make at most; 0: ten times max_pages, and 100", "requests")
    max_depth: int = option(1000, "links to follow from a seed; 0: the seeds alone", "links")
    max_pages_per_host: int = option(0, "pages to keep of one host; 0: no limit of its own", "pages")
    max_seconds: float = option(0.0, "time for one run of the crawl, which goes on when run again; 0: any", "seconds")
    include: tuple[str, ...] = option((), "regular expressions; a link must match one of them, where any are given")
    exclude: tuple[str, ...] = option((), "regular expressions; a link that matches one is not followed")
    same_site: bool = option(True, "stay on the hosts of the seeds (and where a seed itself redirects to)")
    sitemaps: bool = option(True, "also ask for the sites' sitemaps, and follow what they list")
    feeds: bool = option(True, "also ask for the feeds (RSS, Atom) that pages name, and follow what they list")
    refresh_after_s: float = option(
        0.0, "crawled again, ask anew for pages not looked at for so long; 0: never", "seconds"
    )
    opt_out: tuple[str, ...] = option((), "files that list hosts and URL prefixes never to be asked for, one a line")
    honour_tdm: bool = option(True, "leave out what its owner reserves from text and data mining (TDMRep)")
    allow_private: bool = option(False, "also fetch from this machine and from private networks")
    delay_s: float = option(1.0, "least time between two requests to one host; robots.txt may ask for more", "seconds")
    concurrency: int = option(16, "requests in flight in all; as many again may stall", "requests")
    per_host: int = option(2, "requests in flight to one host", "requests")
    timeout_s: float = option(30.0, "time for one request, from connecting to the last byte", "seconds")
    retries: int = option(1, "further tries after a timeout, a dropped connection or a busy server", "tries")
    max_page_bytes: int = option(8 << 20, "a larger page is passed over, as sent and as expanded", "bytes")
    max_redirects: int = option(5, "redirects to follow in a row", "redirects")
    user_agent: str = option(USER_AGENT, "how the crawler names itself; robots.txt is read for its first word")
    contact: str = option("", f"mail or web address for site owners, in the user agent; empty: ${CONTACT_VARIABLE}")
    kind: Literal["general", "specific", "instruct"] = option("specific", "kind of every document")
    domain: str = option("", "domain of every document; empty: general")
    lang: str = option("", "language of every document; empty: found out later")
    license: str = option("", "licence of every document")
    source: str = option("", "name of the source; empty: the host of each page")

    def check(self) -> Problems:
        problems = [("seeds", "name at least one address")] if not self.seeds else []
        for index, seed in enumerate(self.seeds):
            if message := address_problem(seed):
                problems.append((f"seeds.{index}", message))
        for name in ("include", "exclude"):
            for index, pattern in enumerate(getattr(self, name)):
                problems += pattern_problem(f"{name}.{index}", pattern)
        for name in ("max_pages", "concurrency", "per_host", "max_page_bytes"):
            if getattr(self, name) < 1:
                problems.append((name, "must be at least 1"))
        for name in (
            "max_requests", "max_depth", "max_pages_per_host", "max_seconds", "refresh_after_s", "delay_s", "retries",
            "max_redirects",
        ):  # fmt: skip
            if not getattr(self, name) >= 0:
                problems.append((name, "must not be negative"))
        if not 0 < self.timeout_s < float("inf"):
            problems.append(("timeout_s", "must be more than 0"))
        if not re.match(r"[A-Za-z0-9_.-]+", self.user_agent) or not self.user_agent.isprintable():
            problems.append(("user_agent", "must begin with a word, such as `mycrawler/1.0`"))
        if not re.fullmatch(r"[!-'*-~]*[@:][!-'*-~]+", self.known_contact or "a@b"):
            problems.append(("contact", f"{self.known_contact!r} is no mail or web address"))
        return problems

    @property
    def known_contact(self) -> str:
        return self.contact or os.environ.get(CONTACT_VARIABLE, "")

    @property
    def named_agent(self) -> str:
        """The user agent as it is sent, with the contact where there is one."""
        return f"{self.user_agent} (+{self.known_contact})" if self.known_contact else self.user_agent

    @property
    def request_budget(self) -> int:
        return self.max_requests or 10 * self.max_pages + 100
