"""Hostile bytes through every parser of what pages and sites say: answers of the right shape, soon, each time."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headwater.acquire import feeds, licenses, links, robots, sitemaps, tdm
from headwater.acquire.canonical import canonical
from headwater.acquire.directives import directives_in
from headwater.acquire.optout import OptOut
from headwater.acquire.traps import Traps
from headwater.errors import HeadwaterError

NUM_CASES = 1000
URL = "http://h.example/a/b?q=1"
HTML = """<!doctype html><html><head><base href="/b/"><link rel=canonical href="/c"><link rel=alternate
type=application/rss+xml href=/rss><meta name=robots content="noindex, nofollow"><link rel=license
href=//creativecommons.org/licenses/by/4.0/><meta http-equiv=refresh content="1;url=/r"><title>水</title>
<script type="application/ld+json">{"license":"MIT"}</script></head><body><a href='/x?a=1&amp;b=2#f'>&copy;</a>
<!-- <a href=/no> --><iframe src=/f></iframe></body>"""
SITEMAP = """<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>
<loc>http://h.example/&#20013;?a&amp;b</loc><lastmod>2024-01-01</lastmod></url><url><loc><![CDATA[http://h.example/b]]>
</loc></url></urlset><sitemapindex><sitemap><loc>http://h.example/s</loc></sitemap></sitemapindex>"""
FEED = """<rss version="2.0"><channel><item><link>http://h.example/1</link><guid isPermaLink="true">
http://h.example/g</guid><pubDate>Wed, 02 Oct 2024 13:00:00 GMT</pubDate></item></channel></rss><feed><entry>
<link rel='alternate' href="/2"/><updated>2024-05-06T07:08:09Z</updated></entry></feed>"""
ROBOTS = """User-agent: *\nDisallow: /a*b$\nAllow: /a/%E4%B8%AD\nCrawl-delay: 1.5\nRequest-rate: 1/5\nSitemap: /s.xml\n
User-agent: headwater\nDisallow: /private\n"""
TDM = """[{"location": "/a/*.pdf$", "tdm-reservation": 1, "tdm-policy": "https://h.example/p"}, {"location": "/",
"tdm-reservation": 0}]"""
LINK = '<http://h.example/x>; rel="canonical license", </y>; rel=next; title="a, b"; unavailable_after: 25 Jun 2010'
PIECES = [
    b"<", b">", b'"', b"'", b"=", b"&", b"&#x110000;", b"\x00", b"\xff\xfe", b"<!--", b"-->", b"<![CDATA[", b"]]>",
    b"]", b"{", b"\xe4\xb8", b"%", b"%zz", b"://", b"[", b"\x1f\x8b", b"-" * 50, b" " * 50, b"9" * 50, b"\r", b"//[",
]  # fmt: skip


def mangled(rng: random.Random, text: str) -> Iterator[bytes]:
    """A document and ever other ways to break it."""
    data = text.encode()
    yield data
    for _ in range(NUM_CASES - 1):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            at, way = rng.randrange(len(broken) + 1), rng.randrange(5)
            if way == 0:
                broken[at:at] = rng.choice(PIECES) * rng.choice((1, 1, 1, 20))
            elif way == 1:
                del broken[at : at + rng.randint(1, 40)]
            elif way == 2:
                broken[at : at + 3] = rng.randbytes(3)
            elif way == 3:
                start = rng.randrange(len(broken) + 1)
                broken[at:at] = broken[start : start + rng.randint(1, 80)]
            elif rng.random() < 0.2:
                del broken[at:]
        yield bytes(broken)


def read_page(data: bytes) -> None:
    charset = ("utf-8", "gbk", "utf-16", "no-such", "iso2022_jp", "cp1252")[len(data) % 6]
    page = links.page_links(data, URL, charset)
    assert all(canonical(url) == url for url in (*page.links, *page.feeds))
    assert page.canonical is None or canonical(page.canonical) == page.canonical
    assert not (page.nofollow and (page.links or page.feeds))


def read_sitemap(data: bytes) -> None:
    packed = gzip.compress(data, 1) if len(data) % 5 == 0 else data
    found = sitemaps.read(packed if len(data) % 10 else packed[: len(packed) // 2], URL)
    assert all(url.lower().startswith(("http://", "https://")) for url in [p.url for p in found.pages] + found.sitemaps)


def read_feed(data: bytes) -> None:
    assert all(item.url.lower().startswith(("http://", "https://")) for item in feeds.read(data, URL))


def read_robots(data: bytes) -> None:
    rules = robots.read_rules(data, "headwater", 0.0, "http://h.example/robots.txt")
    assert rules.refusal("http://h.example/a/" + "ab" * 50, "headwater") in (
        None,
        "robots.forbidden",
        "robots.delay_too_long",
    )
    assert rules.delay_s >= 0 and all(canonical(url) == url for url in rules.sitemaps)


def read_tdm(data: bytes) -> None:
    policy = tdm.read(data)
    assert policy.reserved("/a/x.pdf") in (True, False) and (policy.rules or policy.problem or data.strip() == b"[]")


def read_header(data: bytes) -> None:
    links.header_says(((b"Link", data), (b"X-Robots-Tag", data), (b"tdm-reservation", data)))
    assert all(isinstance(word, str) for word in directives_in(data.decode("utf-8", "replace")))


def read_words(data: bytes) -> None:
    assert isinstance(licenses.tag(data.decode("utf-8", "replace")), str) and isinstance(licenses.in_json_ld(data), str)


def read_address(data: bytes) -> None:
    url = canonical("http://h.example/" + data.decode("utf-8", "replace"))
    assert url is None or Traps(2026).reason(url, 1) == "" or Traps(2026).reason(url, 1).startswith("trap.")


@pytest.mark.parametrize(
    ("read", "text", "seed"),
    [
        (read_page, HTML, 1), (read_sitemap, SITEMAP, 2), (read_feed, FEED, 3), (read_robots, ROBOTS, 4),
        (read_tdm, TDM, 5), (read_header, LINK, 6), (read_words, '"license": CC BY-SA 4.0 知识共享 署名 MIT 3.0', 7),
        (read_address, "calendar/2031-05/a/b/a/b/x?year=2031&month=5&sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9", 8),
        (read_feed, '{"items": [{"url": "/1", "date_published": "2024-01-02"}, {"external_url": "http://h/x"}]}', 9),
    ],
)  # fmt: skip
def test_mangled_documents(read: Callable[[bytes], None], text: str, seed: int) -> None:
    slowest_s = 0.0
    for data in mangled(random.Random(seed), text):
        started = time.process_time()
        try:
            read(data)
        except (sitemaps.NotASitemap, feeds.NotAFeed):
            continue  # said by name: what the caller counts
        slowest_s = max(slowest_s, time.process_time() - started)
    assert slowest_s < 1


def test_any_line_is_an_entry_or_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    num_read = 0
    for data in mangled(random.Random(10), "*.例子.测试\nhttps://h.example/中文/ # x\nh.example:8080"):
        path.write_bytes(data)
        try:
            num_read += OptOut.load(path).matches("http://h.example:8080/") in (True, False)
        except HeadwaterError as error:
            assert error.failure == "unreadable_input" and error.where.startswith(str(path))
    assert 0 < num_read < NUM_CASES
