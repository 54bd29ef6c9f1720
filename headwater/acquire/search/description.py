"""An OpenSearch description document: the ways in which a site's search can be asked.

In: the document. Out: its Ways, each a URL template with the type of its answers, and how a template is filled in.
Source: OpenSearch 1.1 draft 6, sections on the Url element and on URL template syntax. A parameter that is not known
is left empty where it is optional; a way that needs one cannot be asked.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass
from urllib.parse import quote_plus, urljoin

from headwater.acquire import lenient_xml
from headwater.acquire.canonical import canonical
from headwater.acquire.search.asking import answered
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.website import Website
from headwater.acquire.search.website import of_reply as page_of_reply

RESULTS, SUGGESTIONS = "results", "suggestions"
RESULT_TYPES = ("application/rss+xml", "application/atom+xml", "text/html", "application/xhtml+xml")  # best first
_ROOT = re.compile(r"<(?:[\w.-]{1,64}:)?OpenSearchDescription[\s>/]", re.IGNORECASE)
_PARAMETER = re.compile(r"\{(?:([\w.-]{1,64}):)?([\w.-]{1,64})(\??)\}")
ROOT_CHARS = 4096
KNOWN = ("searchTerms", "count", "startIndex", "startPage", "language", "inputEncoding", "outputEncoding")


@dataclass(frozen=True, kw_only=True)
class Way:
    """One Url element. `first_page` and `first_index`: what the first page and the first result are called."""

    template: str
    kind: str
    rel: str
    first_page: int = 1
    first_index: int = 1
    encoding: str = "utf-8"

    @property
    def preference(self) -> int:
        """Lower is better: answers made for programs, then pages, then suggestions."""
        return len(RESULT_TYPES) if self.rel == SUGGESTIONS else RESULT_TYPES.index(self.kind)

    @property
    def pages(self) -> bool:
        """Whether further pages can be asked for."""
        return any(name in ("startIndex", "startPage") for _, name, _ in _PARAMETER.findall(self.template))

    def can_fill(self) -> bool:
        named = _PARAMETER.findall(self.template)
        needed = all(name in KNOWN or optional for _, name, optional in named)
        return needed and any(name == "searchTerms" for _, name, _ in named)

    def filled(self, query: str, *, page: int, index: int, count: int, language: str) -> str:
        """The address for a query."""
        try:
            written = quote_plus(query.encode(self.encoding))
        except UnicodeEncodeError:
            written = quote_plus(query)
        values = {
            "searchTerms": written, "count": str(count), "startIndex": str(index), "startPage": str(page),
            "language": quote_plus(language) or "*", "inputEncoding": self.encoding, "outputEncoding": "UTF-8",
        }  # fmt: skip
        optional = {"language": quote_plus(language)}

        def one(match: re.Match[str]) -> str:
            name = match.group(2)
            return (optional if match.group(3) and name in optional else values).get(name, "")

        return _PARAMETER.sub(one, self.template)


@dataclass(frozen=True, kw_only=True)
class Description:
    url: str
    ways: tuple[Way, ...]


def of_reply(reply: Reply) -> Description | Website:
    """The description in a reply, or the page that it is instead. Raises Refused."""
    answered(reply)
    text = lenient_xml.text_of(reply.body).lstrip("\ufeff \t\r\n")
    return read(text, reply.url) if _ROOT.search(text, 0, ROOT_CHARS) else page_of_reply(reply)


def read(text: str, url: str) -> Description:
    """The ways that a document names; those of another kind than results and suggestions are left out."""
    ways: list[Way] = []
    for record in lenient_xml.records(text, ("opensearchdescription",), ("url", "inputencoding")):
        named = record.first("inputencoding")
        encoding = _known(named.text if named else "")
        for item in record.fields:
            if item.name == "url" and (way := _way(item, url, encoding)):
                ways.append(way)
    return Description(url=url, ways=tuple(ways))


def _way(item: lenient_xml.Field, url: str, encoding: str) -> Way | None:
    rel = item.attribute("rel").lower().split() or [RESULTS]
    kind = item.attribute("type").partition(";")[0].strip().lower()
    role = SUGGESTIONS if kind == "application/x-suggestions+json" or rel == [SUGGESTIONS] else rel[0]
    is_results = role == RESULTS and kind in RESULT_TYPES
    if len(rel) > 1 or not (is_results or (role == SUGGESTIONS and "json" in kind)):
        return None
    if item.attribute("method").lower() not in ("", "get"):
        return None
    with contextlib.suppress(ValueError):  # what cannot be joined is no address
        template = urljoin(url, item.attribute("template").strip())
        if canonical(_PARAMETER.sub("x", template)):
            return Way(
                template=template.replace("%7B", "{").replace("%7D", "}"),
                kind="text/html" if kind == "application/xhtml+xml" else kind,
                rel=role,
                first_page=_whole(item.attribute("pageOffset")),
                first_index=_whole(item.attribute("indexOffset")),
                encoding=encoding,
            )
    return None


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text.strip()) else 1


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name if name and codecs.lookup(name)._is_text_encoding else "utf-8"
    except LookupError:
        return "utf-8"
