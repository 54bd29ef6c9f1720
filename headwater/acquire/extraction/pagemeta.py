"""What a page says about itself: title, author and date.

In: the text of an HTML page and its URL. Out: a PageMeta, each field empty where the page says nothing usable.
Looked up in this order: meta tags, JSON-LD, `time` elements, the address. Only the head of the page and a bounded
number of places are read, so that no page is slow.
"""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

HEAD_CHARS = 256 << 10
MAX_TITLE_CHARS = 500
MAX_AUTHOR_CHARS = 120
FIRST_YEAR = 1990  # before the web, a date is of something else
AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dc.creator.creator", "byl")
DATES = (
    "article:published_time", "datepublished", "og:published_time", "date", "pubdate", "publishdate", "publish_date",
    "dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "sailthru.date", "parsely-pub-date",
    "article.published", "cxenseparse:recs:publishtime", "apub:time",
)  # fmt: skip
_TITLE = re.compile(r"<title\b[^>]{0,512}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_LANG = re.compile(r"<html\b[^>]{0,512}?\slang\s*=\s*[\"']?([A-Za-z0-9-]{2,20})", re.IGNORECASE)
_META = re.compile(r"<meta\b([^>]{0,2048})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:._-]{1,40})\s*=\s*(?:"([^"]{0,1024})"|'([^']{0,1024})')""")
_JSON_LD = re.compile(r"<script\b[^>]{0,300}ld\+json[^>]{0,300}>(.{0,65536}?)</script", re.IGNORECASE | re.DOTALL)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_JSON_AUTHOR = re.compile(r'"author"\s*:\s*\[?\s*(?:\{[^{}]{0,600}?"name"\s*:\s*\[?\s*)?"([^"]{2,120})"')
_TIME = re.compile(r"<time\b[^>]{0,300}?\bdatetime\s*=\s*[\"']([^\"']{8,40})", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:作者|记者|撰文)\s*[：:]\s*([\u3400-\u9fffA-Za-z·. ]{2,24}?)"
    r"(?=\s*[<|/\u3000]|\s{2}|\s*(?:发布|发表|更新|来源|编辑|阅读))"
)
_DATELINE = re.compile(r"(?:发布|发表|更新|出版)?(?:时间|日期)\s*[：:]?\s*((?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2})")
_DATE_WORDS = ("时间", "日期")  # looked for first: most pages have none
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_COMPACT_DAY = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class PageMeta:
    """`date` is an ISO day; `html_lang` is what the page says of itself, unchecked."""

    title: str = ""
    author: str = ""
    date: str = ""
    html_lang: str = ""


def page_meta(page: str, url: str = "") -> PageMeta:
    """What the page says of itself."""
    head = page[:HEAD_CHARS]
    said = _meta_tags(head)
    linked = " ".join(match.group(1) for _, match in zip(range(8), _JSON_LD.finditer(head), strict=False))
    title, lang = _TITLE.search(head), _LANG.search(head)
    dates = [*(said[name] for name in DATES if name in said), *_JSON_DATE.findall(linked)[:3]]
    dates += _DATELINE.findall(head)[:1] if any(word in head for word in _DATE_WORDS) else []
    dates += [match.group(1) for _, match in zip(range(3), _TIME.finditer(head), strict=False)]
    return PageMeta(
        title=_clean(title.group(1), MAX_TITLE_CHARS) if title else "",
        author=next(_authors(said, linked), "") or _byline(head),
        date=next(filter(None, map(day, [*dates, url])), ""),
        html_lang=lang.group(1).lower() if lang else "",
    )


def _meta_tags(head: str) -> dict[str, str]:
    """Contents of meta tags by lower-case name, property or itemprop; the first of a name counts."""
    said: dict[str, str] = {}
    for match in _META.finditer(head):
        given = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(match.group(1))}
        name = given.get("name") or given.get("property") or given.get("itemprop") or ""
        if given.get("content", "").strip():
            said.setdefault(name.strip().lower(), given["content"])
    return said


def _authors(said: dict[str, str], linked: str) -> Iterator[str]:
    """Names of people as given; an address in place of a name is none."""
    for given in [*(said[name] for name in AUTHORS if name in said), *_JSON_AUTHOR.findall(linked)[:3]]:
        name = _clean(given, MAX_AUTHOR_CHARS)
        if len(name) > 1 and "://" not in name and not name.startswith(("@", "www.")):
            yield name.removeprefix("By ").removeprefix("by ").removeprefix("作者：").strip()


def _byline(head: str) -> str:
    """The author as Chinese pages name one, in a line of the page."""
    match = _BYLINE.search(head) if any(word in head for word in ("作者", "记者", "撰文")) else None
    return _clean(match.group(1), MAX_AUTHOR_CHARS) if match else ""


def day(text: str) -> str:
    """The first day in a text as YYYY-MM-DD, or "" where there is none that can be."""
    match = _DAY.search(text) or _COMPACT_DAY.match(text)
    if match is None:
        return ""
    try:
        found = datetime.date(*map(int, match.groups()))
    except ValueError:
        return ""
    return found.isoformat() if FIRST_YEAR <= found.year <= 2100 else ""


def _clean(text: str, most: int) -> str:
    return _SPACE.sub(" ", html.unescape(text)).strip()[:most]
