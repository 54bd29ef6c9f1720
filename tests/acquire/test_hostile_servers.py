"""Servers that misbehave: each costs bounded time and memory, is a counted reason, and harms no other host.

One crawl meets all of them at once, and a well-behaved site beside them; each test then looks at what became of one.
"""

from __future__ import annotations

import gzip
import ipaddress
import itertools
import json
import os
import ssl
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire import addresses, crawl, resolver, robots, warc
from headwater.acquire.canonical import canonical
from headwater.acquire.sources.crawl import CrawlSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

from .conftest import page
from .hostile import CHUNKED, HTML, Behaviour, Exchange, Host, Servers, answer, chunk, head, moved, outcomes, warc_problems

TIMEOUT_S = 1.5
LIMIT_BYTES = 2 << 20
GOOD_PAGES = 30
MIB = 1 << 20
ZEROS = bytes(MIB)
QUIET = Reporter(quiet=True)


def good_site(number: int = GOOD_PAGES) -> Behaviour:
    """A tree of pages, each linked from the one at a third of its number and back to the start."""

    async def behave(x: Exchange) -> None:
        name = x.path.strip("/p") or "0"
        if not name.isdigit() or int(name) >= number:
            await x.send(answer(b"not here", status=b"404 Not Found"))
            return
        links = [f"/p{i}" for i in range(3 * int(name) + 1, 3 * int(name) + 4) if i < number]
        await x.send(answer(page(f"page {name}", [*links, "/"])))

    return behave


def only(*parts: bytes, then: str = "hang_up") -> Behaviour:
    """Send these bytes, then `hang_up`, `reset`, `hold`, or nothing more (`serve` the next request)."""

    async def behave(x: Exchange) -> None:
        await x.send(*parts)
        if then == "hold":
            await x.hold()
        elif then == "reset":
            x.reset()
        elif then == "hang_up":
            x.hang_up()

    return behave


def for_ever(start: bytes, part: bytes) -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.send(start)
        await x.send_for_ever(part)

    return behave


def by_path(**behaviours: Behaviour) -> Behaviour:
    """`root`, `robots`, `sitemap` or another name of a path; whatever has no behaviour is not there."""
    names = {"root": "/", "robots": "/robots.txt", "sitemap": "/sitemap.xml"}
    paths = {names.get(name, f"/{name}"): behave for name, behave in behaviours.items()}

    async def behave(x: Exchange) -> None:
        await paths.get(x.path, only(answer(b"", status=b"404 Not Found"), then="serve"))(x)

    return behave


async def drip(x: Exchange) -> None:
    import asyncio

    await x.send(head(HTML + b"Content-Length: 1000\r\n"))
    while True:
        await x.send(b"<")
        await asyncio.sleep(0.2)


async def planted(x: Exchange) -> None:
    """The body goes on after its end with an answer to a question not asked yet."""
    if x.path == "/":
        extra = answer(page("planted", []))
        await x.send(answer(page("start", ["/second"])) + extra)
    else:
        await x.send(answer(page("the real one", [])))


async def chain(x: Exchange) -> None:
    number = int(x.path.strip("/r") or 0)
    await x.send(moved(f"/r{number + 1}") if number < 10_000 else answer(page("the end", [])))


async def circle(x: Exchange) -> None:
    await x.send(moved({"/": "/a", "/a": "/b", "/b": "/a"}[x.path]))


async def cookies(x: Exchange) -> None:
    flood = b"".join(b"Set-Cookie: c%d=%b\r\n" % (i, b"x" * 20) for i in range(300))
    await x.send(answer(page("with cookies", ["/again"]), HTML + flood))


def deflated_zeros(num_mib: int, window_bits: int = zlib.MAX_WBITS) -> bytes:
    """So many MiB of zeros as one deflate stream: a block that a full flush ends can be repeated."""
    stream = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    first = stream.compress(ZEROS) + stream.flush(zlib.Z_FULL_FLUSH)
    block = stream.compress(ZEROS) + stream.flush(zlib.Z_FULL_FLUSH)
    return first + block * (num_mib - 1) + stream.flush()


def zstd_zeros(num_mib: int) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(ZEROS) * num_mib


