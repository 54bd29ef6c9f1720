"""MediaWiki: a wiki's own full-text search, by its Action API.

In: the address of a wiki, or of its api.php. Out: its pages. Source: mediawiki.org, API:Search, API:Siteinfo,
API:Continue, API:Etiquette and API:Errors_and_warnings. Errors come with status 200 as `{"error": {"code", "info"}}`
(as `errors` in the newer formats); `maxlag` and `ratelimited` mean: ask later. The API is made for programs and is
asked whatever robots.txt says of its folder; the wiki's front page, which leads to it, is not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from headwater.acquire.backoff import retry_after_s
from headwater.acquire.search.asking import JSON, Asker, answered
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.results import Refused, ResultPage, json_of, maps, plain, result
from headwater.acquire.search.website import Website, visit
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

API = "api.php"
COMMON_PATHS = ("/w/api.php", "/api.php", "/wiki/api.php", "/mediawiki/api.php")
LIMIT = 50
LATER = ("maxlag", "ratelimited", "readonly", "search-backend-error", "cirrussearch-backend-error", "timeout")
NEVER = (
    "readapidenied", "permissiondenied", "search-text-disabled", "search-title-disabled", "srsearch-text-disabled",
    "blocked", "autoblocked", "unknown_action", "apidisabled",
)  # fmt: skip


class MediaWiki:
    """One wiki. The cursor is what the API gave to continue with, as a query."""

    name = "mediawiki"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker = source, asker
        self._api = self._articles = ""

    async def prepare(self) -> None:
        if not self._api:
            await self._find()

    async def page(self, query: str, cursor: str) -> ResultPage:
        await self.prepare()
        limit = str(min(LIMIT, self._source.num_results))
        fields = {"action": "query", "list": "search", "srsearch": query, "srlimit": limit, "maxlag": "5"}
        more = f"&{cursor}" if cursor else ""
        url = f"{self._api}?{urlencode({**fields, 'format': 'json', 'formatversion': '2', 'utf8': '1'})}{more}"
        return await self._asker.ask(url, self._read, headers=JSON)

    def _read(self, reply: Reply) -> ResultPage:
        value = _value(reply)
        asked = value.get("query")
        if not isinstance(asked, dict) or not isinstance(asked.get("search"), list):
            raise Refused("search.malformed_answer", "the answer has no results of a search")
        found = tuple(
            result(self._address(item), item.get("title"), item.get("snippet"))
            for item in maps(asked, "search")
            if isinstance(item.get("title"), str)
        )
        onward = value.get("continue")
        cursor = urlencode({k: str(v) for k, v in onward.items()}) if isinstance(onward, dict) else ""
        info = asked.get("searchinfo")
        total = info.get("totalhits") if isinstance(info, dict) else None
        return ResultPage(results=found, next_cursor=cursor, total=total if isinstance(total, int) else -1)

    def _address(self, item: dict[str, Any]) -> str:
        return self._articles.replace("$1", quote(item["title"].replace(" ", "_"), safe="/:@!$*(),;~"))

    async def _find(self) -> None:
        """The API of the site: where its front page says, else at the usual paths."""
        site = self._source.address
        if site.partition("?")[0].endswith(API):
            await self._learn(site.partition("?")[0], "")
            return
        home: Website | None = None
        candidates: list[str] = []
        try:
            home = await visit(self._asker, site)
            candidates = _named(home)
        except Refused as refused:
            if refused.reason in ("search.unreachable", "search.private_address", "search.name_not_found"):
                raise
        base = home.url if home else site
        candidates += [urljoin(base, API), *(urljoin(base, path) for path in COMMON_PATHS)]
        failure: Refused | None = None
        for api in dict.fromkeys(candidates):
            try:
                await self._learn(api, base)
                return
            except Refused as refused:
                if refused.reason in ("search.rate_limited", "search.busy", "search.timeout"):
                    failure = refused
        raise failure or Refused("search.no_such_service", f"no MediaWiki is found at {site.partition('?')[0]}")

    async def _learn(self, api: str, home: str) -> None:
        """Ask the API where articles lie, which also shows that it is one. Raises Refused."""
        fields = {"action": "query", "meta": "siteinfo", "siprop": "general", "format": "json", "formatversion": "2"}
        general = await self._asker.ask(f"{api}?{urlencode(fields)}", _general, headers=JSON)
        server, path = general.get("server"), general.get("articlepath")
        if isinstance(path, str) and "$1" in path:
            origin = urljoin(api, server) if isinstance(server, str) and "//" in server else api
            self._articles = urljoin(origin, path)
        else:  # an old wiki, or one that says little
            pretty = "/wiki/" in home or api.endswith("/w/api.php")
            self._articles = urljoin(api, "/wiki/$1" if pretty else "index.php?title=$1")
        self._api = api


def _named(home: Website) -> list[str]:
    """The APIs that a page names: `<link rel="EditURI" href="…/api.php?action=rsd">`."""
    named = [tag.get("href", "") for tag in home.offers.links if tag.get("rel", "").lower() == "edituri"]
    urls = [home.absolute(link).partition("?")[0] for link in named]
    return [url for url in urls if url.endswith(API)]


def _general(reply: Reply) -> dict[str, Any]:
    value = _value(reply)
    asked = value.get("query")
    if not isinstance(asked, dict):
        raise Refused("search.no_such_service", "the answer is not of a MediaWiki")
    general = asked.get("general")
    return general if isinstance(general, dict) else {}


def _value(reply: Reply) -> dict[str, Any]:
    """The answer of the API, or Refused with its error."""
    if reply.status != 200 and "mediawiki-api-error" not in reply.headers:
        answered(reply)
    value = json_of(reply)
    error = value.get("error") or next(iter(maps(value, "errors")), None)
    if not error:
        answered(reply)
        return value
    code = plain(error.get("code"), 80) if isinstance(error, dict) else ""
    said = plain((error.get("info") or error.get("text")) if isinstance(error, dict) else str(error), 200)
    told = f"{code}: {said}"
    if code in LATER or code.startswith("internal_api_error"):
        wait_s = retry_after_s(reply.header("retry-after"))
        raise Refused(
            "search.rate_limited" if code == "ratelimited" else "search.busy", told, again=True, wait_s=wait_s
        )
    if code in NEVER:
        raise Refused("search.forbidden", told, fatal=True)
    raise Refused("mediawiki.error", told)
