"""SearXNG: a metasearch instance of one's own, asked for JSON.

In: the address of an instance. Out: its results, page by page. Source: docs.searxng.org, Search API, and the JSON of
`searx/webutils.py: get_json_response`. An instance that gives no JSON answers 403; one whose engines all fail
answers 200 without results and names them.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from headwater.acquire.search.asking import JSON, Asker, answered
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.results import Refused, ResultPage, json_of, maps, plain, result
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

MAX_PAGE = 50
NO_JSON = "the instance gives no JSON: add `json` to search.formats in its settings.yml"


class SearXNG:
    """One instance. The cursor is the number of a page."""

    name = "searxng"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker = source, asker
        address = source.address.partition("?")[0].rstrip("/")
        self._address = address if address.endswith("/search") else f"{address}/search"

    async def prepare(self) -> None:
        """An instance is taken at its word."""

    async def page(self, query: str, cursor: str) -> ResultPage:
        number = int(cursor or 1)
        words = [query, *(f"site:{host}" for host in self._source.within[:1])]
        fields = {"q": " ".join(words), "format": "json", "pageno": str(number)}
        fields |= {"language": self._source.language} if self._source.language else {}
        fields |= {"time_range": self._source.freshness} if self._source.freshness else {}
        return await self._asker.ask(
            f"{self._address}?{urlencode(fields)}", lambda reply: _read(reply, number), headers=JSON
        )


def _read(reply: Reply, number: int) -> ResultPage:
    if reply.status == 403:
        raise Refused("search.forbidden", NO_JSON, fatal=True)
    value = json_of(answered(reply))
    if not isinstance(value.get("results"), list):
        raise Refused("search.malformed_answer", "the answer has no list of results")
    found = tuple(result(item.get("url"), item.get("title"), item.get("content")) for item in maps(value, "results"))
    silent = value.get("unresponsive_engines")
    if not found and number == 1 and isinstance(silent, list) and silent:
        told = ", ".join(
            plain(": ".join(map(str, item)) if isinstance(item, list) else str(item), 80) for item in silent
        )
        raise Refused("searxng.engines_unresponsive", f"no engine answered ({told[:200]})", again=True)
    total = value.get("number_of_results")
    return ResultPage(
        results=found,
        next_cursor=str(number + 1) if found and number < MAX_PAGE else "",
        total=int(total) if isinstance(total, int | float) and 0 < total < 1 << 53 else -1,
    )
