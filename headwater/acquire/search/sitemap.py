"""A site without a search: its own pages looked through for the query.

In: a site. Out: those of its pages that match, best first. The pages are what its sitemaps list, and what its front
page leads to where it has none: a crawl, with all its politeness and bounds, kept below `.search/` of the folder and
gone on with after a kill. It is made once, for all queries, between two runs of the search's loop (LookFirst).
"""

from __future__ import annotations

from pathlib import Path

from headwater import storage
from headwater.acquire.search.asking import Asker
from headwater.acquire.search.matching import Index, snippet
from headwater.acquire.search.results import LookFirst, Refused, Result, ResultPage, result
from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

DEPTH = 3  # links to follow from the front page


class Sitemap:
    """One site's pages. There is one page of results."""

    name = "sitemap"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._report, self._notes = source, report, asker.log.notes
        digest = storage.value_digest(source.address)[:8]
        self._folder = folder / ".search" / f"site-{digest}"
        self._index = Index()
        self._pages: list[tuple[str, str, str]] | None = None  # address, title, text

    async def prepare(self) -> None:
        """Any site can be looked through."""

    async def page(self, query: str, cursor: str) -> ResultPage:
        told = self._notes.get(self._folder.name)
        if told is None:
            raise LookFirst(self._look)
        if told:
            raise Refused("sitemap.nothing_fetched", told, fatal=True)
        if self._pages is None:
            self._pages = self._read()
        found = self._index.search(query)
        results = tuple(self._result(number, query) for number in found[: self._source.num_results])
        return ResultPage(results=results, total=len(found))

    def _result(self, number: int, query: str) -> Result:
        url, title, text = (self._pages or [])[number]
        return result(url, title, snippet(text, query).replace("<", "&lt;"))

    def _look(self) -> None:
        """Crawl the site, as far as it is not done; note what came of it. Raises what a crawl raises."""
        from headwater.acquire.crawl import crawl_to

        source = self._source.crawl(
            (self._source.address,), max_pages=self._source.max_looked, max_depth=DEPTH, sitemaps=True, feeds=True
        )
        self._notes[self._folder.name] = ""
        try:
            crawl_to(self._folder, source, self._report)
        except HeadwaterError as error:
            if error.failure != "nothing_fetched":
                raise
            self._notes[self._folder.name] = error.message

    def _read(self) -> list[tuple[str, str, str]]:
        """The pages of the crawl, sorted by address, each added to the index."""
        import pyarrow.parquet as pq

        from headwater.acquire import extract, warc
        from headwater.acquire.crawl import PAGES

        pages = []
        for row in pq.read_table(self._folder / PAGES).to_pylist():
            record = warc.read_record(self._folder / row["warc_file"], row["warc_offset"])
            try:
                page = extract.extract(record.body, row["url"], record.charset)
            except extract.NoText:
                continue  # a page without text matches nothing
            pages.append((row["url"], page.title, page.text))
            self._index.add(page.title, page.text)
        return pages