def encoded(body: bytes, encoding: bytes) -> Behaviour:
    return only(answer(body, HTML + b"Content-Encoding: " + encoding + b"\r\n"), then="serve")


def page_of(inner: bytes) -> Behaviour:
    return only(answer(b"<html><title>odd</title><body><p>A page that is odd.</p>" + inner), then="serve")


@dataclass(frozen=True, kw_only=True)
class Case:
    """`expected`: what becomes of each path, several where it is a matter of timing; `most_asked`: requests in all."""

    behave: Behaviour
    expected: dict[str, tuple[str, ...]]
    everything: bool = False
    greets: bool = False
    tls: bool = False
    most_asked: int = 5
    most_sent_bytes: int = 16 * MIB
    scheme: str = ""


def ends(*reasons: str, **others: Any) -> Any:
    """A case whose start page ends as one of these."""
    return lambda behave: Case(behave=behave, expected={"/": reasons}, **others)


def shuts(*reasons: str, **others: Any) -> Any:
    """A case whose host is not asked for any page."""
    return ends(*[f"refused.{reason}" for reason in reasons], everything=True, **others)


TIMED_OUT = ends("fetch.timeout")
BAD = ends("fetch.bad_response")
CUT = ends("fetch.cut_short", "fetch.disconnected")
DROPPED = ends("fetch.disconnected")
TOO_FAR = ends("fetch.expands_too_far")
KEPT = ends("kept")
ROOT = answer(page("start", []))
OPEN = only(ROOT, then="serve")
ONE_PAGE = only(answer(page("no rules", [])), then="serve")

