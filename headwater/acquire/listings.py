"""Documents that list pages and are none themselves: sitemaps, indexes of sitemaps, and feeds.

In: the bytes of such a document. Out: the pages it lists and the sitemaps it points to, in canonical spelling, each
once, or None where it is no such document. It is read in a thread where it is large, so that a crawl goes on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from headwater.acquire.canonical import canonical
from headwater.acquire.entries import FEED

MAX_BYTES = 50 << 20  # what the sitemap protocol allows, expanded
MAX_PER_HOST = {"sitemap": 500, "feed": 10}  # a blog offers a feed of comments on every page
MAX_INDEX_LEVELS = 3
INLINE_BYTES = 64 << 10


@dataclass(frozen=True, kw_only=True)
class Listing:
    pages: list[str]
    sitemaps: list[str]


async def read(kind: str, data: bytes, url: str) -> Listing | None:
    """What a sitemap or feed lists, or None where the bytes are none."""
    if len(data) <= INLINE_BYTES:
        return _read(kind, data, url)
    return await asyncio.to_thread(_read, kind, data, url)


def _read(kind: str, data: bytes, url: str) -> Listing | None:
    from headwater.acquire import feeds, sitemaps

    try:
        if kind == FEED:
            return Listing(pages=_spelled([item.url for item in feeds.read(data, url)]), sitemaps=[])
        found = sitemaps.read(data, url)
    except ValueError:
        return None
    return Listing(pages=_spelled([item.url for item in found.pages]), sitemaps=_spelled(found.sitemaps))


def _spelled(urls: list[str]) -> list[str]:
    return list(dict.fromkeys(url for url in map(canonical, urls) if url))
