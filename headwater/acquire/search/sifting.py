"""Which results are kept: those with an address that can be fetched, wanted, and not found before.

In: results in order. Out: rows of `results.jsonl`; what is left out is counted by reason.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from headwater.acquire.canonical import canonical, host_of
from headwater.acquire.search.results import Result
from headwater.acquire.sources.search import SearchSource


class Sieve:
    """Sifts the results of one search."""

    def __init__(self, source: SearchSource) -> None:
        self._include = [re.compile(pattern) for pattern in source.include]
        self._exclude = [re.compile(pattern) for pattern in source.exclude]
        self._within = [hosts for text in source.within if (hosts := host_named(text))]
        self._seen: set[str] = set()
        self.rejected: Counter[str] = Counter()

    def row(self, item: Result, place: dict[str, Any]) -> dict[str, Any] | None:
        """The row of a result, or None with the reason counted."""
        url = canonical(item.url) if item.url else None
        reason = self._reason(url)
        if reason or url is None:
            self.rejected[reason or "result.bad_url"] += 1
            return None
        self._seen.add(url)
        row = {**place, "url": url, "title": item.title, "snippet": item.snippet}
        return row | ({"record": item.more["record"]} if "record" in item.more else {})

    def _reason(self, url: str | None) -> str:
        if url is None:
            return "result.bad_url"
        if url in self._seen:
            return "result.duplicate"
        if self._within and not any(is_within(host_of(url), host) for host in self._within):
            return "result.elsewhere"
        if self._include and not any(pattern.search(url) for pattern in self._include):
            return "result.not_included"
        return "result.excluded" if any(pattern.search(url) for pattern in self._exclude) else ""


def host_named(text: str) -> str:
    """The host in an address or the name of one, in lower case; "" where there is none."""
    try:
        return urlsplit(text if "://" in text else f"https://{text}").hostname or ""
    except ValueError:
        return ""


def is_within(host: str, other: str) -> bool:
    """Whether a host is another one, or below it."""
    return host == other or host.endswith(f".{other}")