CASES: dict[str, Case] = {
    # time
    "says nothing": TIMED_OUT(only(then="hold")),
    "stalls in its headers": TIMED_OUT(only(b"HTTP/1.1 200 OK\r\nContent-Type: te", then="hold")),
    "stalls in its body": TIMED_OUT(only(head(HTML + b"Content-Length: 90\r\n"), b"<html>half", then="hold")),
    "drips": TIMED_OUT(drip),
    "continues for ever": ends("fetch.timeout", "fetch.bad_response", most_sent_bytes=4 << 30)(
        for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50)
    ),
    # lengths
    "claims more": CUT(only(answer(b"<html>short", length=b"5000"))),
    "claims less": Case(behave=planted, expected={"/": ("kept",), "/second": ("kept",)}),
    "claims a negative length": BAD(only(answer(ROOT, length=b"-5"))),
    "claims no number": BAD(only(answer(ROOT, length=b"many"))),
    "claims two lengths": BAD(only(answer(ROOT, HTML + b"Content-Length: 5\r\n"))),
    "claims an endless length": ends("fetch.too_large", "fetch.bad_response")(only(answer(ROOT, length=b"9" * 30))),
    # connections
    "resets at once": shuts("robots.unreachable", "host_unreachable", greets=True)(only(then="reset")),
    "hangs up at once": shuts("robots.unreachable", "host_unreachable", greets=True)(only()),
    "talks first": shuts("robots.unreachable", "host_unreachable", greets=True)(only(b"220 mail.example ESMTP\r\n")),
    "resets before its answer": DROPPED(only(then="reset")),
    "hangs up before its answer": DROPPED(only()),
    "resets in its body": CUT(only(head(HTML + b"Content-Length: 90\r\n"), b"<html>half", then="reset")),
    # redirects
    "redirects in a circle": Case(
        behave=circle,
        expected={"/": ("redirect.followed",), "/a": ("redirect.followed",), "/b": ("redirect.loop",)},
        most_asked=6,
    ),
    "redirects 10,000 times": Case(
        behave=chain,
        expected={"/": ("redirect.followed",), "/r5": ("redirect.too_many",)},
        most_asked=9,
    ),
    "redirects to no address": ends("redirect.no_target")(only(moved("http://[::1"), then="serve")),
    "redirects to a bare word of bytes": ends("redirect.no_target", "fetch.bad_response", "redirect.followed")(
        only(head(b"Location: \xff\xfe\x00//\r\nContent-Length: 0\r\n", b"302 Found"), then="serve")
    ),
    "redirects to a huge address": ends("redirect.no_target", "fetch.bad_response")(
        only(moved("/" + "x" * 12_000), then="serve")
    ),
    # TLS
    "speaks TLS with a certificate of its own": shuts("tls", "robots.unreachable", tls=True)(OPEN),
    "speaks plainly where TLS is due": shuts("tls", "robots.unreachable", scheme="https")(OPEN),
    "speaks TLS where none is due": shuts("robots.unreachable", "host_unreachable", tls=True, scheme="http")(OPEN),
    "stalls in the handshake": shuts("robots.unreachable", "tls", greets=True, scheme="https")(only(then="hold")),
    # robots.txt
    "stalls in robots.txt": shuts("robots.unreachable")(by_path(robots=only(then="hold"), root=OPEN)),
    "has an endless robots.txt": shuts("robots.forbidden")(
        by_path(
            robots=for_ever(head(CHUNKED), chunk(b"User-agent: *\nDisallow: /\n" * 1000)),
            root=OPEN,
        )
    ),
    "has an endless line in robots.txt": ends("kept", everything=True, most_sent_bytes=16 * MIB)(
        by_path(robots=for_ever(head(CHUNKED), chunk(b"x" * 60_000)), root=OPEN)
    ),
    "has a bomb for a robots.txt": ends("kept", everything=True)(
        by_path(robots=encoded(deflated_zeros(256, 31), b"gzip"), root=OPEN)
    ),
    "redirects robots.txt for ever": shuts("robots.unreachable", most_asked=14)(
        by_path(robots=only(moved("/robots.txt"), then="serve"), root=OPEN)
    ),
    "lies about the length of robots.txt": shuts("robots.unreachable")(
        by_path(robots=only(answer(b"User-agent: *", length=b"-3")), root=OPEN)
    ),
    "has noise for a robots.txt": ends("kept", everything=True)(
        by_path(robots=only(answer(bytes(range(256)) * 400, b""), then="serve"), root=OPEN)
    ),
    # bodies
    "sends a gzip bomb": TOO_FAR(encoded(deflated_zeros(256, 31), b"gzip")),
    "sends a deflate bomb": TOO_FAR(encoded(deflated_zeros(256), b"deflate")),
    "sends a bare deflate bomb": TOO_FAR(encoded(deflated_zeros(256, -15), b"deflate")),
    "sends a bomb in a bomb": TOO_FAR(encoded(gzip.compress(deflated_zeros(256, 31), 1), b"gzip, gzip")),
    "sends a zstd bomb": TOO_FAR(encoded(zstd_zeros(256), b"zstd")),
    "wraps a bomb too often": ends("fetch.unknown_encoding")(encoded(deflated_zeros(9, 31), b"gzip, gzip, gzip")),
    "names an encoding for ever": ends("fetch.unknown_encoding")(encoded(b"x", b"gzip," * 1000 + b"gzip")),
    "sends chunks for ever": ends("fetch.too_large")(for_ever(head(HTML + CHUNKED), chunk(b"<p>more" * 9000))),
    "sends for ever until it closes": ends("fetch.too_large")(for_ever(head(), b"<p>more" * 9000)),
    "sends a broken chunk": ends("fetch.bad_response", "fetch.cut_short")(
        only(head(HTML + CHUNKED), chunk(b"<html>"), b"zz\r\nno\r\n0\r\n\r\n")
    ),
    "sends a negative chunk": ends("fetch.bad_response", "fetch.cut_short")(only(head(HTML + CHUNKED), b"-5\r\nhello")),
    "sends a chunk size for ever": ends("fetch.bad_response", "fetch.cut_short", "fetch.timeout")(
        for_ever(head(HTML + CHUNKED), b"0" * 60_000)
    ),
    "sends trailers for ever": ends("fetch.bad_response", "fetch.cut_short", "fetch.timeout", "kept")(
        for_ever(head(HTML + CHUNKED) + chunk(b"<html>x") + b"0\r\n", b"X-More: again\r\n" * 1000)
    ),
    # heads
    "sends 10 MB of headers": ends("fetch.bad_response", "fetch.timeout")(
        for_ever(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 4000 + b"\r\n")
    ),
    "sends a header of 10 MB": BAD(for_ever(b"HTTP/1.1 200 OK\r\nX-Long: ", b"y" * 60_000)),
    "sends a status line of 10 MB": BAD(for_ever(b"HTTP/1.1 200 ", b"y" * 60_000)),
    "sends cookies in hundreds": Case(behave=cookies, expected={"/": ("kept", "fetch.bad_response")}),
    "speaks another protocol": BAD(only(b"SSH-2.0-OpenSSH_9.9\r\n")),
    "speaks HTTP/0.9": BAD(only(page("bare", []))),
    "speaks HTTP/9.9": ends("fetch.bad_response", "kept")(only(ROOT.replace(b"HTTP/1.1", b"HTTP/9.9"))),
    "has status 1000": BAD(only(answer(page("x", []), status=b"1000 Much"))),
    "has status 000": ends("fetch.bad_response", "fetch.status_0")(only(answer(page("x", []), status=b"000 Nothing"))),
    "switches protocols": ends("fetch.bad_response", "fetch.status_101", "fetch.timeout")(
        only(head(b"Upgrade: x\r\nConnection: Upgrade\r\n", b"101 Switching Protocols"), then="hold")
    ),
    "has a NUL in a header": ends("fetch.bad_response", "kept")(only(answer(page("x", []), HTML + b"X-Nul: a\0b\r\n"))),
    "has a bare CR in a header": ends("fetch.bad_response", "kept")(
        only(answer(page("x", []), HTML + b"X-Split: a\rWARC/1.1\r\n"))
    ),
    "has a bare LF in a header": ends("fetch.bad_response", "kept")(
        only(answer(page("x", []), HTML + b"X-Split: a\n\nWARC/1.1\r\n"))
    ),
    "folds its headers": ends("fetch.bad_response", "kept")(
        only(answer(page("x", []), HTML + b"X-Fold: a\r\n b\r\n\tc\r\n"))
    ),
    "has headers in no charset": KEPT(only(answer(page("x", []), HTML + "X-Name: 河流\r\n".encode() + b"X-B: \xff\r\n"))),
    "has an odd content type": ends("kept", "fetch.not_html")(
        only(answer(page("x", []), b"Content-Type: ;;;charset=\xff;/\r\n"))
    ),
    # pages
    "nests 20,000 deep": KEPT(page_of(b"<div>" * 20_000)),
    "has 100,000 attributes": KEPT(page_of(b"<p " + b" ".join(b"a%d" % i for i in range(100_000)) + b">x</p>")),
    "has one huge attribute": KEPT(page_of(b'<a href="/' + b"x" * MIB + b'">x</a>')),
    "has 20,000 links away": KEPT(page_of(b"".join(b"<a href=//h%d.invalid/>" % i for i in range(20_000)))),
    "never closes a comment": KEPT(page_of(b"<!--" * 50_000)),
    "never closes a tag": KEPT(page_of(b"<a href=" * 50_000)),
    "has a base that is no address": KEPT(page_of(b'<base href="http://[::1"><a href="x">x</a>')),
    "refreshes to itself": ends("kept", "redirect.loop")(page_of(b'<meta http-equiv="refresh" content="0; url=/">')),
    "is its own canonical elsewhere": ends("kept", "canonical.elsewhere")(
        page_of(b'<link rel="canonical" href="http://169.254.169.254/latest">')
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """One crawl of all cases: its folder and report, what became of every URL, and how long it took."""

    folder: Path
    report: dict[str, Any]
    hosts: dict[str, Host]
    seeds: dict[str, str]
    found: dict[str, str]
    seconds: float
    good: list[Host] = field(default_factory=list)


def self_signed(folder: Path) -> ssl.SSLContext | None:
    """A server context whose certificate nobody vouches for; None where there is no openssl to make one."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    try:
        subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Loopback hosts of their own, where this system lets every 127.x.y.z be one."""
    made = Servers("91")
    try:
        made.start(OPEN)
    except OSError:
        made.close()
        pytest.skip("this system has no loopback addresses besides 127.0.0.1")
    yield made
    made.close()


@pytest.fixture(scope="module")
def crowd(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    folder = tmp_path_factory.mktemp("crowd")
    tls = self_signed(folder)
    hosts, seeds = {}, {}
    good = [servers.start(good_site()) for _ in range(2)]
    for name, case in CASES.items():
        if case.tls and tls is None:
            continue
        host = servers.start(
            case.behave, everything=case.everything, greets=case.greets, tls=tls if case.tls else None
        )
        hosts[name] = host
        scheme = case.scheme or host.url.partition(":")[0]
        seeds[name] = f"{scheme}:{host.url.partition(':')[2]}"
    source = CrawlSource(
        seeds=tuple(f"{url}/" for url in (good[0].url, *seeds.values(), good[1].url)),
        allow_private=True, delay_s=0.0, timeout_s=TIMEOUT_S, retries=0, concurrency=100, max_page_bytes=LIMIT_BYTES,
        max_pages=1000,
    )  # fmt: skip
    assert source.check() == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robots, "RETRY_S", 0.02)
        started = time.monotonic()
        report = crawl.crawl_to(folder / "crawl", source, QUIET)
        seconds = time.monotonic() - started
    found = outcomes(folder / "crawl")
    return Crowd(
        folder=folder / "crawl", report=report, hosts=hosts, seeds=seeds, found=found, seconds=seconds, good=good
    )


@pytest.mark.parametrize("name", CASES)
def test_a_host_that(name: str, crowd: Crowd) -> None:
    case = CASES[name]
    if name not in crowd.hosts:
        pytest.skip("no openssl here to make a certificate with")
    host = crowd.hosts[name]
    for path, wanted in case.expected.items():
        assert crowd.found.get(f"{crowd.seeds[name]}{path}") in wanted, (path, dict(host.asked))
    assert host.num_asked() <= case.most_asked + 3, dict(host.asked)  # and the three files that speak for a site
    assert host.sent_bytes <= case.most_sent_bytes


def test_the_rest_is_unharmed(crowd: Crowd) -> None:
    for host in crowd.good:
        pages = [f"{host.url}/", *[f"{host.url}/p{i}" for i in range(1, GOOD_PAGES)]]
        assert [crowd.found.get(url) for url in pages] == ["kept"] * GOOD_PAGES
        assert max(host.asked.values()) == 1
    assert crowd.seconds < 20 * TIMEOUT_S


def test_every_outcome_is_counted_once(crowd: Crowd) -> None:
    counts = Counter(crowd.found.values())
    report = crowd.report
    assert report["fetched"] == report["kept"] + sum(report["rejected"].values())
    assert counts.pop("kept") == report["kept"]
    told = {**report["rejected"], **{f"refused.{reason}": n for reason, n in report["refused"].items()}}
    assert dict(counts) == told
    assert not {reason for reason in told if reason.startswith("fetch.unparsable")}


def test_what_was_kept_reads_back(crowd: Crowd) -> None:
    import pyarrow.parquet as pq

    assert warc_problems(crowd.folder) == []
    rows = pq.read_table(crowd.folder / "pages.parquet").to_pylist()
    assert len(rows) == crowd.report["kept"]
    for row in rows:
        record = warc.read_record(crowd.folder / row["warc_file"], row["warc_offset"])
        assert record.url == row["url"] and b"planted" not in record.body
    assert json.loads((crowd.folder / "report.json").read_text()) == crowd.report


def test_no_cookie_is_sent_back(crowd: Crowd) -> None:
    for host in crowd.hosts.values():
        assert not any(b"\r\ncookie:" in given.lower() for given in host.heads)


def crawled(folder: Path, hosts: list[Host], **given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"allow_private": True, "delay_s": 0.0, "timeout_s": 5.0, "retries": 0}
    source = CrawlSource(seeds=tuple(f"{host.url}/" for host in hosts), **{**fields, **given})
    assert source.check() == []
    return crawl.crawl_to(folder, source, QUIET)


def test_robots_that_redirect_to_no_address(servers: Servers, tmp_path: Path) -> None:
    robots_away = only(moved("http://[::1"), then="serve")
    bad = servers.start(by_path(robots=robots_away, root=OPEN), everything=True)
    report = crawled(tmp_path, [bad, servers.start(good_site(5))])
    assert (report["kept"], report["refused"]) == (5, {"robots.unreachable": 1})
