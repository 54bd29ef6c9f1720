"""What becomes of an answer: a stored page, a redirect to follow, or a counted rejection; and the links it gives.

In: an entry and the response to it. Out: a row of the frontier, a WARC record where the page is kept, and the
entries to ask for next. A page asked for anew that has not changed becomes a `revisit` record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from headwater.acquire import canonical, claims, listings, warc
from headwater.acquire.entries import ALTERNATE, FEED, SITEMAP, Entry, Page, Revisit
from headwater.acquire.fetch import Response, header
from headwater.acquire.frontier import Frontier
from headwater.acquire.media import is_html_type
from headwater.acquire.robots import REDIRECTS
from headwater.acquire.scope import Scope
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.state import ELSEWHERE, KEPT
from headwater.pipeline.ledger import now

NOT_MODIFIED = 304
MAX_VALIDATOR_LENGTH = 1024


class Outcomes:
    """Records outcomes.

    `on_kept` is called with the URL of every page stored for the first time; `refusal(url)` says why a URL may not be
    asked for, as far as is known.
    """

    def __init__(
        self,
        source: CrawlSource,
        frontier: Frontier,
        writer: warc.Writer,
        on_kept: Callable[[str], None],
        refusal: Callable[[str], str],
    ) -> None:
        self._refusal = refusal
        self._source, self._frontier, self._writer, self._on_kept = source, frontier, writer, on_kept
        self._scope = Scope(source, frontier.state)

    def record(self, entry: Entry, response: Response) -> list[Entry]:
        """Write down what became of a page; the entries to ask for next because of it."""
        if response.status == NOT_MODIFIED and entry.url in self._frontier.state.pages:
            return self._record_unchanged(entry, response)
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
        says = claims.read(response)
        found, shut = self._scope.wanted(says.links, entry.depth + 1)
        found = [*self._scope.listings(FEED, says.feeds, entry.depth), *found]
        if says.reserved and self._source.honour_tdm:
            return self._frontier.finish(entry, "tdm.reserved", found=found, shut=shut)
        if says.noindex:
            return self._frontier.finish(entry, "fetch.noindex", found=found, shut=shut)
        target = says.canonical
        may = target and entry.kind != ALTERNATE and not self._refusal(target)
        if may and entry.hops < self._source.max_redirects and self._scope.may_step_back(entry, target):
            item = Entry(target, entry.depth, entry.hops + 1, entry.seed)  # a claim is a hop, so that chains end
            return self._frontier.finish(entry, ELSEWHERE, found=[item, *found], shut=shut, to=target)
        return self._keep(entry, response, says, found, shut)

    def _keep(
        self,
        entry: Entry,
        response: Response,
        says: claims.Claims,
        found: list[Entry],
        shut: list[tuple[str, str]],
    ) -> list[Entry]:
        earlier = self._frontier.state.pages.get(entry.url)
        if earlier is not None and warc.digest_of(response.body) == earlier.digest:
            revisit, validators = self._store_revisit(response, earlier), _validators(response)
            return self._frontier.finish(entry, KEPT, revisit=revisit, validators=validators, found=found, shut=shut)
        page = self._store(response, entry.depth, says.license)
        new = self._frontier.finish(entry, KEPT, page=page, found=found, shut=shut)
        if earlier is None:
            self._on_kept(entry.url)
        return new

    def _record_unchanged(self, entry: Entry, response: Response) -> list[Entry]:
        earlier = self._frontier.state.pages[entry.url]
        revisit = self._store_revisit(response, earlier)
        return self._frontier.finish(entry, KEPT, revisit=revisit, validators=_validators(response))

    def _record_redirect(self, entry: Entry, response: Response) -> list[Entry]:
        """A redirect is a rejected page and a new entry, so that its target passes every check like any other."""
        target = canonical.target(entry.url, response.location)
        if target is None:
            return self._frontier.finish(entry, "redirect.no_target")
        if self._frontier.state.leads_back(entry.url, target, self._source.max_redirects):
            return self._frontier.finish(entry, "redirect.loop")
        if entry.hops >= self._source.max_redirects:
            return self._frontier.finish(entry, "redirect.too_many")
        if not entry.seed and not self._scope.allows(target):
            return self._frontier.finish(entry, "redirect.elsewhere")
        item = Entry(target, entry.depth, entry.hops + 1, entry.seed)
        return self._frontier.finish(entry, "redirect.followed", found=[item], to=target)

    async def record_listing(self, entry: Entry, response: Response) -> list[Entry]:
        """Write down what a sitemap or feed led to; the new entries."""
        if response.status in REDIRECTS:
            target = canonical.target(entry.url, response.location)
            moved = [entry._replace(url=target, hops=entry.hops + 1, tries=0)] if target else []
            ends = entry.hops >= self._source.max_redirects
            return self._frontier.finish(entry, "redirect", found=[] if ends else moved)
        if response.status != 200:
            return self._frontier.finish(entry, f"status_{response.status}")
        listing = await listings.read(entry.kind, response.body, entry.url)
        if listing is None:
            return self._frontier.finish(entry, "unreadable")
        found, shut = self._scope.wanted(listing.pages, entry.depth + 1)
        if entry.hops < listings.MAX_INDEX_LEVELS:
            found = [*self._scope.listings(SITEMAP, listing.sitemaps, entry.depth, entry.hops + 1), *found]
        return self._frontier.finish(entry, "read", found=found, shut=shut)

    def site_listings(self, origin: str, named: Iterable[str]) -> list[Entry]:
        """The sitemaps of an origin: those that its robots.txt names, else the customary one."""
        if not self._scope.holds(f"{origin}/"):
            return []
        urls = [url for url in map(canonical.canonical, named) if url] or [f"{origin}/sitemap.xml"]
        return self._frontier.add_listed(self._scope.listings(SITEMAP, urls, 0))

    def _store(self, response: Response, depth: int, license: str) -> Page:
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
            depth=depth,
            license=license,
            **_validators(response),
        )

    def _store_revisit(self, response: Response, earlier: Page) -> Revisit:
        date = now()
        first = (earlier.fetched_at, earlier.digest)
        record = warc.revisit_record(
            response.url, date, response.status, response.phrase, response.headers, first, response.address
        )
        name, offset = self._writer.append(record)
        return Revisit(
            url=response.url,
            digest=earlier.digest,
            warc_file=name,
            warc_offset=offset,
            length=len(record),
            fetched_at=date,
            status=response.status,
        )


def _validators(response: Response) -> dict[str, str]:
    """What the next conditional request needs, where the server gave it."""
    given = {"etag": header(response, b"etag"), "last_modified": header(response, b"last-modified")}
    return {name: value for name, value in given.items() if 0 < len(value) <= MAX_VALIDATOR_LENGTH}
