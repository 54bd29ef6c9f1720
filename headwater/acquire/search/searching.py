"""One run over the queries: each asked of each provider, page by page, until enough is found or the budget is spent.

In: queries, and a log that may hold pages of some. Out: the log, longer; what was answered, what failed and why. A
provider that answers no query is asked no further one. No key goes into the log or into a message.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from headwater import storage
from headwater.acquire.search import log as logs
from headwater.acquire.search.asking import Asker, Spent
from headwater.acquire.search.registry import PROVIDERS
from headwater.acquire.search.results import Provider, Refused, Result, ResultPage
from headwater.acquire.search.turns import Turns
from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

MAX_PAGES = 1000  # of one query
# what changes the answers of a service; a search goes on with what was found under the same
ASKED_BY = (
    "site", "template", "language", "country", "freshness", "within", "crawls", "since", "until", "mime",
)  # fmt: skip


def key_for(source: SearchSource, provider: str, query: str) -> str:
    """What a query's pages are kept under."""
    told = {name: getattr(source, name) for name in ASKED_BY}
    return storage.value_digest({**told, "provider": provider, "query": query})[:32]


class Search:
    """One run over the queries."""

    def __init__(
        self,
        folder: Path,
        source: SearchSource,
        queries: list[str],
        keys: list[str],
        log: logs.SearchLog,
        report: Reporter,
    ) -> None:
        self.folder, self.source, self.queries, self.log, self.report = folder, source, queries, log, report
        self.keys = keys  # secrets that go into no file and no message
        self._begin()

    def _begin(self) -> None:
        self.failed: Counter[str] = Counter()
        self.told: dict[str, str] = {}
        self.stopped = ""
        self.closed: dict[str, Refused] = {}  # providers that answer no query
        self.answered = 0

    async def run(self) -> None:
        """Ask every query of every provider, but for what the log holds. Raises LookFirst."""
        from headwater.acquire.fetch import open_session
        from headwater.acquire.resolver import CheckedResolver

        self._begin()
        resolver, turns = CheckedResolver(self.source.allow_private), Turns(self.log)
        askers = []
        async with open_session(self.source.crawl(()), resolver) as session:
            providers: dict[str, Provider] = {}
            for name in self.source.providers:
                askers.append(Asker(name, self.source, self.log, turns, session, resolver))
                providers[name] = make(name, self.source, askers[-1], self.folder, self.report)
            try:
                with self.report.bar("search", len(self.queries) * len(providers), "queries") as bar:
                    for query in self.queries:
                        for name, provider in providers.items():
                            await self._query(name, provider, query)
                            bar.advance(1)
            except Spent as spent:
                self.stopped = spent.what
                self.report.say(f"stopped at {spent.what}; with a larger one the same command goes on")
            finally:
                for asker in askers:
                    await asker.close()
                await resolver.close()

    async def _query(self, name: str, provider: Provider, query: str) -> None:
        """Ask a provider for all pages of a query that are wanted and not in the log."""
        key = key_for(self.source, name, query)
        try:
            if refused := self.closed.get(name):
                raise refused
            while (cursor := self._next(key)) is not None:
                page = await provider.page(query, cursor)
                self.log.add_page(key, self._new_only(key, page))
                if provider.name != name and self.log.chosen.get(key) != provider.name:
                    self.log.choose(key, provider.name)
            self.answered += 1
        except Refused as refused:
            self.answered += key in self.log.pages
            self.failed[refused.reason] += 1
            told = self._shown(refused.message or refused.reason)
            self.told.setdefault(refused.reason, f"{name}: {told}")
            if refused.fatal and name not in self.closed:
                self.closed[name] = refused
                self.report.say(f"{name} answers no more: {told}")

    def _next(self, key: str) -> str | None:
        """What brings the next page of a query that is wanted; None where it has all that it needs."""
        pages = self.log.pages.get(key, [])
        if not pages:
            return ""
        enough = sum(bool(item.url) for page in pages for item in page.results) >= self.source.num_results
        return None if enough or len(pages) >= MAX_PAGES else pages[-1].next_cursor or None

    def _new_only(self, key: str, page: ResultPage) -> ResultPage:
        """A page without what earlier pages had. One that adds nothing, or leads back, is the last."""
        earlier = self.log.pages.get(key, [])
        known = {item.url for old in earlier for item in old.results}
        fresh: dict[str, Result] = {}
        for number, item in enumerate(page.results):
            if not item.url or item.url not in known:
                fresh.setdefault(item.url or f"{number}", item)
        leads_back = page.next_cursor in {old.next_cursor for old in earlier}
        ends = leads_back or not (fresh or page.counted)
        results = tuple(self._without_keys(item) for item in fresh.values())
        return replace(page, results=results, next_cursor="" if ends else page.next_cursor)

    def _without_keys(self, item: Result) -> Result:
        """A result as it may be kept: a service may echo a key, which goes into no file."""
        if not self.keys:
            return item
        holds = any(key in text for key in self.keys for text in (item.url, unquote(item.url)))
        url = "" if holds else item.url
        return replace(item, url=url, title=self._shown(item.title), snippet=self._shown(item.snippet))

    def _shown(self, text: str) -> str:
        for key in self.keys:
            text = text.replace(key, "***")
        return text

    def figures(self) -> dict[str, Any]:
        return {
            "queries": len(self.queries),
            "answered": self.answered,
            "failed": dict(sorted(self.failed.items())),
            "messages": dict(sorted(self.told.items())),
            "requests": dict(sorted(self.log.requests.items())),
            "cost": round(self.log.cost, 6),
            "stopped": self.stopped,
        }

    def failure(self) -> HeadwaterError:
        reason, count = self.failed.most_common(1)[0]
        mend = "try again later; the same command goes on from here"
        if reason == "search.private_address":
            mend = "allow private addresses (allow_private: true, or --allow-private) if the service is your own"
        elif reason == "search.no_such_service":
            mend = "try another provider, such as template with the address of the site's search page, or sitemap"
        elif reason.startswith("robots."):
            mend = "the site does not want its search asked by programs; try the provider sitemap"
        elif reason == "search.forbidden":
            mend = "check the key and what it is good for"
        told = f"no query was answered: {self.told[reason]} ({reason}, {count})"
        return HeadwaterError("service_unreachable", told, where=self.source.provider, mend=mend)


def make(name: str, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> Provider:
    """The client of a provider."""
    module, _, attribute = PROVIDERS[name].partition(":")
    return getattr(import_module(module), attribute)(source, asker, folder, report)
