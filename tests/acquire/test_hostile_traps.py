"""Sites without end: a crawl of them ends, and is whole where a site has an end."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import page
from .hostile import Exchange, Servers, answer, loopback
from .hostile_behaviours import GOOD_PAGES, OPEN, ROOT, by_path, deflated_zeros, good_site, only
from .hostile_runs import crawled, outcomes


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with loopback("98") as made:
        yield made


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
