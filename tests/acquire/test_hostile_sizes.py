"""Gigabytes out of megabytes, and markup made to hurt parsers: bounded memory and time, crawled and read."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.acquire import extract

from .conftest import page
from .hostile import CHUNKED, HTML, Exchange, Servers, answer, chunk, head, loopback
from .hostile_behaviours import (
    GOOD_PAGES,
    MIB,
    OPEN,
    ROOT,
    ZEROS,
    by_path,
    deflated_zeros,
    encoded,
    for_ever,
    good_site,
    only,
    zstd_zeros,
)  # fmt: skip
from .hostile_runs import crawled_apart, documents, measured


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with loopback("99") as made:
        yield made


@pytest.mark.slow
def test_gigabytes(servers: Servers, tmp_path: Path) -> None:
    """A gigabyte out of a megabyte, or sent as such, costs no gigabyte of ours."""
    num_mib = 1024
    rules = b"User-agent: *\nDisallow: /closed\n" + b"".join(b"Disallow: /x%09d\n" % i for i in range(50 * MIB // 22))

    async def million(x: Exchange) -> None:
        if x.path == "/":
            await x.send(ROOT)
        elif x.path == "/sitemap.xml":
            entries = (b"<url><loc>%b/p%d</loc></url>\n" % (x.host.url.encode(), i) for i in range(1_000_000))
            await x.send(head(CHUNKED), *[chunk(b"".join(part)) for part in batches(entries, 10_000)], chunk(b""))
        else:
            await x.send(answer(b"", status=b"404 Not Found"))

    member = gzip.compress(ZEROS, 9)
    bombs = {
        "gzip": encoded(deflated_zeros(num_mib, 31), b"gzip"),
        "gzip members": encoded(member * num_mib, b"gzip"),
        "deflate": encoded(deflated_zeros(num_mib), b"deflate"),
        "nested": encoded(gzip.compress(deflated_zeros(num_mib, 31), 1), b"gzip, gzip"),
        "zstd": encoded(zstd_zeros(num_mib), b"zstd"),
    }
    hosts = {name: servers.start(behave) for name, behave in bombs.items()}
    hosts["endless"] = servers.start(for_ever(head(HTML + CHUNKED), chunk(b"<p>more" * 9000)))
    robots_bomb = encoded(deflated_zeros(num_mib, 31), b"gzip")
    whole = {
        "robots bomb": by_path(robots=robots_bomb, root=OPEN),
        "robots of 50 MB": by_path(robots=only(answer(rules, b""), then="serve"), root=OPEN),
        "sitemap bomb": by_path(root=OPEN, sitemap=only(answer(deflated_zeros(num_mib, 31), b""), then="serve")),
        "sitemap of 10^6": million,
        "endless feed": by_path(
            root=only(
                answer(b'<link rel=alternate type="application/rss+xml" href=/feed>' + page("with a feed", [])),
                then="serve",
            ),
            feed=for_ever(head(CHUNKED), chunk(b"<rss>" * 9000)),
        ),
    }
    hosts |= {name: servers.start(behave, everything=True) for name, behave in whole.items()}
    hosts["good"] = servers.start(good_site())
    found, peak_bytes, seconds = crawled_apart(tmp_path, hosts)
    wanted = dict.fromkeys(bombs, "fetch.expands_too_far") | {"endless": "fetch.too_large"}
    assert found == {**wanted, **dict.fromkeys([*whole, "good"], "kept")}
    assert hosts["robots of 50 MB"].sent_bytes < 16 * MIB
    assert peak_bytes < 800 * MIB and seconds < 60, (peak_bytes / MIB, seconds)


def batches(items: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while part := list(itertools.islice(items, size)):
        yield part


HOSTILE_HTML: dict[str, bytes] = {
    "div": b"<div>" * 100_000 + b"deep",
    "div with ends": b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000,
    "table": b"<table><tr><td>" * 30_000 + b"deep",
    "b": b"<b>" * 100_000 + b"deep",
    "b and p": b"<b><p>" * 50_000 + b"deep",
    "font crossed": b"<p><font><a href=x>" * 20_000 + b"</p></font></a>" * 20_000,
    "list": b"<ul><li>" * 50_000 + b"deep",
    "svg": b"<svg><g>" * 50_000 + b"deep",
    "select": b"<select><option>" * 50_000,
    "template": b"<template>" * 50_000,
    "attributes": b"<p " + b" ".join(b"a%d" % i for i in range(1_000_000)) + b">text</p>",
    "one attribute": b"<p a=" + b"x" * 8_000_000 + b">text</p>",
    "attributes everywhere": b"<p a=1 b=2 c=3 d=4 e=5 f=6>" * 100_000,
    "links": b"".join(b"<a href=/x%d>" % i for i in range(1_000_000)),
    "links away": b"".join(b"<a href=//h%d.test>l</a>" % i for i in range(300_000)),
    "entities": b"&amp;" * 1_000_000 + b"&#x110000;" * 100_000,
    "comments": b"<!--" * 1_000_000,
    "open tags": b"<a href='" * 500_000,
    "doctypes": b"<!DOCTYPE html>" * 200_000,
    "scripts": b"<script>" * 500_000,
    "frames": b"<iframe src=/y>" * 200_000,
    "breaks": b"<br>" * 1_000_000,
    "one word": b"<p>" + b"x" * 8_000_000,
    "spaces": b"<p>" + b" " * 8_000_000 + b"</p>",
    "zh": b"<p>" + "河".encode() * 2_500_000,
    "nul": b"<p>" + b"\0" * 8_000_000,
    "feeds": b'<link rel=alternate type="application/rss+xml" href=/f>' * 100_000,
    "licences": b'<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">' * 50_000,
    "json-ld": b'<script type="application/ld+json">' + b"[" * 500_000 + b"</script>",
    "closes": b"</div>" * 1_000_000 + b"</p>" * 500_000,
}


def test_many_attributes_are_read_in_linear_time() -> None:
    """Parsers look through all attributes of a tag for each one; nothing can stop them once they are at it."""
    markup = b"<html><body><p>A page that is odd, and says so in a sentence.</p><p "
    markup += b" ".join(b"a%d" % i for i in range(40_000)) + b">text</p>"
    started = time.process_time()
    with contextlib.suppress(extract.NoText):  # either is right
        extract.extract(markup, "http://site.test/")
    assert time.process_time() - started < 2


@pytest.mark.slow
def test_hostile_markup(servers: Servers, tmp_path: Path) -> None:
    """Every kind of markup made to hurt a parser is crawled and read in bounded time and memory."""
    start = (
        "<html><title>odd</title><body><p>这一页很奇怪。 A page that is odd, and says so in a sentence.</p>".encode()
    )
    odd = {name: by_path(root=only(answer(start + body), then="serve")) for name, body in HOSTILE_HTML.items()}
    hosts = {name: servers.start(behave) for name, behave in odd.items()}
    hosts["good"] = servers.start(good_site())
    found, peak_bytes, seconds = crawled_apart(tmp_path / "crawl", hosts)
    assert set(found.values()) == {"kept"}, found
    assert peak_bytes < 1500 * MIB and seconds < 90, (peak_bytes / MIB, seconds)
    out = tmp_path / "out.jsonl.zst"
    command = [sys.executable, "-m", "headwater", "extract", str(tmp_path / "crawl" / "warc"), "-o", str(out), "--json"]
    done, peak_bytes, seconds = measured(command, timeout_s=600)
    assert done.returncode == 0, done.stderr[-2000:]
    good = [row for row in documents(out) if row["url"].startswith(hosts["good"].url)]
    assert len(good) == GOOD_PAGES
    assert peak_bytes < 2500 * MIB and seconds < 240, (peak_bytes / MIB, seconds)
