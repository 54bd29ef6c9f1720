"""A busy site is asked more slowly and then left alone; owners learn whom to write to; budgets hold."""

from __future__ import annotations

import io
import socket
import time
from collections import Counter
from pathlib import Path

import pytest

from headwater.acquire import backoff, crawl, crawler, frontier, inflight
from headwater.acquire.entries import Entry
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.progress import Reporter
from tests.acquire import stalls

from .conftest import Site, page, source

HTML = {"Content-Type": "text/html"}


def test_a_long_retry_after_leaves_the_host_alone(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.pages |= {"/robots.txt": (404, {}, b""), "/": page("start", [f"/p{i}" for i in range(30)])}
    for i in range(30):
        site.pages[f"/p{i}"] = (429, {**HTML, "Retry-After": "86400"}, b"")
    report = crawl.crawl_to(tmp_path, source(site, retries=3, sitemaps=False), quiet)
    asked = report["rejected"]["fetch.status_429"]
    assert asked <= 2 and report["refused"] == {"host_busy": 30 - asked} and report["left"] == 0


def test_a_short_retry_after_is_waited_for(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.pages |= {"/robots.txt": (404, {}, b""), "/": page("start", ["/busy", "/other"]), "/other": page("other", [])}
    answers = iter([(429, {"Retry-After": "1"}, b""), (200, dict(HTML), page("at last", []))])
    site.pages["/busy"] = lambda: next(answers)
    report = crawl.crawl_to(tmp_path, source(site, retries=1, per_host=1, sitemaps=False), quiet)
    assert (report["kept"], report["rejected"], site.asked["/busy"]) == (3, {}, 2)
    times = [moment for moment, path in site.times if path != "/robots.txt"]
    assert any(later - earlier > 0.95 for earlier, later in zip(times, times[1:], strict=False))


def test_a_site_that_is_always_busy_comes_to_an_end(
    site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler, "BACK_OFF_S", 0.001)
    monkeypatch.setattr(backoff, "FIRST_EXTRA_S", 0.001)
    site.pages |= {"/robots.txt": (404, {}, b""), "/": page("start", [f"/p{i}" for i in range(50)])}
    site.pages |= {f"/p{i}": (503, HTML, b"") for i in range(50)}
    report = crawl.crawl_to(tmp_path, source(site, retries=1, sitemaps=False), quiet)
    assert report["kept"] == 1 and report["refused"]["host_busy"] > 40
    assert site.num_pages_asked < 20


def test_the_wait_grows_while_a_site_is_busy(
    site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 without a word about when: the requests come ever more slowly."""
    monkeypatch.setattr(backoff, "FIRST_EXTRA_S", 0.08)
    site.pages |= {"/robots.txt": (404, {}, b""), "/": page("start", [f"/p{i}" for i in range(4)])}
    site.pages |= {f"/p{i}": (503, HTML, b"") for i in range(3)} | {"/p3": page("p3", [])}
    with stalls.watched() as late:
        crawl.crawl_to(tmp_path, source(site, per_host=1, sitemaps=False, honour_tdm=False), quiet)
    times = [moment for moment, path in site.times if path.startswith("/p")]
    gaps = [later - earlier + late.around(earlier) for earlier, later in zip(times, times[1:], strict=False)]
    assert gaps[0] >= 0.079 and gaps[1] >= 0.159 and gaps[2] >= 0.319


def test_a_host_without_a_listener_is_unreachable(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.2:{closed.getsockname()[1]}"
    site.pages |= {"/robots.txt": (404, {}, b""), "/": page("start", [f"{dead}/{i}" for i in range(40)])}
    started = time.monotonic()
    report = crawl.crawl_to(tmp_path, source(site, same_site=False), quiet)
    assert report["refused"] == {"host_unreachable": 40} and time.monotonic() - started < 5


def test_contact(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.linked(1)
    said = io.StringIO()
    crawl.crawl_to(tmp_path / "a", source(site), Reporter(out=said))
    assert "contact" not in said.getvalue()  # nobody but us
    crawl.crawl_to(tmp_path / "b", source(site, contact="me@example.org"), Reporter(quiet=True))
    assert any(agent.startswith("headwater/") and "(+me@example.org)" in agent for agent in site.agents)
    monkeypatch.setenv("HEADWATER_CONTACT", "https://example.org/crawler")
    crawl.crawl_to(tmp_path / "c", source(site), Reporter(quiet=True))
    assert any(agent.endswith("(+https://example.org/crawler)") for agent in site.agents)
    monkeypatch.setenv("HEADWATER_CONTACT", "no\nheader")
    assert [field for field, _ in CrawlSource(seeds=("http://h/",)).check()] == ["contact"]
    monkeypatch.delenv("HEADWATER_CONTACT")
    said = io.StringIO()
    crawl._say_contact(
        CrawlSource(seeds=("http://127.0.0.1/", "https://example.org/", "http://[::1]/")), Reporter(out=said)
    )
    assert said.getvalue().count("name a contact") == 1


def test_a_budget_for_each_host(tmp_path: Path, quiet: Reporter) -> None:
    sites = [Site(f"127.0.0.{number}").linked(40) for number in range(1, 5)]
    seeds = tuple(f"{site.url}/" for site in sites)
    try:
        report = crawl.crawl_to(
            tmp_path, source(sites[0], seeds=seeds, max_pages_per_host=6, per_host=8, concurrency=16), quiet
        )
        assert report["kept"] == 24 and report["rejected"] == {} and report["left"] > 0
        line = frontier.Frontier(tmp_path, 1000)
        line.close()
        assert set(line.state.kept_by_host.values()) == {6}
        more = crawl.crawl_to(tmp_path, source(sites[0], seeds=seeds), quiet)
        assert more["kept"] == 4 * 41 and more["left"] == 0
    finally:
        for site in sites:
            site.close()


def test_a_crawl_ends_in_time_and_goes_on(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(30)
    site.pages["/p3"] = lambda: (time.sleep(3), (200, dict(HTML), page("late", [])))[1]
    started = time.monotonic()
    report = crawl.crawl_to(tmp_path, source(site, max_seconds=0.8), quiet)
    assert time.monotonic() - started < 2.5 and report["left"] > 0
    site.pages["/p3"] = page("three", [])
    assert crawl.crawl_to(tmp_path, source(site), quiet)["kept"] == 31


@pytest.mark.parametrize("asked_by", ["source", "robots"])
def test_the_delay_holds_across_a_restart(site: Site, tmp_path: Path, quiet: Reporter, asked_by: str) -> None:
    site.linked(8)
    fields = {"delay_s": 0.1} if asked_by == "source" else {}
    if asked_by == "robots":
        site.pages["/robots.txt"] = b"User-agent: headwater\nCrawl-delay: 0.1\n"
    with stalls.watched() as late:
        for _ in range(3):
            crawl.crawl_to(tmp_path, source(site, max_seconds=0.35, max_pages=9, **fields), quiet)
    times = [moment for moment, _ in site.times]
    gaps = [later - earlier + late.around(earlier) for earlier, later in zip(times, times[1:], strict=False)]
    assert len(times) >= 6 and min(gaps) > 0.095


def test_a_busy_host_is_left_alone_across_a_restart(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(3)
    site.pages["/p1"] = (503, {**HTML, "Retry-After": "60"}, b"")
    fields = {"max_seconds": 0.4, "retries": 1, "per_host": 1}
    assert crawl.crawl_to(tmp_path, source(site, **fields), quiet)["left"] > 0
    asked = sum(site.asked.values())
    assert crawl.crawl_to(tmp_path, source(site, **fields), quiet)["left"] > 0 and sum(site.asked.values()) == asked


def test_no_host_fills_the_queue(tmp_path: Path) -> None:
    """However many links one host offers, there is room for those of others."""
    line = frontier.Frontier(tmp_path, 1000)
    line.add_seed("http://big/")
    for seed in range(50):
        line.add_seed(f"http://small{seed}/")
    for part in range(20):
        entry = line.state.waiting.get("http://big/") or next(iter(line.state.waiting.values()))
        line.finish(entry, "kept-not", found=[Entry(f"http://big/{part}/{i}", 1) for i in range(1000)])
    for seed in range(20, 50):
        found = [Entry(f"http://small{seed}/{i}", 1) for i in range(4)]
        assert line.finish(line.state.waiting[f"http://small{seed}/"], "kept-not", found=found) == found
    waiting = Counter(url.split("/")[2] for url in line.state.waiting)
    assert waiting["big"] <= 800 and len(line.state.waiting) <= 1000
    left = line.report()["left"]
    line.close()
    again = frontier.Frontier(tmp_path, 1000)
    again.close()
    assert again.report()["left"] == left  # what there was no room for is remembered, as a number


def test_hosts_that_stall_starve_no_other(tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflight, "STALLED_S", 0.1)
    stalled, quick = [Site(f"127.0.0.{number}") for number in (2, 3)], Site().linked(60)
    for site in stalled:
        site.delay_s = 0.8
    seeds = tuple(f"{site.url}/" for site in (*stalled, quick))
    started = time.monotonic()
    try:
        report = crawl.crawl_to(
            tmp_path, source(quick, seeds=seeds, concurrency=2, timeout_s=0.7, sitemaps=False), quiet
        )
        done = quick.times[-1][0] - started
    finally:
        for site in (*stalled, quick):
            site.close()
    assert report["kept"] == 61 and report["refused"] == {"robots.unreachable": 2} and done < 0.7


def test_refused_entries_take_no_turn(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    """What robots.txt forbids costs no delay."""
    site.pages |= {
        "/robots.txt": b"User-agent: *\nDisallow: /no\n",
        "/": page("start", [f"/no/{i}" for i in range(200)] + ["/yes"]), "/yes": page("yes", []),
    }  # fmt: skip
    started = time.monotonic()
    report = crawl.crawl_to(tmp_path, source(site, delay_s=0.1, sitemaps=False), quiet)
    assert report["refused"] == {"robots.forbidden": 200} and report["kept"] == 2
    assert time.monotonic() - started < 3
