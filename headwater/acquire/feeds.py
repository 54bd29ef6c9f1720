"""Feeds: the latest pages of a site, as its RSS, Atom or JSON feed lists them.

In: the bytes of a feed (RSS 0.9 to 2.0, Atom, JSON Feed) and its URL. Out: absolute URLs in order, each once, with
the day of their last change.
"""

from __future__ import annotations

import re
from typing import Any

from headwater.acquire import lenient_xml
from headwater.acquire.sitemaps import MAX_LISTED, START_LENGTH, Listed, absolute

_START = re.compile(r"<(?:[\w.-]{1,64}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_FIELDS = ("link", "guid", "pubdate", "updated", "published", "modified", "date")
_DATES = ("updated", "modified", "pubdate", "date", "published")
MAX_JSON_BYTES = 10 << 20


class NotAFeed(ValueError):
    """The bytes are no feed."""


def read(data: bytes, url: str) -> list[Listed]:
    """The pages of a feed, at most MAX_LISTED. Raises NotAFeed."""
    text = lenient_xml.text_of(data).lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _from_json(text, url)
    root = _START.search(text, 0, START_LENGTH)
    if root is None:
        raise NotAFeed("neither RSS nor Atom nor a JSON feed")
    found: dict[str, Listed] = {}
    for record in lenient_xml.records(text[root.start() :], ("item", "entry"), _FIELDS):
        if target := absolute(url, _link(record)):
            date = record.first(*_DATES)
            found.setdefault(target, Listed(url=target, lastmod=iso_date(date.text) if date else ""))
        if len(found) >= MAX_LISTED:
            break
    return list(found.values())


def _link(record: lenient_xml.Record) -> str:
    """Where an item leads: the text of its link or its permanent id in RSS, the alternate link in Atom."""
    for item in record.fields:
        if item.name == "link" and item.prefix == record.prefix:
            if item.text and record.name == "item":
                return item.text
            href = item.attribute("href")
            if href and item.attribute("rel") in ("", "alternate"):
                return href
    for item in record.fields:
        permanent = item.name == "guid" and item.attribute("isPermaLink").lower() != "false"
        if permanent and item.text.startswith(("https://", "http://")):
            return item.text
    about = lenient_xml.Field(name="", prefix="", attributes=record.attributes, text="").attribute("rdf:about")
    return about if record.name == "item" else ""


def _from_json(text: str, url: str) -> list[Listed]:
    import orjson

    try:
        found: Any = orjson.loads(text[:MAX_JSON_BYTES])
    except ValueError as error:
        raise NotAFeed("JSON that cannot be read") from error
    items = found.get("items")
    if not isinstance(items, list):
        raise NotAFeed("JSON without items")
    pages: dict[str, Listed] = {}
    for item in items[:MAX_LISTED]:
        if not isinstance(item, dict):
            continue
        link = next((item[key] for key in ("url", "external_url") if isinstance(item.get(key), str)), "")
        date = next((item[key] for key in ("date_modified", "date_published") if isinstance(item.get(key), str)), "")
        if target := absolute(url, link[: lenient_xml.MAX_FIELD_LENGTH]):
            pages.setdefault(target, Listed(url=target, lastmod=iso_date(date)))
    return list(pages.values())


def iso_date(text: str) -> str:
    """A date as mail (RFC 822) or ISO 8601 writes it, in ISO 8601; "" where it is neither."""
    from datetime import datetime
    from email.utils import parsedate_to_datetime

    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text.strip()[:64]).isoformat()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return ""
