"""Whatever a service answers, its client gives results or one of the reasons that are counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.acquire.search import answers, brave, cdx, commoncrawl, description, feeds, opensearch, searxng, website
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.mediawiki import MediaWiki
from headwater.acquire.search.mediawiki import _general as general
from headwater.acquire.search.results import Refused
from headwater.acquire.sources.search import SearchSource

NAMES = st.sampled_from(
    "query search results web url title snippet content continue searchinfo totalhits error errors code info detail"
    " meta loc unresponsive_engines number_of_results pages id from to cdx-api offset length filename timestamp"
    " description more_results_available general server articlepath".split()
)  # fmt: skip
TEXT = st.text(max_size=12) | st.sampled_from(["https://e.org/分词", "$1", "//", "http://[", "1", "-1", "\ud800x"[1:]])
LEAF = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=25
)
PIECES = (
    '<a href="/x"> </a> <a <form action=/s> <input name=q> <link rel=search href=x> <!-- --> <item> </item> <entry>'
    " <link> <title> </title> <OpenSearchDescription> </OpenSearchDescription> <Url template={searchTerms}"
    " type=text/html/> <rss> <feed> <base href=//[> <script> & &#0; ' \" > < 分 \x00"
)
MARKUP = st.lists(st.sampled_from(PIECES.split(" ")), max_size=40).map("".join)
STATUS = st.sampled_from([200, 200, 200, 206, 302, 400, 401, 404, 422, 429, 500, 503])
HEADERS = st.fixed_dictionaries(
    {"retry-after": TEXT, "x-ratelimit-remaining": TEXT, "x-ratelimit-reset": TEXT, "content-range": TEXT}
)


def reply(status: int, headers: dict[str, str], body: bytes) -> Reply:
    return Reply(url="http://e.org/a/b?q=x", status=status, headers=headers, content_type="", charset="", body=body)


def wiki() -> MediaWiki:
    made = MediaWiki(SearchSource(site="e.org"), None, Path(), None)  # type: ignore[arg-type]
    made._articles = "http://e.org/$1"
    return made


READERS: dict[str, Callable[[Reply], Any]] = {
    "mediawiki": lambda found: wiki()._read(found),
    "mediawiki general": general,
    "searxng": lambda found: searxng._read(found, 1),
    "brave": lambda found: brave._read(found, 0),
    "suggestions": opensearch._suggested,
    "crawls": commoncrawl._collections,
    "pages": commoncrawl._pages,
    "lines": lambda found: list(
        cdx.captures(commoncrawl._lines(found), "", cdx.wanted_of(SearchSource(mime=""))),
    ),
    "feed": feeds.read,
    "description": description.of_reply,
    "page": lambda found: answers.read(website.of_reply(found), found.url, "x", set()),
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(status=STATUS, headers=HEADERS, value=VALUE, written=MARKUP, kind=st.sampled_from(["json", "markup", "bytes"]))
def test_results_or_a_reason(
    name: str, status: int, headers: dict[str, str], value: Any, written: str, kind: str
) -> None:
    body = {
        "json": json.dumps(value).encode(),
        "markup": written.encode("utf-8", "replace"),
        "bytes": written.encode("utf-16", "replace"),
    }[kind]
    try:
        READERS[name](reply(status, headers, body))
    except Refused as refused:
        assert refused.reason == refused.reason.lower() and "." in refused.reason and refused.wait_s >= 0
