"""Brave's search engine, by its web search API.

In: a key from the environment. Out: results, page by page, at most ten pages of twenty. Source:
api-dashboard.search.brave.com, API reference of web search and response headers: `offset` counts pages, 0 to 9;
`X-RateLimit-Remaining` and `-Reset` name every window of the plan; an error is `{"error": {"code", "detail"}}`, and a
key that is not accepted a 422.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from headwater.acquire.backoff import MAX_RETRY_AFTER_S
from headwater.acquire.search.asking import JSON, Asker, answered
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.registry import TERMS, key_of
from headwater.acquire.search.results import Refused, ResultPage, json_of, maps, plain, result
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

PATH = "/res/v1/web/search"
COUNT, MAX_OFFSET = 20, 9
SECOND_S = 1.0  # the shortest window of every plan
MAX_QUERY_CHARS, MAX_QUERY_WORDS = 400, 50
LANGUAGES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant", "ja": "jp", "pt": "pt-pt"}
KEY_CODES = ("SUBSCRIPTION_TOKEN_INVALID", "SUBSCRIPTION_TOKEN_MISSING", "SUBSCRIPTION_NOT_FOUND", "OPTION_NOT_IN_PLAN")
QUOTA_CODES = ("QUOTA_LIMITED", "USAGE_LIMIT_EXCEEDED")


class Brave:
    """The web search of Brave. The cursor is the offset, which counts pages."""

    name = "brave"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker = source, asker
        address = (source.address if source.provider == self.name else "") or TERMS[self.name].address
        address = address.partition("?")[0].rstrip("/")
        self._address = address if address.endswith(PATH) else f"{address}{PATH}"

    async def prepare(self) -> None:
        """The service is where it is."""

    async def page(self, query: str, cursor: str) -> ResultPage:
        words = [query, *(f"site:{host}" for host in self._source.within[:1])]
        told = " ".join(words)
        if len(told) > MAX_QUERY_CHARS or len(told.split()) > MAX_QUERY_WORDS:
            raise Refused("brave.query_too_long", f"more than {MAX_QUERY_CHARS} characters or {MAX_QUERY_WORDS} words")
        offset, language = int(cursor or 0), self._source.language.lower()
        fields = {
            "q": told,
            "count": str(min(COUNT, self._source.num_results)),
            "offset": str(offset),
            "country": self._source.country.upper(),
            "search_lang": LANGUAGES.get(language, language),
            "freshness": self._source.freshness,
        }
        query_text = urlencode({name: value for name, value in fields.items() if value})
        headers = {**JSON, "X-Subscription-Token": key_of(self.name)}
        return await self._asker.ask(
            f"{self._address}?{query_text}", lambda reply: _read(reply, offset), headers=headers, keyed=True
        )


def _read(reply: Reply, offset: int) -> ResultPage:
    if reply.status != 200:
        raise _refused(reply)
    value = json_of(reply)
    if "error" in value and "web" not in value:
        raise _refused(reply)
    found = tuple(
        result(item.get("url"), item.get("title"), item.get("description")) for item in maps(value, "web", "results")
    )
    query = value.get("query")
    more = bool(found) and offset < MAX_OFFSET and (not isinstance(query, dict) or query.get("more_results_available"))
    return ResultPage(results=found, next_cursor=str(offset + 1) if more else "")


def _refused(reply: Reply) -> Refused:
    """What an error says. The status alone cannot tell a wrong key from a wrong request."""
    code, detail = _error(reply)
    told = f"{code or reply.status}: {detail}" if detail else str(code or reply.status)
    if code in KEY_CODES or reply.status in (401, 403) or (code == "VALIDATION" and "subscription-token" in detail):
        return Refused("search.forbidden", f"the key is not accepted ({told})", fatal=True)
    if code in QUOTA_CODES or reply.status == 402:
        return Refused("brave.quota_spent", f"the plan's requests are used up ({told})", fatal=True)
    if reply.status == 429 or code == "RATE_LIMITED":
        wait_s = _window_s(reply)
        if wait_s > MAX_RETRY_AFTER_S:
            return Refused("brave.quota_spent", f"the plan's requests are used up ({told})", fatal=True, wait_s=wait_s)
        return Refused("search.rate_limited", told, again=True, wait_s=max(SECOND_S, wait_s))
    if reply.status in (200, 400, 404, 422):
        return Refused("brave.bad_request", told)
    try:
        answered(reply, told)
    except Refused as refused:
        return refused
    return Refused("search.malformed_answer", told)


def _error(reply: Reply) -> tuple[str, str]:
    """The code and the words of an error; of one that names the fields it dislikes, these too."""
    try:
        error: Any = json_of(reply).get("error")
    except Refused:
        return "", ""
    if not isinstance(error, dict):
        return "", plain(error, 200)
    meta = error.get("meta")
    places = [str(item.get("loc")) for item in maps(meta, "errors")] if isinstance(meta, dict) else []
    detail = " ".join([plain(error.get("detail"), 200), *places])
    return plain(error.get("code"), 60), plain(detail, 300).lower() if places else plain(detail, 300)


def _window_s(reply: Reply) -> float:
    """Seconds until the longest window that is used up opens again; what Retry-After says, where there is none."""
    from headwater.acquire.backoff import retry_after_s

    left, reset = (
        [part.strip() for part in reply.header(f"x-ratelimit-{name}").split(",")] for name in ("remaining", "reset")
    )
    waits = [float(s[:9]) for n, s in zip(left, reset, strict=False) if n == "0" and s.isascii() and s.isdigit()]
    return max([retry_after_s(reply.header("retry-after")), *waits])
