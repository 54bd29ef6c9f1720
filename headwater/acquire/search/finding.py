"""A search from queries to results: every query to every provider, page by page, until enough is found.

In: a SearchSource and a folder. Out: `results.jsonl`, a row a result in the order of queries, providers and ranks,
each URL once; `search.json`, what was asked, what failed and why. What the log of the folder holds is not asked
again; a query that failed is, when the same search is run again.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from headwater import storage
from headwater.acquire.search import log as logs
from headwater.acquire.search.asking import Asker, Spent
from headwater.acquire.search.expand import queries_of
from headwater.acquire.search.registry import PROVIDERS, key_of
from headwater.acquire.search.results import Provider, Refused, Result, ResultPage
from headwater.acquire.search.sifting import Sieve
from headwater.acquire.search.turns import Turns
from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

RESULTS = "results.jsonl"
REPORT = "search.json"
MAX_PAGES = 1000  # of one query
# what changes the answers of a service; a search goes on with what was found under the same
ASKED_BY = (
    "site", "template", "language", "country", "freshness", "within", "crawls", "since", "until", "mime",
)  # fmt: skip
Row = dict[str, Any]


def find(folder: Path, source: SearchSource, report: Reporter) -> dict[str, Any]:
    """Search into a folder, or go on with a search there; the report.

    Raises HeadwaterError service_unreachable when no query was answered, arguments, in_use or a disk's failure.
    """
    keys = [key for name in source.providers if (key := key_of(name))]
    queries = queries_of(source)
    with logs.opened(folder) as log:
        _check_folder(folder, source, queries, log)
        search = _Search(folder, source, queries, keys, log, report)
        asyncio.run(search.run())
        found = _rows(source, queries, log, Sieve(source))
        rows = list(found[0])
        value = search.figures() | {"results": len(rows), "rejected": dict(sorted(found[1].items()))}
        with storage.open_atomic(folder / RESULTS) as handle:
            handle.writelines(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n" for row in rows)
        storage.write_json(folder / REPORT, value)
    if not rows and search.failed and not value["answered"]:
        raise search.failure()
    return value


def read_results(folder: Path) -> Iterator[Row]:
    """The rows of `results.jsonl`."""
    return storage.read_rows(folder / RESULTS)


def key_for(source: SearchSource, provider: str, query: str) -> str:
    """What a query's pages are kept under."""
    told = {name: getattr(source, name) for name in ASKED_BY}
    return storage.value_digest({**told, "provider": provider, "query": query})[:32]


def _check_folder(folder: Path, source: SearchSource, queries: list[str], log: logs.SearchLog) -> None:
    known = any(key_for(source, name, query) in log.pages for name in source.providers for query in queries)
    if log.pages and not known and (folder / RESULTS).exists():
        raise HeadwaterError(
            "arguments",
            "holds a search for something else",
            where=str(folder),
            mend="give this search a folder of its own, or name the earlier queries too, to widen that one",
        )


def _rows(
    source: SearchSource, queries: list[str], log: logs.SearchLog, sieve: Sieve
) -> tuple[Iterator[Row], Counter[str]]:
    """The results of all queries that the log holds, sifted; and the count of those left out by reason."""

    def found() -> Iterator[Row]:
        for query in queries:
            for provider in source.providers:
                key = key_for(source, provider, query)
                name = log.chosen.get(key, provider)
                results = [item for page in log.pages.get(key, ()) for item in page.results]
                for rank, item in enumerate(results[: source.max_results], 1):
                    if row := sieve.row(item, {"query": query, "provider": name, "rank": rank}):
                        yield row

    return found(), sieve.rejected


class _Search:
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
        self.failed: Counter[str] = Counter()
        self.told: dict[str, str] = {}
        self.stopped = ""
        self.closed: dict[str, Refused] = {}  # providers that answer no query
        self.answered = 0

    async def run(self) -> None:
        from headwater.acquire.fetch import open_session
        from headwater.acquire.resolver import CheckedResolver

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
        enough = sum(len(page.results) for page in pages) >= self.source.max_results
        return None if enough or len(pages) >= MAX_PAGES else pages[-1].next_cursor or None

    def _new_only(self, key: str, page: ResultPage) -> ResultPage:
        """A page without what earlier pages had. One that adds nothing, or leads back, is the last."""
        earlier = self.log.pages.get(key, [])
        known = {item.url for old in earlier for item in old.results}
        fresh: dict[str, Result] = {}
        for item in page.results:
            if item.url not in known:
                fresh.setdefault(item.url, item)
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
