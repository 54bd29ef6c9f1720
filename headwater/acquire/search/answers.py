"""Results on a search page made for people: its links that are neither navigation nor the search itself.

In: the page for a query, the page for a query that nothing answers, and the address that was asked. Out: results in
the order of the page, and the address of the next page, if it leads to one. A link is navigation when the other page
has it too.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from headwater.acquire.canonical import netloc_of
from headwater.acquire.search.results import Result, result
from headwater.acquire.search.website import Website

_NEXT = re.compile(
    r"^\W*(?:next(?: page)?|older(?: posts| entries)?|more results|下一?[页頁]|后一?页|次へ)\W*$|^[›»→>]+$", re.I
)
_FILE = re.compile(r"\.(?:css|js|json|xml|rss|atom|png|jpe?g|gif|svg|ico|webp|mp[34]|avi|zip|gz|exe|dmg)$", re.I)


def links_of(page: Website) -> set[str]:
    """Every address that a page links to."""
    return {url for anchor in page.offers.anchors if anchor.href and (url := page.absolute(anchor.href))}


def read(page: Website, asked: str, query: str, navigation: set[str]) -> tuple[list[Result], str]:
    """The results on a page, and the address of the next one, "" where it names none."""
    wanted = []
    seen: set[str] = set()
    for anchor in page.offers.anchors:
        url = page.absolute(anchor.href) if anchor.href and not anchor.href.startswith("#") else ""
        if url and anchor.text and url not in seen and _is_content(url, page.url, asked, query, navigation):
            seen.add(url)
            wanted.append((url, anchor))
    found = []
    for number, (url, anchor) in enumerate(wanted):
        last = wanted[number + 1][1].before if number + 1 < len(wanted) else len(page.offers.pieces)
        found.append(result(url, anchor.text, page.offers.words(anchor.after, last)))
    return found, _next(page, asked, query)


def _is_content(url: str, page: str, asked: str, query: str, navigation: set[str]) -> bool:
    if url in navigation or netloc_of(url) != urlsplit(page).netloc.lower().removesuffix(":80").removesuffix(":443"):
        return False
    parts = urlsplit(url)
    front = parts.path == "/" and not parts.query
    return not (is_search(url, asked, query) or is_search(url, page, query) or _FILE.search(parts.path) or front)


def is_search(url: str, asked: str, query: str) -> bool:
    """Whether an address is the search itself, for this or another query: its path, and the query in the same field."""
    one, other = urlsplit(url), urlsplit(asked)
    if one.path != other.path:
        return False
    named = {name for name, value in parse_qsl(other.query, keep_blank_values=True) if value == query}
    given = {name for name, _ in parse_qsl(one.query, keep_blank_values=True)}
    return bool(named & given) or not one.query


def _next(page: Website, asked: str, query: str) -> str:
    """Where the page says that it goes on."""
    named = [tag.get("href", "") for tag in page.offers.links if "next" in tag.get("rel", "").lower().split()]
    named += [anchor.href for anchor in page.offers.anchors if "next" in anchor.rel.split()]
    named += [anchor.href for anchor in page.offers.anchors if _NEXT.search(anchor.text[:40])]
    for link in named:
        url = page.absolute(link) if link else ""
        if url and url != page.url and netloc_of(url) == netloc_of(page.absolute("") or url) and _carries(url, query):
            return url
    return ""


def _carries(url: str, query: str) -> bool:
    """Whether an address asks for the query: a `next` link may also be of the site's news."""
    return any(value == query for _, value in parse_qsl(urlsplit(url).query))
