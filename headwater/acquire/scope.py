"""Where a crawl may go: the hosts of its seeds, the patterns of its source, and around traps.

In: links. Out: those to follow, and those that lead into a trap, each with the name of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from headwater.acquire import canonical, listings
from headwater.acquire.entries import FEED, SITEMAP, Entry
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.state import FAILED, State
from headwater.acquire.traps import Traps

Shut = list[tuple[str, str]]


class Scope:
    """The bounds of a source, over what is known of the crawl so far."""

    def __init__(self, source: CrawlSource, state: State) -> None:
        self._source, self._state = source, state
        self._include = [re.compile(p) for p in source.include]
        self._exclude = [re.compile(p) for p in source.exclude]
        self._traps = Traps()
        for url in (*state.pages, *state.waiting):  # what was let in before counts, in about the order it was found
            self._traps.reason(url, 0)

    def wanted(self, urls: Iterable[str], depth: int) -> tuple[list[Entry], Shut]:
        """The links to follow, and those that lead into a trap."""
        found: list[Entry] = []
        shut: Shut = []
        knows, too_deep = self._state.knows, depth > self._source.max_depth
        if too_deep and not self._source.max_depth:
            return [], []  # the seeds alone were asked for
        for url in urls:
            if knows(url) or not self.allows(url):
                continue
            if too_deep:
                shut.append((url, "too_deep"))
            elif reason := self._traps.reason(url, depth):
                shut.append((url, reason))
            else:
                found.append(Entry(url, depth))
        return found, shut

    def listings(self, kind: str, urls: Iterable[str], depth: int, hops: int = 0) -> list[Entry]:
        """Sitemaps or feeds to ask for, as many as a host may have of them.

        A sitemap may lie on another host: the robots.txt or the index that names it vouches for it.
        """
        if not (self._source.feeds if kind == FEED else self._source.sitemaps) or depth >= self._source.max_depth:
            return []
        found: list[Entry] = []
        asked: dict[str, int] = {}
        for url in urls:
            host = canonical.host_of(url)
            asked.setdefault(host, self._state.listings_by_host[kind + host])
            may = kind == SITEMAP or self.holds(url)
            if may and asked[host] < listings.MAX_PER_HOST[kind] and not self._state.knows(url):
                asked[host] += 1
                found.append(Entry(url, depth, hops, kind=kind))
        return found

    def may_step_back(self, entry: Entry, target: str) -> bool:
        """Whether a page may step back for the address that it calls canonical.

        It may for one of its own host that could be asked for and, by all that is known, holds a page.
        """
        state, most = self._state, self._source.max_redirects + 1
        if target == entry.url or target in state.mistaken:
            return False
        if canonical.host_of(target) != canonical.host_of(entry.url) or not self.holds(target):
            return False
        if not entry.seed and not self.allows(target):
            return False
        if state.leads_back(entry.url, target, most) or state.fate(state.end_of(target, most)) == FAILED:
            return False
        return state.knows(target) or not self._traps.reason(target, entry.depth)

    def holds(self, url: str) -> bool:
        """Whether a URL is of a site to crawl."""
        return not self._source.same_site or canonical.netloc_of(url) in self._state.sites

    def allows(self, url: str) -> bool:
        """Whether a URL is of a site to crawl and fits the patterns of the source."""
        if self._source.same_site and canonical.netloc_of(url) not in self._state.sites:
            return False
        if self._include and not any(p.search(url) for p in self._include):
            return False
        return not any(p.search(url) for p in self._exclude)
