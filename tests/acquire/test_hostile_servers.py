"""Servers that misbehave: each costs bounded time and memory, is a counted reason, and harms no other host.

One crawl meets all of them at once, and a well-behaved site beside them; each test then looks at what became of one.
"""

from __future__ import annotations

import contextlib
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
from collections.abc import Callable, Iterator
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
from .hostile import (
    CHUNKED,
    HTML,
    Behaviour,
    Exchange,
    Host,
    Servers,
    answer,
    chunk,
    head,
    moved,
    outcomes,
    warc_problems,
)

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

    writer = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join([*(writer.compress(ZEROS) for _ in range(num_mib)), writer.flush()])


def cut_zstd() -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(page("cut", [f"/{os.urandom(99).hex()}"]))[:-60]


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
    "sends zstd frames for ever": TOO_FAR(encoded(zstd_zeros(1) * 256, b"zstd")),
    "cuts its gzip short": ends("fetch.broken_body")(encoded(gzip.compress(page("cut", []))[:-9], b"gzip")),
    "cuts its zstd short": ends("fetch.broken_body")(encoded(cut_zstd(), b"zstd")),
    "wraps a bomb too often": ends("fetch.unknown_encoding")(encoded(deflated_zeros(9, 31), b"gzip, gzip, gzip")),
    "names an encoding for ever": ends("fetch.unknown_encoding")(encoded(b"x", b"gzip," * 1000 + b"gzip")),
    "sends chunks for ever": ends("fetch.too_large")(for_ever(head(HTML + CHUNKED), chunk(b"<p>more" * 9000))),
    "sends for ever until it closes": ends("fetch.too_large")(for_ever(head(), b"<p>more" * 9000)),
    "sends a broken chunk": ends("fetch.bad_response", "fetch.cut_short")(
        only(head(HTML + CHUNKED), chunk(b"<html>"), b"zz\r\nno\r\n0\r\n\r\n")
    ),
    "sends a negative chunk": ends("fetch.bad_response", "fetch.cut_short")(only(head(HTML + CHUNKED), b"-5\r\nhello")),
    "sends a chunk size for ever": ends(
        "fetch.bad_response", "fetch.cut_short", "fetch.timeout", most_sent_bytes=4 << 30
    )(
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
    "has headers in no charset": KEPT(
        only(answer(page("x", []), HTML + "X-Name: 河流\r\n".encode() + b"X-B: \xff\r\n"))
    ),
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
        host = servers.start(case.behave, everything=case.everything, greets=case.greets, tls=tls if case.tls else None)
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
    assert host.num_connections <= case.most_asked + 3
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


INNER_FORMS = (
    "http://127.92.0.1", "http://2136735745", "http://0177.0134.0.01", "http://0x7f5c0001", "http://127.0x5c.1",
    "http://127.92.1", "http://[::ffff:127.92.0.1]", "http://[::127.92.0.1]", "http://[64:ff9b::7f5c:1]",
    "http://[2002:7f5c:1::]", "http://inner.test", "http://user:word@127.92.0.1", "http://１２７.９２.０.１",
    "http://127。92。0。1",
)  # fmt: skip
INWARD = (
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://2852039166/",
    "http://0251.0376.0251.0376/", "http://0xa9fea9fe/", "http://[::ffff:10.0.0.1]/", "http://10.1/", "http://0/",
    "http://0.0.0.0:1/", "http://[::]/", "http://[::1]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
    "http://192.168.1.1/", "http://172.16.0.9/", "http://100.100.100.200/", "http://[::ffff:0:7f00:1]/",
    "http://localhost/", "http://mixed.test/", "http://both.test/",
)  # fmt: skip
NAMES = {
    "inner.test": ("127.92.0.1",), "mixed.test": ("127.91.0.1", "10.0.0.1"), "both.test": ("127.91.0.1", "fe80::1%lo"),
    "localhost": ("127.0.0.1",),
}  # fmt: skip


@pytest.fixture
def inward(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """127.91.x.y passes for public here and nothing else does; what is started from this is inside."""
    real = addresses.verdict
    outside = ipaddress.IPv4Network("127.91.0.0/16")
    monkeypatch.setattr(resolver, "verdict", lambda address: None if address in outside else real(address))
    made = Servers("92")
    yield made
    made.close()


def answers_of_names(monkeypatch: pytest.MonkeyPatch, names: dict[str, Callable[[], tuple[str, ...]]]) -> None:
    """Let the event loop's resolver know these names alone."""
    import asyncio
    import socket

    async def getaddrinfo(_: Any, host: str, port: Any, **__: Any) -> list[Any]:
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        found = [(ipaddress.ip_address(address.partition("%")[0]).version, address) for address in names[host]()]
        return [(families[version], socket.SOCK_STREAM, 6, "", (address, port or 0)) for version, address in found]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)


def test_redirects_inward_reach_nothing(
    servers: Servers, inward: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = inward.start(OPEN, everything=True)
    port = inner.url.rpartition(":")[2]
    targets = [f"{form}:{port}/" for form in INNER_FORMS] + list(INWARD)
    answers_of_names(monkeypatch, {name: lambda found=found: found for name, found in NAMES.items()})  # type: ignore[misc]

    async def behave(x: Exchange) -> None:
        if x.path == "/":
            await x.send(answer(page("start", [f"/to{i}" for i in range(len(targets))])))
        else:
            location = targets[int(x.path[3:])].encode()
            await x.send(answer(b"", b"Location: " + location + b"\r\n", status=b"307 Temporary Redirect"))

    good = servers.start(good_site(5))
    report = crawled(tmp_path, [servers.start(behave), good], allow_private=False, same_site=False)
    assert inner.num_connections == 0 and report["kept"] == 1 + 5
    distinct = {url for url in map(canonical, targets) if url}
    no_target = sum(canonical(target) is None for target in targets)
    assert report["refused"] == {"private_address": len(distinct)}
    rejected = {"redirect.followed": len(targets) - no_target, "redirect.no_target": no_target}
    assert report["rejected"] == {reason: number for reason, number in rejected.items() if number}


def test_nothing_else_leads_inward(servers: Servers, inward: Servers, tmp_path: Path) -> None:
    """Links, frames, feeds, canonical addresses, sitemaps and the redirects of a site's own files."""
    inner = inward.start(OPEN, everything=True)
    url = inner.url.encode()
    markup = (
        b'<base href="%b/"><link rel=canonical href="%b/c"><link rel=alternate type="application/rss+xml" href="%b/f">'
        b'<meta http-equiv=refresh content="0; url=%b/m"><iframe src="%b/i"></iframe>'
        b'<a href="%b/a">a</a><a href=r>r</a>'
    ) % ((url,) * 6)
    listed = b"<sitemapindex><sitemap><loc>%b/s2</loc></sitemap></sitemapindex>" % url
    header = HTML + b"Link: <%b/l>; rel=canonical\r\n" % url
    rules = b"User-agent: *\nAllow: /\nSitemap: %b/s1\nSitemap: /sitemap.xml\n" % url
    behaviour = by_path(
        robots=only(answer(rules, b""), then="serve"),
        root=only(answer(b"<html>" + markup + page("start", []), header), then="serve"),
        sitemap=only(answer(listed, b""), then="serve"),
    )
    away = by_path(robots=only(moved(f"{inner.url}/robots.txt"), then="serve"), root=OPEN)
    hosts = [servers.start(behaviour, everything=True), servers.start(away, everything=True)]
    report = crawled(tmp_path, [*hosts, servers.start(good_site(5))], allow_private=False, same_site=False)
    assert inner.num_connections == 0 and report["kept"] == 1 + 5
    assert set(report["refused"]) == {"private_address", "robots.unreachable"}


@pytest.mark.parametrize("cached", [True, False])
def test_a_name_that_rebinds(
    servers: Servers, inward: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    """A name is looked up once for the check and the connection; looked up anew, it is checked anew."""
    outer = servers.start(good_site(20))
    address, port = outer.url.removeprefix("http://").split(":")
    inner = inward.start(OPEN, everything=True, port=int(port))
    lookups = itertools.count()
    answers_of_names(
        monkeypatch, {"rebind.test": lambda: (address if next(lookups) % 2 == 0 else "127.92.0.1",)}
    )  # public at first, inside at every second look
    if not cached:
        monkeypatch.setattr(resolver, "CACHE_S", 0.0)
    seeds = (f"http://rebind.test:{port}/",)
    source = CrawlSource(seeds=seeds, delay_s=0.0, timeout_s=5.0, retries=0)
    if cached:
        assert crawl.crawl_to(tmp_path, source, QUIET)["kept"] == 20 and next(lookups) == 1
    else:
        with pytest.raises(HeadwaterError, match="private_address|robots.unreachable"):
            crawl.crawl_to(tmp_path, source, QUIET)
        assert next(lookups) > 1
    assert inner.num_connections == 0


async def calendar(x: Exchange) -> None:
    year, month = map(int, x.path.rpartition("calendar/")[2].split("/")) if "calendar" in x.path else (2024, 6)
    links = [f"/calendar/{year + 1}/{month}", f"/calendar/{year - 1}/{month}"]
    links += [
        f"/calendar/{year + month // 12}/{month % 12 + 1}",
        f"/calendar/{year - (month == 1)}/{(month - 2) % 12 + 1}",
    ]
    await x.send(answer(page(f"{year} {month}", links)))


async def sessions(x: Exchange) -> None:
    links = [f"/p{i}?PHPSESSID={os.urandom(16).hex()}" for i in range(10)]
    links += [f"/p{i};jsessionid={os.urandom(16).hex().upper()}" for i in range(10)]
    await x.send(answer(page(x.path, links)))


async def deeper(x: Exchange) -> None:
    await x.send(answer(page("deeper", ["more/", "and/more/"])))


async def always(x: Exchange) -> None:
    fresh = [f"/w{os.urandom(6).hex()}" for _ in range(3)]
    await x.send(answer(page("always the same", fresh)))


async def sitemap_tree(x: Exchange) -> None:
    if x.path == "/":
        await x.send(ROOT)
        return
    named = x.path if x.path.startswith("/s") else "/s"
    places = [f"{x.host.url}{named}{i}" for i in range(3)] + [f"{x.host.url}{x.path}"]
    listed = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in places)
    await x.send(answer(f"<sitemapindex>{listed}</sitemapindex>".encode(), b"Content-Type: application/xml\r\n"))


def test_traps_end(servers: Servers, tmp_path: Path) -> None:
    per_host = 60
    bomb = only(answer(deflated_zeros(256, 31), b"Content-Type: application/gzip\r\n"), then="serve")
    bomb_host = by_path(root=OPEN, sitemap=bomb)
    hosts = {
        "calendar": servers.start(calendar),
        "sessions": servers.start(sessions),
        "deeper": servers.start(deeper),
        "always": servers.start(always),
        "tree": servers.start(sitemap_tree, everything=True),
        "bomb": servers.start(bomb_host, everything=True),
        "good": servers.start(good_site()),
    }
    started = time.monotonic()
    report = crawled(tmp_path, list(hosts.values()), max_pages=800, max_pages_per_host=per_host, per_host=4)
    seconds = time.monotonic() - started
    found = outcomes(tmp_path)
    kept = {
        name: sum(url.startswith(f"{host.url}/") and what == "kept" for url, what in found.items())
        for name, host in hosts.items()
    }
    assert kept["good"] == GOOD_PAGES and kept["sessions"] == 11 and kept["tree"] == kept["bomb"] == 1
    assert kept["deeper"] < per_host and kept["always"] == per_host and 10 < kept["calendar"] <= per_host
    assert {"trap.calendar", "trap.repeated_segments"} <= set(report["refused"])
    assert hosts["tree"].num_asked() < 60 and max(hosts["tree"].asked.values()) == 1
    assert seconds < 20


def fuzzed_warcs(folder: Path, number: int) -> tuple[Path, int]:
    """Damaged WARC files below a folder, and one that is whole: its path, and how many pages it holds."""
    import random

    rng = random.Random(5)
    texts = [("河水流过城市，老师在图书馆里写下每一天的观察。", "zh"), ("def add(a, b):\n    return a + b", "en")]
    pages = [page(f"page {i}", ["/x"], *texts[i % 2]) for i in range(6)]
    headers = ((b"Content-Type", b"text/html"),)
    records = [
        warc.response_record(f"http://site.test/{i}", "2026-01-01T00:00:00Z", 200, "OK", headers, data)[0]
        for i, data in enumerate(pages)
    ]
    folder.mkdir()
    whole = folder / "zz-whole.warc.gz"
    whole.write_bytes(b"".join(records))
    plain = b"".join(map(gzip.decompress, records))
    lies = [b"-1", b"0", b"5", b"99999999999999999999", b"1e3", b"", b"0x10", b"7" * 5000]
    for index in range(number):
        zipped, raw = bytearray(whole.read_bytes()), bytearray(plain)
        kind = index % 5
        if kind == 0:
            for _ in range(rng.randrange(1, 9)):
                zipped[rng.randrange(len(zipped))] = rng.randrange(256)
        elif kind == 1:
            del zipped[rng.randrange(len(zipped)) :]
        elif kind == 2:
            at = raw.find(b"Content-Length: ", rng.randrange(len(raw) // 2)) + 16
            raw[at : raw.index(b"\r\n", at)] = rng.choice(lies)
        elif kind == 3:
            start = rng.randrange(len(raw))
            raw[start : start + rng.randrange(3000)] = os.urandom(rng.randrange(40))
        else:
            for _ in range(rng.randrange(1, 30)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
        name, data = (f"{index:05d}.warc.gz", zipped) if kind < 2 else (f"{index:05d}.warc", raw)
        (folder / name).write_bytes(data)
    return whole, len(pages)


@pytest.mark.parametrize("number", [100, pytest.param(4000, marks=pytest.mark.slow)])
def test_malformed_warcs_are_counted(tmp_path: Path, number: int) -> None:
    whole, num_pages = fuzzed_warcs(tmp_path / "warc", number)
    command = [
        sys.executable,
        "-m",
        "headwater",
        "extract",
        str(whole.parent),
        "-o",
        str(tmp_path / "out.jsonl.zst"),
        "--json",
    ]
    done, peak_bytes, seconds = measured(command, timeout_s=110)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    assert report["rejected"] and all("." in reason for reason in report["rejected"])
    assert report["kept"] > number and peak_bytes < 700 * MIB and seconds < 10 + number / 30
    assert [row["warc_file"] for row in documents(tmp_path / "out.jsonl.zst")].count(whole.name) == num_pages


def documents(path: Path) -> list[dict[str, Any]]:
    import zstandard

    with zstandard.open(path, "rt", encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def measured(command: list[str], timeout_s: float) -> tuple[subprocess.CompletedProcess[str], int, float]:
    """Run a command; its end, the most memory it held, and the seconds it took."""
    script = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[2:], capture_output=True, text=True, timeout=float(sys.argv[1]))\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(json.dumps([done.returncode, done.stdout, done.stderr, peak]))\n"
    )
    started = time.monotonic()
    outer = subprocess.run(
        [sys.executable, "-c", script, str(timeout_s), *command], capture_output=True, text=True, check=True
    )
    code, stdout, stderr, peak = json.loads(outer.stdout)
    unit = 1 if sys.platform == "darwin" else 1024
    return subprocess.CompletedProcess(command, code, stdout, stderr), peak * unit, time.monotonic() - started


CRAWL = """
import sys
from pathlib import Path
from headwater.acquire.crawl import crawl_to
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.progress import Reporter
source = CrawlSource(
    seeds=tuple(sys.argv[2:]), allow_private=True, delay_s=0.0, timeout_s=20.0, retries=0, max_page_bytes=32 << 20,
    exclude=("/[xy][0-9]*$",),
)
crawl_to(Path(sys.argv[1]), source, Reporter(quiet=True))
"""


def crawled_apart(folder: Path, hosts: dict[str, Host]) -> tuple[dict[str, str], int, float]:
    """Crawl hosts in a process of its own: what became of each start page, the memory and the time it took."""
    command = [sys.executable, "-c", CRAWL, str(folder), *[f"{host.url}/" for host in hosts.values()]]
    done, peak_bytes, seconds = measured(command, timeout_s=110)
    assert done.returncode == 0, done.stderr[-2000:]
    found = outcomes(folder)
    good = f"{hosts['good'].url}/"
    assert sum(what == "kept" and url.startswith(good) for url, what in found.items()) == GOOD_PAGES
    return {name: found[f"{host.url}/"] for name, host in hosts.items()}, peak_bytes, seconds


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
    from headwater.acquire import extract

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
