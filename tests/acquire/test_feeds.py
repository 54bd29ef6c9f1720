"""Feeds of every family, and files that are none."""

from __future__ import annotations

import pytest

from headwater.acquire.feeds import NotAFeed, iso_date, read
from headwater.acquire.sitemaps import Listed

URL = "http://h.example/blog/feed"


def found(text: str | bytes) -> list[tuple[str, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [(item.url, item.lastmod) for item in read(data, URL)]


def test_rss_2() -> None:
    assert found(
        """<?xml version="1.0"?><rss version="2.0" xmlns:atom="a" xmlns:content="c"><channel><title>T</title>
        <link>http://h.example/</link><atom:link href="http://h.example/feed" rel="self"/>
        <item><title>水</title><link>http://h.example/1?a=1&amp;b=2</link>
        <pubDate>Wed, 02 Oct 2024 13:00:00 GMT</pubDate>
        <content:encoded><![CDATA[<link>http://h.example/no</link><item>]]></content:encoded></item>
        <item><guid>http://h.example/2</guid></item>
        <item><guid isPermaLink="false">http://h.example/no</guid><link><![CDATA[ http://h.example/3 ]]></link></item>
        <item><link/><guid isPermaLink="false">urn:x</guid></item>
        <item><atom:link href="http://h.example/no"/><link>/4</link></item>
        </channel></rss>"""
    ) == [
        ("http://h.example/1?a=1&b=2", "2024-10-02T13:00:00+00:00"),
        ("http://h.example/2", ""),
        ("http://h.example/3", ""),
        ("http://h.example/4", ""),
    ]


def test_rss_1_and_0_9() -> None:
    assert found(
        """<rdf:RDF xmlns:rdf="r" xmlns:dc="d"><channel rdf:about="x"><items/></channel>
        <item rdf:about="http://h.example/1"><dc:date>2024-01-02</dc:date></item>
        <item rdf:about="http://h.example/no"><link>http://h.example/2</link></item></rdf:RDF>"""
    ) == [("http://h.example/1", "2024-01-02T00:00:00"), ("http://h.example/2", "")]


def test_atom() -> None:
    assert found(
        """<feed xmlns="http://www.w3.org/2005/Atom"><link href="http://h.example/"/><updated>2020-01-01</updated>
        <entry><link rel="edit" href="/no"/><link rel="alternate" type="text/html" href="post/1"/>
        <published>2023-01-01T00:00:00Z</published><updated>2024-05-06T07:08:09Z</updated></entry>
        <entry><link href='http://h.example/2'/></entry><entry><link rel="enclosure" href="/no.mp3"/></entry></feed>"""
    ) == [("http://h.example/blog/post/1", "2024-05-06T07:08:09+00:00"), ("http://h.example/2", "")]
    assert found("<a:feed xmlns:a='x'><a:entry><a:link href='/1'/></a:entry></a:feed>") == [("http://h.example/1", "")]


def test_json() -> None:
    assert found(
        """{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1", "date_published": "2024-01-02"},
        {"external_url": "https://o.example/2"}, {"url": 3}, "x", {"url": "/1"}]}"""
    ) == [("http://h.example/1", "2024-01-02T00:00:00"), ("https://o.example/2", "")]


def test_other_encodings() -> None:
    text = '<?xml version="1.0" encoding="gbk"?><rss><channel><item><link>/水</link></item></channel></rss>'
    assert found(text.encode("gbk")) == [("http://h.example/水", "")]


def test_a_damaged_feed_keeps_what_came_before() -> None:
    assert found("<rss><channel><item><link>/1</link></item><item><link>/2") == [("http://h.example/1", "")]


@pytest.mark.parametrize(
    "data",
    [b"", b"<html><head></head></html>", b"{", b'{"items": 3}', b"{}", b"\xff\xfe\x00", b"<urlset></urlset>", b"[]"],
)
def test_what_is_none(data: bytes) -> None:
    with pytest.raises(NotAFeed):
        read(data, URL)


def test_dates() -> None:
    assert iso_date("Wed, 02 Oct 2024 13:00:00 +0800") == "2024-10-02T13:00:00+08:00"
    assert iso_date("2024-10-02T13:00:00Z") == "2024-10-02T13:00:00+00:00"
    assert iso_date("soon") == iso_date("") == iso_date("99 Foo 99999999999999") == ""


def test_equal_input_gives_equal_lists() -> None:
    text = b"<rss>" + b"".join(b"<item><link>/%d</link></item>" % (i % 7) for i in range(50)) + b"</rss>"
    assert read(text, URL) == read(text, URL) == [Listed(url=f"http://h.example/{i}") for i in range(7)]
