"""Common Crawl: the captures that it holds of hosts and URL patterns.

In: a pattern. Out: captures, as results that say where their records lie, from its index server, another server of
the same interface, or index files in a folder or bucket. Source: index.commoncrawl.org (collinfo.json names the
crawls, newest first; `showNumPages` answers `{"pages", "pageSize", "blocks"}`; nothing found is a 404 with
`No Captures found`), the CDXJ server API of pywb, and cdx_toolkit for what the server does under load (503, 504).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from headwater.acquire.search import mirror
from headwater.acquire.search.asking import JSON, Asker, answered
from headwater.acquire.search.cdx import Pattern, captures, pattern_of, wanted_of
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.registry import TERMS
from headwater.acquire.search.results import Refused, Result, ResultPage
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

MAX_CRAWLS = 200
MAX_PAGES = 10_000  # of one pattern in one crawl
MAX_ANSWER_BYTES = 32 << 20
MAX_BAD_LINES = 1000  # that are counted one by one
NOTHING = b"no captures found"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class CommonCrawl:
    """One index. The cursor is `CRAWL PAGE PAGES`, all counted from 0."""

    name = "commoncrawl"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker = source, asker
        self._wanted = wanted_of(source)
        self._index = index_of(source)
        self._crawls: list[tuple[str, str]] | None = None  # name, address of its index

    async def prepare(self) -> None:
        if self._crawls is None and self._index.startswith("http"):
            self._crawls = await self._chosen()

    async def page(self, query: str, cursor: str) -> ResultPage:
        pattern = pattern_of(query)
        if not self._index.startswith("http"):
            found = captures(mirror.lines(self._index, pattern), "", self._wanted, pattern)
            return ResultPage(results=tuple(_first(found, self._source.num_results)))
        await self.prepare()
        assert self._crawls is not None
        number, page, pages = (int(part) for part in cursor.split()) if cursor else (0, 0, -1)
        if number >= len(self._crawls):
            return ResultPage(results=())
        name, address = self._crawls[number]
        if pages < 0:
            pages = await self._num_pages(address, pattern)
        results: tuple[Result, ...] = ()
        if page < pages:
            fields = [*self._fields(pattern), ("page", str(page))] if pages > 1 else self._fields(pattern)
            url = f"{address}?{urlencode(fields)}"
            lines = await self._asker.ask(url, _lines, headers=JSON, limit_bytes=MAX_ANSWER_BYTES)
            results = tuple(captures(lines, name, self._wanted))
        onward = f"{number} {page + 1} {pages}" if page + 1 < pages else f"{number + 1} 0 -1"
        last = page + 1 >= pages and number + 1 >= len(self._crawls)
        return ResultPage(results=results, next_cursor="" if last else onward, counted=True)

    def _fields(self, pattern: Pattern) -> list[tuple[str, str]]:
        """The query as the server takes it; blocks of the smallest size, so that no answer is large."""
        wanted = self._wanted
        fields = [("url", pattern.url), ("output", "json"), ("pageSize", "1"), ("filter", "=status:200")]
        fields += [("filter", f"=mime:{wanted.mime}")] if wanted.mime else []
        fields += [("filter", f"~languages:.*{wanted.language}.*")] if wanted.language else []
        days = (("from", self._source.since), ("to", self._source.until))
        return fields + [(name, re.sub(r"\D", "", day)) for name, day in days if day]

    async def _num_pages(self, address: str, pattern: Pattern) -> int:
        """How many pages the server has for a pattern; 1 where it does not divide."""
        fields = [("url", pattern.url), ("output", "json"), ("pageSize", "1"), ("showNumPages", "true")]
        pages = await self._asker.ask(
            f"{address}?{urlencode(fields)}", _pages, headers=JSON, limit_bytes=MAX_ANSWER_BYTES
        )
        return min(pages, MAX_PAGES)

    async def _chosen(self) -> list[tuple[str, str]]:
        """The crawls to ask, newest first. A server that lists none is itself the index of one."""
        base = self._index.rstrip("/")
        if re.search(r"(?:-index|/cdx|-cdx|/index)$", base):
            return [(base.rpartition("/")[2].removesuffix("-index"), base)]
        try:
            listed = await self._asker.ask(f"{base}/collinfo.json", _collections, headers=JSON)
        except Refused as refused:
            if refused.reason == "search.status_404":
                raise Refused("search.no_such_service", f"{base} lists no crawls (collinfo.json)") from refused
            raise
        chosen = [item for item in listed if self._is_wanted(item)]
        if not chosen:
            known = ", ".join(str(item["id"]) for item in listed[:5])
            raise Refused(
                "commoncrawl.no_such_crawl", f"none of the crawls asked for is there; newest are {known}", fatal=True
            )
        if not (self._source.crawls or self._source.since or self._source.until):
            chosen = chosen[:1]
        return [(item["id"], _address(base, item)) for item in chosen[:MAX_CRAWLS]]

    def _is_wanted(self, item: dict[str, Any]) -> bool:
        """Whether a crawl is one of those named, or may hold captures of the days asked for."""
        named = self._source.crawls
        if named and "all" not in named and item["id"] not in named:
            return False
        first, last = (re.sub(r"\D", "", str(item.get(name, ""))) for name in ("from", "to"))
        if not first and (year := re.search(r"-(\d{4})-", item["id"])):
            first, last = year.group(1), year.group(1)
        until, since = self._wanted.until, self._wanted.since
        return not first or (first.ljust(14, "0") <= until and last.ljust(14, "9") >= since)


def _first(found: Iterable[Result], most: int) -> Iterator[Result]:
    """So many results that have an address, and the others between them, as far as MAX_BAD_LINES."""
    good = bad = 0
    for item in found:
        good, bad = good + bool(item.url), bad + (not item.url)
        if item.url or bad <= MAX_BAD_LINES:
            yield item
        if good >= most:
            return


def index_of(source: SearchSource) -> str:
    """Where the index is: the site, where this provider is the one that the site is for, else the public one."""
    return (source.address if source.providers == (CommonCrawl.name,) else "") or TERMS[CommonCrawl.name].address


def _address(base: str, item: dict[str, Any]) -> str:
    """The address of a crawl's index, on the server that was named: the list of a mirror may name the original."""
    path = urlsplit(str(item.get("cdx-api", ""))).path or f"/{item['id']}-index"
    parts = urlsplit(base)
    prefix = parts.path.rstrip("/")
    return urljoin(base, path if not prefix or path.startswith(prefix) else prefix + path)


