"""Pages, redirects and names that aim the crawler inward: nothing inside is reached, and each is counted."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire import addresses, crawl, resolver
from headwater.acquire.canonical import canonical
from headwater.acquire.sources.crawl import CrawlSource
from headwater.errors import HeadwaterError

from .conftest import page
from .hostile import HTML, Exchange, Servers, answer, loopback, moved
from .hostile_behaviours import OPEN, by_path, good_site, only
from .hostile_runs import QUIET, crawled

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
    "inner.test": ("127.92.0.1",), "mixed.test": ("127.97.0.1", "10.0.0.1"), "both.test": ("127.97.0.1", "fe80::1%lo"),
    "localhost": ("127.0.0.1",),
}  # fmt: skip


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with loopback("97") as made:
        yield made


@pytest.fixture
def inward(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """127.97.x.y passes for public here and nothing else does; what is started from this is inside."""
    real = addresses.verdict
    outside = ipaddress.IPv4Network("127.97.0.0/16")
    monkeypatch.setattr(resolver, "verdict", lambda address: None if address in outside else real(address))
    made = Servers("92")
    yield made
    made.close()


def answers_of_names(monkeypatch: pytest.MonkeyPatch, names: dict[str, Callable[[], tuple[str, ...]]]) -> None:
    """Let the event loop's resolver know these names alone."""

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
