"""Sitemaps: the pages that a site lists of itself, and the further sitemaps that an index points to.

In: the bytes of a sitemap (XML, an index, one URL a line, or a feed; gzipped or not) and its URL. Out: absolute
URLs in order, each once, with the day of their last change. Source: sitemaps.org protocol 0.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from headwater.acquire import lenient_xml

MAX_LISTED = 50_000
_START = re.compile(r"<(?:[\w.-]{1,64}:)?(urlset|sitemapindex|rss|feed|rdf)[\s>]", re.IGNORECASE)
START_LENGTH = 4096
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?")


class NotASitemap(ValueError):
    """The bytes are no sitemap."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """`lastmod`: an ISO 8601 date or time, "" where none is given."""

    url: str
    lastmod: str = ""


@dataclass(frozen=True, kw_only=True)
class Sitemap:
    pages: list[Listed]
    sitemaps: list[str]


def read(data: bytes, url: str) -> Sitemap:
    """The pages and sitemaps listed, at most MAX_LISTED of both. Raises NotASitemap."""
    text = lenient_xml.text_of(data).lstrip("\ufeff \t\r\n")
    root = _START.search(text, 0, START_LENGTH)
    if root is None:
        return Sitemap(pages=_lines(text), sitemaps=[])
    if root.group(1).lower() in ("rss", "feed", "rdf"):
        from headwater.acquire import feeds

        return Sitemap(pages=feeds.read(data, url), sitemaps=[])
    pages: dict[str, Listed] = {}
    sitemaps: dict[str, None] = {}
    for record in lenient_xml.records(text[root.start() :], ("url", "sitemap"), ("loc", "lastmod")):
        own = [item for item in record.fields if item.prefix == record.prefix]  # not the `loc` of an image
        loc = next((item.text for item in own if item.name == "loc" and item.text), "")
        target = absolute(url, loc)
        if not target:
            continue
        if record.name == "sitemap":
            sitemaps[target] = None
        else:
            lastmod = next((item.text for item in own if item.name == "lastmod"), "")
            pages.setdefault(target, Listed(url=target, lastmod=lastmod if _DATE.fullmatch(lastmod) else ""))
        if len(pages) + len(sitemaps) >= MAX_LISTED:
            break
    return Sitemap(pages=list(pages.values()), sitemaps=list(sitemaps))


def absolute(base: str, link: str) -> str:
    """An http or https URL, or "" where the link leads to none."""
    if link.startswith(("https://", "http://")):
        return link
    try:
        target = urljoin(base, link) if link else ""
    except ValueError:
        return ""
    return target if target.lower().startswith(("https://", "http://")) else ""


def _lines(text: str) -> list[Listed]:
    """A text sitemap. Its first line must be a URL; later ones that are none are passed over."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        link = line.strip()
        if link.lower().startswith(("https://", "http://")) and len(link) <= lenient_xml.MAX_FIELD_LENGTH:
            found[link] = None
        elif link and not found:
            break
        if len(found) >= MAX_LISTED:
            break
    if not found:
        raise NotASitemap("neither a list of URLs nor XML of a sitemap")
    return [Listed(url=link) for link in found]
