"""Many hosts at once, one of them endless and slow: none starves, and no host is asked faster than it may be."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire import crawl, crawler
from headwater.acquire.fetch import fetch
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.progress import Reporter

from .conftest import page
from .hostile import Behaviour, Exchange, Host, Servers, answer
from .hostile_runs import outcomes

NUM_HOSTS = 20
NUM_PAGES = 5
NUM_SITE_FILES = 3
NUM_SMALL = (NUM_HOSTS - 1) * NUM_PAGES
NUM_ENDLESS = 30  # pages of the endless host, by when all others are done
DELAY_S = 0.06
OWN_DELAY_S = 0.1  # what one host asks for in its robots.txt
OWN_RULES = f"User-agent: *\nCrawl-delay: {OWN_DELAY_S}\n".encode()
SLACK_S = 0.025  # between leaving the crawler and being seen by a server that shares the machine with others


def small(number: int, robots: bytes = b"") -> Behaviour:
    """A chain of pages, each of which links to the next one and to the start."""

    async def behave(x: Exchange) -> None:
        if x.path == "/robots.txt" and robots:
            await x.send(answer(robots, b"Content-Type: text/plain\r\n"))
        elif x.path == "/" or x.path[:2] == "/p":
            following = int(x.path[2:] or 0) + 1
            await x.send(answer(page(f"page {x.path}", ["/", *[f"/p{following}"] * (following < number)])))
        else:
            await x.send(answer(b"", status=b"404 Not Found"))

    return behave


async def endless(x: Exchange) -> None:
    """Every page has a hundred new links, and comes late."""
    await asyncio.sleep(2 * DELAY_S)
    await x.send(answer(page(x.path, [f"{x.path.rstrip('/')}/n{i}" for i in range(100)])))


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    """The endless one first, then one with a delay of its own, then plain small ones."""
    servers = Servers("93")
    try:
        found = [servers.start(endless), servers.start(small(NUM_PAGES, OWN_RULES), everything=True)]
        found += [servers.start(small(NUM_PAGES)) for _ in range(NUM_HOSTS - 2)]
        yield found
    except OSError:
        pytest.skip("this system has no loopback addresses besides 127.0.0.1")
    finally:
        servers.close()


def options(hosts: list[Host], **given: Any) -> CrawlSource:
    fields: dict[str, Any] = {"allow_private": True, "delay_s": DELAY_S, "max_pages": 300, "concurrency": 8}
    return CrawlSource(seeds=tuple(f"{host.url}/" for host in hosts), max_depth=10, **{**fields, **given})


def check_polite(hosts: list[Host]) -> None:
    for host in hosts:
        delay_s = DELAY_S if host is not hosts[1] else OWN_DELAY_S
        moments = [moment for moment, path in host.times]
        if host is hosts[1]:  # it can ask for its own delay only in its first answer
            moments = moments[1:]
        gaps = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
        assert min(gaps) >= delay_s - SLACK_S, (host.url, min(gaps), host.times)


def check_fair(hosts: list[Host], folder: Path) -> None:
    found = outcomes(folder)
    for host in hosts[1:]:
        pages = [f"{host.url}/", *[f"{host.url}/p{i}" for i in range(1, NUM_PAGES)]]
        assert [found.get(url) for url in pages] == ["kept"] * NUM_PAGES
    asked = NUM_PAGES + NUM_SITE_FILES
    all_served = max(moment for host in hosts[1:] for moment, _ in host.times)
    before = sum(moment < all_served for moment, _ in hosts[0].times)
    assert before <= 4 * asked, before  # the host with its own delay needs twice as long as the others


def test_none_starves(hosts: list[Host], tmp_path: Path) -> None:
    report = crawl.crawl_to(tmp_path, options(hosts, max_pages=NUM_SMALL + NUM_ENDLESS), Reporter(quiet=True))
    assert report["kept"] == NUM_SMALL + NUM_ENDLESS and not report["rejected"] and not report["refused"]
    check_fair(hosts, tmp_path)
    check_polite(hosts)
    assert all(max(host.asked.values()) == 1 for host in hosts)


def test_a_long_queue_leaves_room_for_others(
    hosts: list[Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frontier is full of one host's links, and still takes those of the others."""
    monkeypatch.setattr(crawl, "WAITING_LEAST", 150)
    monkeypatch.setattr(crawl, "WAITING_PER_PAGE", 0)
    report = crawl.crawl_to(tmp_path, options(hosts, max_pages=NUM_SMALL + NUM_ENDLESS), Reporter(quiet=True))
    found = outcomes(tmp_path)
    for host in hosts[1:]:
        assert sum(url.startswith(f"{host.url}/") and what == "kept" for url, what in found.items()) == NUM_PAGES
    assert report["left"] > 0


def test_the_delay_counts_from_when_a_request_leaves(
    hosts: list[Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its turn and its leaving, a request may wait for a connection, or while other pages are being read."""
    waits = itertools.cycle((DELAY_S, 0.0))

    async def late_fetch(*given: Any, **options: Any) -> Any:
        await asyncio.sleep(next(waits))
        return await fetch(*given, **options)

    monkeypatch.setattr(crawler, "fetch", late_fetch)
    report = crawl.crawl_to(tmp_path, options(hosts[2:5], delay_s=2 * DELAY_S), Reporter(quiet=True))
    assert report["kept"] == 3 * NUM_PAGES
    for host in hosts[2:5]:
        moments = [moment for moment, _ in host.times]
        gaps = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
        assert min(gaps) >= 2 * DELAY_S - SLACK_S, gaps


SCRIPT = """
import sys
from pathlib import Path
from headwater.acquire.crawl import crawl_to
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.progress import Reporter
delay_s, pages, folder, *seeds = sys.argv[1:]
source = CrawlSource(
    seeds=tuple(seeds), allow_private=True, delay_s=float(delay_s), max_pages=int(pages), concurrency=8, max_depth=10,
)
crawl_to(Path(folder), source, Reporter(quiet=True))
"""


def test_a_kill_breaks_no_delay(hosts: list[Host], tmp_path: Path) -> None:
    seeds = [f"{host.url}/" for host in hosts]
    command = [sys.executable, "-c", SCRIPT, str(DELAY_S), str(NUM_SMALL + NUM_ENDLESS), str(tmp_path), *seeds]
    for num_asked in (40, 110):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while sum(host.num_asked() for host in hosts) < num_asked and process.poll() is None:
            time.sleep(0.002)
        assert process.poll() is None
        process.kill()
        process.wait(20)
    report = crawl.crawl_to(tmp_path, options(hosts, max_pages=NUM_SMALL + NUM_ENDLESS), Reporter(quiet=True))
    assert report["kept"] == NUM_SMALL + NUM_ENDLESS
    check_polite(hosts)
    check_fair(hosts, tmp_path)
