"""OpenSearch: a search that a site describes in a document of its own.

In: a site whose pages name the document by `<link rel="search">`, or the document's address. Out: results read from
RSS or Atom where the site gives them, else from its result page, else from its suggestions with addresses. Source:
OpenSearch 1.1 draft 6 (github.com/dewitt/opensearch) and its extension Suggestions 1.1.
"""

from __future__ import annotations

from pathlib import Path

from headwater.acquire.search import answers, description, feeds
from headwater.acquire.search.asking import Asker, answered
from headwater.acquire.search.description import SUGGESTIONS, Description, Way
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.results import Refused, Result, ResultPage, result
from headwater.acquire.search.template import unknown_word
from headwater.acquire.search.website import visit
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

MAX_PAGE = 100
COUNT = 20
MAX_SUGGESTIONS = 1000


class OpenSearch:
    """One site. The cursor is `PAGE INDEX`, counted from where the description starts, or the next page's address."""

    name = "opensearch"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker = source, asker
        self._way: Way | None = None
        self._navigation: set[str] | None = None

    async def prepare(self) -> None:
        if self._way is None:
            found = await self._described()
            ways = [way for way in found.ways if way.can_fill()]
            self._way = min(ways, key=lambda way: way.preference, default=None)
            if self._way is None:
                raise Refused("search.no_such_service", f"{found.url} describes no search that can be asked")

    async def _described(self) -> Description:
        """The description document: at the site's address, or where its front page says."""
        site = self._source.address
        told = f"no OpenSearch description is found at {site.partition('?')[0]}"
        found = await self._asker.ask(site, description.of_reply, as_robot=True)
        if isinstance(found, Description):
            return found
        named = [
            tag.get("href", "")
            for tag in found.offers.links
            if "search" in tag.get("rel", "").lower().split() and "opensearch" in tag.get("type", "opensearch").lower()
        ]
        for link in named[:3]:
            if url := found.absolute(link):
                document = await self._asker.ask(url, description.of_reply)
                if isinstance(document, Description):
                    return document
        raise Refused("search.no_such_service", told)

    async def page(self, query: str, cursor: str) -> ResultPage:
        await self.prepare()
        assert self._way is not None
        way, count = self._way, min(COUNT, self._source.num_results)
        if way.kind == "text/html":
            return await self._html_page(way, query, cursor, count)
        number, index = (int(part) for part in cursor.split()) if cursor else (way.first_page, way.first_index)
        url = way.filled(query, page=number, index=index, count=count, language=self._source.language)
        read = _suggested if way.rel == SUGGESTIONS else feeds.read
        found, total = await self._asker.ask(url, read, headers={"Accept": f"{way.kind}, */*;q=0.1"})
        more = found and way.pages and number - way.first_page < MAX_PAGE
        more = more and (total < 0 or index - way.first_index + len(found) < total)
        onward = f"{number + 1} {index + len(found)}" if more else ""
        return ResultPage(results=tuple(found), next_cursor=onward, total=total)

    async def _html_page(self, way: Way, query: str, cursor: str, count: int) -> ResultPage:
        language = self._source.language
        if self._navigation is None:
            word = unknown_word(way.template)
            url = way.filled(word, page=way.first_page, index=way.first_index, count=count, language=language)
            self._navigation = answers.links_of(await visit(self._asker, url))
        numbered = " " in cursor or not cursor
        number, index = way.first_page, way.first_index
        if cursor and numbered:
            number, index = (int(part) for part in cursor.split())
        asked = way.filled(query, page=number, index=index, count=count, language=language) if numbered else cursor
        found, onward = answers.read(await visit(self._asker, asked), asked, query, self._navigation)
        if way.pages and found and number - way.first_page < MAX_PAGE:
            onward = f"{number + 1} {index + len(found)}"
        return ResultPage(results=tuple(found), next_cursor=onward)


def _suggested(reply: Reply) -> tuple[list[Result], int]:
    """Suggestions that have addresses: `[query, [texts], [descriptions], [addresses]]`."""
    import orjson

    try:
        value = orjson.loads(answered(reply).body)
    except orjson.JSONDecodeError as error:
        raise Refused("search.malformed_answer", "the suggestions are not JSON") from error
    if not isinstance(value, list) or not value:
        raise Refused("search.malformed_answer", "the answer is no list of suggestions")
    texts, notes, urls = ([*column, *[""] * MAX_SUGGESTIONS] if isinstance(column, list) else [""] * MAX_SUGGESTIONS
                          for column in (*value[1:4], *[[]] * (4 - len(value[:4]))))  # fmt: skip
    triples = zip(texts[:MAX_SUGGESTIONS], notes, urls, strict=False)
    return [result(url, text, note) for text, note, url in triples if isinstance(url, str) and url], -1
