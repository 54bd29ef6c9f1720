"""Results in a feed: RSS or Atom, with the elements that OpenSearch adds.

In: a reply. Out: its results with titles and snippets, and how many there are in all, -1 where it does not say.
"""

from __future__ import annotations

import re

from headwater.acquire import lenient_xml
from headwater.acquire.search.asking import answered
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.results import Refused, Result, result
from headwater.acquire.sitemaps import absolute

MAX_RESULTS = 1000
_ROOT = re.compile(r"<(?:[\w.-]{1,64}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_TOTAL = re.compile(r"<(?:[\w.-]{1,64}:)?totalResults[^<>]{0,200}>\s*(\d{1,12})\s*<", re.IGNORECASE)
_FIELDS = ("title", "link", "guid", "description", "summary", "content", "encoded")


def read(reply: Reply) -> tuple[list[Result], int]:
    """The results of a feed. Raises Refused."""
    text = lenient_xml.text_of(answered(reply).body).lstrip("\ufeff \t\r\n")
    root = _ROOT.search(text, 0, 4096)
    if root is None:
        raise Refused("search.malformed_answer", "the answer is neither RSS nor Atom")
    total = _TOTAL.search(text)
    found = []
    for record in lenient_xml.records(text[root.start() :], ("item", "entry"), _FIELDS):
        title = record.first("title")
        words = record.first("description", "summary", "content", "encoded")
        url = absolute(reply.url, _address(record))
        found.append(result(url, title.text if title else "", lenient_xml.plain(words.text) if words else ""))
        if len(found) >= MAX_RESULTS:
            break
    return found, int(total.group(1)) if total else -1


def _address(record: lenient_xml.Record) -> str:
    """Where an item leads: the text of its link in RSS, the alternate link in Atom, else a guid that is an address."""
    for item in record.fields:
        if item.name == "link":
            href = item.attribute("href")
            if item.text and not href:
                return item.text
            if href and item.attribute("rel") in ("", "alternate"):
                return href
    guid = record.first("guid")
    return guid.text if guid and guid.text.startswith(("https://", "http://")) else ""
