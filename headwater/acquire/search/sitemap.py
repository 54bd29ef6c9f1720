"""A site without a search: its own pages looked through for the query.

In: a site. Out: those of its pages that match, best first. The pages are what its sitemaps list, and what its front
page leads to where it has none: a crawl, with all its politeness and bounds, kept below `.search/` of the folder and
gone on with after a kill. It is made once, for all queries.
"""

from __future__ import annotations

from pathlib import Path

from headwater import storage
from headwater.acquire.search.asking import Asker
from headwater.acquire.search.matching import Index, snippet
from headwater.acquire.search.optedout import opted_out
from headwater.acquire.search.results import Refused, Result, ResultPage, result
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

DEPTH = 3  # links to follow from the front page


class Sitemap:
    """One site's pages. There is one page of results."""

    name = "sitemap"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._report = source, report
        digest = storage.value_digest(source.address)[:8]
        self._folder = folder / ".search" / f"site-{digest}"
        self._index = Index()
        self._pages: list[tuple[str, str, str]] | None = None  # address, title, text

    async def prepare(self) -> None:
        """Any site can be looked through."""

    async def page(self, query: str, cursor: str) -> ResultPage:
        if self._pages is None:
            self._pages = await self._looked_at()
            for _, title, text in self._pages:
                self._index.add(title, text)
        found = self._index.search(query)
        results = tuple(self._result(number, query) for number in found[: self._source.max_results])
        return ResultPage(results=results, total=len(found))

    def _result(self, number: int, query: str) -> Result:
        url, title, text = (self._pages or [])[number]
        return result(url, title, snippet(text, query).replace("<", "&lt;"))

    async def _looked_at(self) -> list[tuple[str, str, str]]:
        """The pages of the site, sorted by address. Raises Refused."""
        from headwater.acquire import extract, warc

        source = self._source.crawl(
            (self._source.address,), max_pages=self._source.max_looked, max_depth=DEPTH, sitemaps=True, feeds=True
        )
        stored, reasons = await _crawled(self._folder, source, self._report)
        if not stored:
            told = ", ".join(sorted(reasons)[:3]) or "nothing was asked"
            raise Refused("sitemap.nothing_fetched", f"no page of the site could be looked at ({told})", fatal=True)
        pages = []
        for url, file, offset in stored:
            record = warc.read_record(self._folder / file, offset)
            try:
                page = extract.extract(record.body, url, record.charset)
            except extract.NoText:
                continue  # a page without text matches nothing
            pages.append((url, page.title, page.text))
        return pages


async def _crawled(folder: Path, source: CrawlSource, report: Reporter) -> tuple[list[tuple[str, str, int]], list[str]]:
    """Address, file and offset of every page of a crawl, and the reasons why others are not there."""
    from headwater.acquire import crawl, crawler, frontier

    line = frontier.Frontier(folder, crawl.WAITING_LEAST + crawl.WAITING_PER_PAGE * source.max_pages)
    try:
        with report.bar("look at", source.max_pages, "pages") as bar:
            await crawler.Crawler(folder, source, line, lambda url: bar.advance(1), opted_out(source)).run()
        pages = sorted((page.url, page.warc_file, page.warc_offset) for page in line.state.pages.values())
        figures = line.report()
    finally:
        line.close()
    return pages, [*figures["rejected"], *figures["refused"]]
