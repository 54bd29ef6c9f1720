"""What becomes of an answer: a stored page, a redirect to follow, or a counted rejection; and the links it gives.

In: an entry and the response to it. Out: a row of the frontier, a WARC record where the page is kept, and the
entries that are new.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from urllib.parse import urljoin

from headwater.acquire import canonical, links, warc
from headwater.acquire.charset import declared
from headwater.acquire.fetch import Response
from headwater.acquire.frontier import KEPT, Frontier, Page
from headwater.acquire.media import is_html_type
from headwater.acquire.robots import REDIRECTS
from headwater.acquire.slots import Entry
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.ledger import now


class Outcomes:
    """Records outcomes. `on_kept` is called with the URL of every stored page."""

    def __init__(
        self, source: CrawlSource, frontier: Frontier, writer: warc.Writer, on_kept: Callable[[str], None]
    ) -> None:
        self._source, self._frontier, self._writer, self._on_kept = source, frontier, writer, on_kept
        self._include = [re.compile(p) for p in source.include]
        self._exclude = [re.compile(p) for p in source.exclude]

    def record(self, entry: Entry, response: Response) -> list[Entry]:
        """Write down what became of an entry; the new entries it led to."""
        if response.status in REDIRECTS:
            return self._record_redirect(entry, response)
        reason = None
        if response.status != 200:
            reason = f"fetch.status_{response.status}"
        elif not is_html_type(response.content_type, response.body):
            reason = "fetch.not_html"
        elif not response.body.strip():
            reason = "fetch.empty"
        if reason is not None:
            return self._frontier.finish(entry, reason)
        tag = links.directives_in(response.robots_tag)
        page_links = links.page_links(response.body, entry.url, declared(response.body, response.charset))
        found = [] if tag & {"nofollow", "none"} else self._wanted(page_links.links, entry.depth + 1)
        if page_links.noindex or tag & {"noindex", "none"}:
            return self._frontier.finish(entry, "fetch.noindex", found=found)
        new = self._frontier.finish(entry, KEPT, page=self._store(response), found=found)
        self._on_kept(entry.url)
        return new

    def _record_redirect(self, entry: Entry, response: Response) -> list[Entry]:
        """A redirect is a rejected page and a new entry, so that its target passes every check like any other."""
        target = None
        with contextlib.suppress(ValueError):  # a target that is no address is none
            target = canonical.canonical(urljoin(entry.url, response.location)) if response.location else None
        if target is None:
            return self._frontier.finish(entry, "redirect.no_target")
        if self._frontier.leads_back(entry.url, target, self._source.max_redirects):
            return self._frontier.finish(entry, "redirect.loop")
        if entry.hops >= self._source.max_redirects:
            return self._frontier.finish(entry, "redirect.too_many")
        if not entry.seed and not self._allowed(target):
            return self._frontier.finish(entry, "redirect.elsewhere")
        item = Entry(target, entry.depth, entry.hops + 1, entry.seed)
        return self._frontier.finish(entry, "redirect.followed", found=[item], to=target)

    def _wanted(self, urls: list[str], depth: int) -> list[Entry]:
        if depth > self._source.max_depth:
            return []
        seen = self._frontier.state.seen
        return [Entry(url, depth) for url in urls if url not in seen and self._allowed(url)]

    def _allowed(self, url: str) -> bool:
        if self._source.same_site and canonical.netloc_of(url) not in self._frontier.state.sites:
            return False
        if self._include and not any(p.search(url) for p in self._include):
            return False
        return not any(p.search(url) for p in self._exclude)

    def _store(self, response: Response) -> Page:
        date = now()
        record, digest = warc.response_record(
            response.url, date, response.status, response.phrase, response.headers, response.body, response.address
        )
        name, offset = self._writer.append(record)
        return Page(
            url=response.url,
            digest=digest,
            warc_file=name,
            warc_offset=offset,
            length=len(record),
            fetched_at=date,
            content_type=response.content_type,
            status=response.status,
        )
