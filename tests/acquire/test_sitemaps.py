"""Sitemaps as the web has them: every form of the protocol, damaged ones, and ones made to hurt."""

from __future__ import annotations

import gzip
import time

import pytest

from headwater.acquire import lenient_xml, sitemaps
from headwater.acquire.sitemaps import Listed, NotASitemap, read

URL = "http://h.example/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def pages(text: str | bytes) -> list[str]:
    return [item.url for item in read(text.encode() if isinstance(text, str) else text, URL).pages]


def urlset(*urls: str) -> str:
    items = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACE}>{items}</urlset>'


def test_pages_with_their_dates() -> None:
    text = f"""<?xml version="1.0"?>
    <!-- <url><loc>http://h.example/no</loc></url> -->
    <urlset {NAMESPACE}>
      <url> <loc> http://h.example/a?x=1&amp;y=2 </loc><lastmod>2024-05-01T10:00:00+08:00</lastmod>
            <changefreq>daily</changefreq></url>
      <url><lastmod>2023</lastmod><loc><![CDATA[http://h.example/b?x=1&y=2]]></loc></url>
      <url><loc>http://h.example/中文</loc><lastmod>yesterday</lastmod></url>
      <url><loc>/relative</loc></url><url><loc></loc></url><url/><url><loc>ftp://h.example/x</loc></url>
      <url><loc>http://h.example/a?x=1&amp;y=2</loc></url>
    </urlset>"""
    assert read(text.encode(), URL).pages == [
        Listed(url="http://h.example/a?x=1&y=2", lastmod="2024-05-01T10:00:00+08:00"),
        Listed(url="http://h.example/b?x=1&y=2", lastmod="2023"),
        Listed(url="http://h.example/中文"),
        Listed(url="http://h.example/relative"),
    ]


def test_an_index() -> None:
    text = f"""<sitemapindex {NAMESPACE}><sitemap><loc>http://h.example/1.xml.gz</loc><lastmod>2024-01-01</lastmod>
    </sitemap><sitemap><loc>http://h.example/2.xml</loc></sitemap></sitemapindex>"""
    found = read(text.encode(), URL)
    assert (found.sitemaps, found.pages) == (["http://h.example/1.xml.gz", "http://h.example/2.xml"], [])


def test_any_namespace_or_none_and_images_are_no_pages() -> None:
    assert pages("<urlset><url><loc>http://h.example/a</loc></url></urlset>") == ["http://h.example/a"]
    assert pages(
        """<sm:urlset xmlns:sm="x" xmlns:i="y"><sm:url><i:image><i:loc>http://h.example/i.png</i:loc></i:image>
        <sm:loc>http://h.example/a</sm:loc></sm:url></sm:urlset>"""
    ) == ["http://h.example/a"]
    assert pages(
        """<URLSET><url><video:video><video:loc>http://h.example/v</video:loc></video:video>
        <LOC>http://h.example/a</LOC></url></URLSET>"""
    ) == ["http://h.example/a"]


def test_gzip_in_one_member_or_several_or_cut() -> None:
    text = urlset(*(f"http://h.example/{i}" for i in range(2000))).encode()
    assert len(pages(gzip.compress(text))) == 2000
    assert len(pages(gzip.compress(text[:30_000]) + gzip.compress(text[30_000:]))) == 2000
    assert 100 < len(pages(gzip.compress(text)[:-2000])) < 2000
    with pytest.raises(NotASitemap):
        pages(b"\x1f\x8b\x08garbage")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str) -> None:
    name = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = urlset("http://h.example/中文").replace("UTF-8", name)
    assert pages(text.encode(encoding)) == ["http://h.example/中文"]


def test_one_url_a_line() -> None:
    assert pages("\ufeffhttp://h.example/a\r\n\r\nhttps://h.example/中\nnothing\nhttp://h.example/a") == [
        "http://h.example/a",
        "https://h.example/中",
    ]


def test_a_feed_is_a_sitemap_too() -> None:
    assert pages("<rss><channel><item><link>http://h.example/a</link></item></channel></rss>") == ["http://h.example/a"]


@pytest.mark.parametrize(
    "data",
    [b"", b"<!doctype html><html><body>http://h.example/</body></html>", b"\x89PNG\r\n", b"{}", b"hello http://x/"],
)
def test_what_is_none(data: bytes) -> None:
    with pytest.raises(NotASitemap):
        read(data, URL)


def test_a_damaged_tail_keeps_what_came_before() -> None:
    text = urlset("http://h.example/a?x=1&y=2", "http://h.example/b<br>", "http://h.example/c")
    assert pages(text) == ["http://h.example/a?x=1&y=2", "http://h.example/b", "http://h.example/c"]
    assert pages(text[: text.index("c</loc>")]) == ["http://h.example/a?x=1&y=2", "http://h.example/b"]
    assert pages(text.replace("</url>", "")) == pages(text)[:2]
    assert pages(text[: text.index("/c")] + "\x00\x01<<<") == ["http://h.example/a?x=1&y=2", "http://h.example/b"]


def test_no_entity_is_expanded_and_nothing_else_is_read(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("http://h.example/secret")
    text = f"""<!DOCTYPE urlset [<!ENTITY a "http://h.example/aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY file SYSTEM "{secret.as_uri()}">]>
    <urlset><url><loc>http://h.example/?&b;</loc></url><url><loc>http://h.example/?&file;</loc></url><url><loc>http://h.example/&#x61;&#98;</loc></url>
    </urlset>"""
    assert pages(text) == ["http://h.example/?&b;", "http://h.example/?&file;", "http://h.example/ab"]


def test_lists_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sitemaps.MAX_LISTED == 50_000
    monkeypatch.setattr(sitemaps, "MAX_LISTED", 100)
    monkeypatch.setattr(lenient_xml, "MAX_RECORDS", 300)
    assert len(pages(urlset(*(f"http://h.example/{i}" for i in range(150))))) == 100
    assert len(pages("\n".join(f"http://h.example/{i}" for i in range(150)))) == 100
    assert len(pages(urlset(*(f"http://h.example/{i // 4}" for i in range(400))))) == 75


def test_a_bomb_is_read_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lenient_xml, "MAX_BYTES", 1 << 20)
    bomb = gzip.compress(urlset("http://h.example/a").replace("</urlset>", "").encode() + b" " * (64 << 20))
    assert pages(bomb) == ["http://h.example/a"]


@pytest.mark.parametrize(
    "piece",
    [
        "<url>",
        "<url ",
        "<loc>",
        "<url><loc>http://h/",
        "<![CDATA[",
        "<!--",
        "</url",
        "<loc><![CDATA[",
        "&#1",
        "a:",
        "<a:",
    ],
)
def test_no_file_is_slow(piece: str) -> None:
    times = []
    for size in (200_000, 400_000):
        data = ("<urlset>" + piece * (size // len(piece))).encode()
        started = time.process_time()
        read(data, URL)
        times.append(time.process_time() - started)
    assert times[1] < 3 and times[1] < 0.1 + 4 * times[0]  # twice the input, twice the work
