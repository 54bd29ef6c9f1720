"""OpenSearch. Shapes: OpenSearch 1.1 draft 6 (github.com/dewitt/opensearch), its examples of descriptions and of RSS
and Atom responses; Suggestions 1.1 (`[query, [texts], [descriptions], [addresses]]`)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from headwater.acquire.search import description
from headwater.errors import HeadwaterError

from .conftest import Answer, Asked, Service, html, searched, source_for, told

OSD = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/"><ShortName>Web</ShortName>
<Description>d</Description>{}</OpenSearchDescription>"""
LINK = '<link rel="search" type="application/opensearchdescription+xml" href="/osd.xml" title="s">'


def offering(service: Service, *urls: str, answers: dict[str, object]) -> None:
    """A site that describes its search; `answers` by path are functions of what is asked."""

    def answer(asked: Asked) -> Answer | None:
        if asked.path == "/":
            return html("home", LINK)
        if asked.path == "/osd.xml":
            return 200, {"Content-Type": "application/opensearchdescription+xml"}, OSD.format("".join(urls)).encode()
        made = answers.get(asked.path)
        return made(asked) if made else None  # type: ignore[operator]

    service.answer = answer


def rss(first: int, count: int, total: int) -> Answer:
    items = "".join(
        f"<item><title>结果 {i} &amp; co</title><link>/doc/{i}</link>"
        f"<description>&lt;b&gt;About&lt;/b&gt; {i}</description></item>"
        for i in range(first, first + count)
    )
    body = f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
     xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><channel><title>Search</title><link>http://e.com/</link>
     <opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{first}</opensearch:startIndex>
     {items}</channel></rss>"""
    return 200, {"Content-Type": "application/rss+xml"}, body.encode()


def test_rss_is_preferred_and_its_pages_followed(service: Service, tmp_path: Path) -> None:
    offering(
        service,
        '<Url type="text/html" template="/html?q={searchTerms}"/>',
        '<Url type="application/rss+xml" indexOffset="0" template="/rss?q={searchTerms}&amp;start={startIndex?}'
        '&amp;n={count?}&amp;lang={language?}&amp;x={ext:other?}"/>',
        answers={"/rss": lambda a: rss(int(a.fields["start"]), min(2, 5 - int(a.fields["start"])), 5)},
    )
    rows, _ = searched(tmp_path, source_for(service, "opensearch", "分词 a&b", language="zh"))
    assert [row["url"] for row in rows] == [f"{service.url}/doc/{i}" for i in range(5)]
    assert rows[0]["title"] == "结果 0 & co" and rows[0]["snippet"] == "About 0"
    asked = service.asked("/rss")
    assert [a.fields["start"] for a in asked] == ["0", "2", "4"]
    assert asked[0].all_fields == {"q": ["分词 a&b"], "start": ["0"], "n": ["20"], "lang": ["zh"], "x": [""]}


def test_atom_and_the_document_s_own_address(service: Service, tmp_path: Path) -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>s</title><entry><title type="html">A &lt;i&gt;b&lt;/i&gt;
    </title><link rel="self" href="/self"/><link href="/doc/1"/><summary>short</summary></entry></feed>"""
    offering(
        service,
        '<Url type="application/atom+xml" template="http://HOST/atom?q={searchTerms}&amp;pw={startPage}"/>'.replace(
            "http://HOST", service.url
        ),
        answers={"/atom": lambda a: (200, {}, atom.encode()) if a.fields["pw"] == "1" else rss(0, 0, 0)},
    )
    rows, _ = searched(tmp_path, source_for(service, "opensearch", "x", site=f"{service.url}/osd.xml"))
    assert [(r["url"], r["title"], r["snippet"]) for r in rows] == [(f"{service.url}/doc/1", "A b", "short")]


def test_result_pages_are_read_where_there_is_no_feed(service: Service, tmp_path: Path) -> None:
    def page(asked: Asked) -> Answer:
        hits = (
            [] if asked.fields["q"] != "词" else [f'<a href="/d{asked.fields["p"]}{i}">Doc {i}</a> text' for i in "ab"]
        )
        return html('<a href="/about">About</a>' + " ".join(hits if asked.fields["p"] < "3" else []))

    offering(
        service,
        '<Url type="text/html" pageOffset="0" template="/s?q={searchTerms}&amp;p={startPage?}"/>',
        answers={"/s": page},
    )
    rows, _ = searched(tmp_path, source_for(service, "opensearch", "词"))
    assert [row["url"].removeprefix(service.url) for row in rows] == ["/d0a", "/d0b", "/d1a", "/d1b", "/d2a", "/d2b"]
    assert rows[0]["title"] == "Doc a" and rows[0]["snippet"] == "text"


def test_suggestions_with_addresses_are_the_last_resort(service: Service, tmp_path: Path) -> None:
    value = ["q", ["Alpha", "Beta", "Gamma"], ["first"], [f"{service.url}/a", f"{service.url}/b"]]
    offering(
        service,
        '<Url type="application/x-suggestions+json" template="/suggest?q={searchTerms}"/>',
        answers={"/suggest": lambda a: told(value)},
    )
    rows, _ = searched(tmp_path, source_for(service, "opensearch", "q"))
    assert [(r["title"], r["snippet"], r["url"][-1]) for r in rows] == [("Alpha", "first", "a"), ("Beta", "", "b")]


def test_a_query_is_written_in_the_encoding_that_is_asked_for(service: Service, tmp_path: Path) -> None:
    offering(
        service,
        '<Url type="application/rss+xml" template="/rss?q={searchTerms}"/><InputEncoding>GBK</InputEncoding>',
        answers={"/rss": lambda a: rss(0, 1, 1)},
    )
    searched(tmp_path, source_for(service, "opensearch", "分词"))
    asked = service.asked("/rss")[0]
    assert unquote_to_bytes(asked.query.removeprefix("q=")).decode("gbk") == "分词"


@pytest.mark.parametrize(
    "url",
    [
        '<Url type="application/rss+xml" template="/rss?q={searchTerms}&amp;k={ext:needed}"/>',
        '<Url type="application/rss+xml" template="/rss?q=fixed"/>',
        '<Url type="application/rss+xml" rel="self" template="/rss?q={searchTerms}"/>',
        '<Url type="application/rss+xml" method="post" template="/rss?q={searchTerms}"/>',
        '<Url type="application/rss+xml" template="javascript:alert({searchTerms})"/>',
        "",
    ],
)
def test_a_way_that_cannot_be_asked_is_none(service: Service, tmp_path: Path, url: str) -> None:
    offering(service, url, answers={})
    with pytest.raises(HeadwaterError, match="describes no search|no OpenSearch"):
        searched(tmp_path, source_for(service, "opensearch", "x"))


def test_hostile_documents_are_read_in_bounded_time() -> None:
    for text in ("<Url " * 200_000, "<OpenSearchDescription>" + "<Url template='" * 100_000, "<a>" * 1_000_000):
        description.read(f"<OpenSearchDescription {text}", "http://e.org/")