def _collections(reply: Reply) -> list[dict[str, Any]]:
    import orjson

    try:
        value = orjson.loads(answered(reply).body)
    except orjson.JSONDecodeError as error:
        raise Refused("search.malformed_answer", "the list of crawls is not JSON") from error
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    found = [item for item in items if isinstance(item.get("id"), str) and _ID.fullmatch(item["id"])]
    if not found:
        raise Refused("search.malformed_answer", "the list of crawls names none")
    return found


def _pages(reply: Reply) -> int:
    import orjson

    if _is_nothing(reply):
        return 0
    if reply.status == 400:
        return 1  # a server without pages
    try:
        value = orjson.loads(answered(reply).body)
    except orjson.JSONDecodeError:
        return 1
    pages = value.get("pages") if isinstance(value, dict) else value
    return max(0, pages) if isinstance(pages, int) and not isinstance(pages, bool) else 1


def _lines(reply: Reply) -> list[bytes]:
    if _is_nothing(reply):
        return []
    lines = answered(reply).body.splitlines()
    if len(lines) == 1 and b'"url"' not in lines[0]:
        raise Refused("search.malformed_answer", lines[0][:200].decode("utf-8", "replace"), again=b"error" in lines[0])
    return lines


def _is_nothing(reply: Reply) -> bool:
    return reply.status == 404 and NOTHING in reply.body[:4096].lower()
