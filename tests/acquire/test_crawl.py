"""Crawls of a badly behaved site: each kind of trouble is one counted reason, and nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from headwater.acquire import addresses, crawl, crawler, resolver, warc
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context
from tests.acquire import stalls

from .conftest import Site, page, source, zipped

HTML = {"Content-Type": "text/html"}
TOLD = ("fetched", "kept", "rejected", "refused", "left")


def start_at(site: Site, *paths: str) -> None:
    site.pages |= {"/": page("start", list(paths)), "/robots.txt": (404, {}, b"")}


def stored(folder: Path) -> list[str]:
    """URLs in the WARC files, after checking that `pages.parquet` finds each of them."""
    rows = pq.read_table(folder / "pages.parquet").to_pylist()
    for row in rows:
        record = warc.read_record(folder / row["warc_file"], row["warc_offset"])
        assert (record.url, record.status, record.date) == (row["url"], row["status"], row["fetched_at"])
    assert [(row["url"], row["digest"]) for row in rows] == sorted((row["url"], row["digest"]) for row in rows)
    urls = []
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        problems: dict[str, int] = {}
        with open(path, "rb") as handle:
            urls += [record.url for record in warc.read_records(handle, problems)]
        assert not problems
    assert sorted(urls) == sorted(row["url"] for row in rows)
    return urls


def test_a_whole_site(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(60)
    report = crawl.crawl_to(tmp_path, source(site), quiet)
    assert [report[name] for name in TOLD] == [61, 61, {}, {}, 0]
    assert report["auxiliary"] == {"robots": 1, "tdmrep": 1, "sitemap.status_404": 1}
    assert json.loads((tmp_path / "report.json").read_text()) == report
    urls = stored(tmp_path)
    assert len(urls) == len(set(urls)) == 61
    assert max(site.asked.values()) == 1
    assert all(agent.startswith("headwater/") for agent in site.agents)


def test_every_trouble_is_a_counted_reason(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    troubles: dict[str, Any] = {
        "/gone": (404, HTML, b"gone"),
        "/broken": (500, HTML, b"broken"),
        "/image": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
        "/big-image": (200, {"Content-Type": "image/png"}, b"\x89PNG" * 50_000),
        "/untyped": (200, {}, b"plain text without a type"),
        "/empty": (200, HTML, b"  "),
        "/bad-gzip": (200, {**HTML, "Content-Encoding": "gzip"}, b"this is not gzip"),
        "/cut-gzip": (200, {**HTML, "Content-Encoding": "gzip"}, zipped(b"<html>" + os.urandom(5000))[:-100]),
        "/bomb": (200, {**HTML, "Content-Encoding": "gzip"}, zipped(b" " * 50_000_000)),
        "/brotli": (200, {**HTML, "Content-Encoding": "br"}, b"whatever"),
        "/large": (200, HTML, b"<html>" + b"x" * 300_000),
        "/cut": (200, {**HTML, "Cut-Short": "1"}, b"<html>half of it"),
        "/noindex": (200, {**HTML, "X-Robots-Tag": "noindex"}, page("not me", [])),
        "/loop1": (302, {"Location": "/loop2"}, b""),
        "/loop2": (302, {"Location": "/loop1"}, b""),
        "/self": (301, {"Location": "/self"}, b""),
        "/nowhere": (302, {}, b""),
        "/ftp": (302, {"Location": "ftp://127.0.0.1/x"}, b""),
        "/away": (302, {"Location": "http://elsewhere.example/"}, b""),
        "/moved": (301, {"Location": "/arrived"}, b""),
        "/arrived": page("arrived", []),
        **{f"/chain{i}": (302, {"Location": f"/chain{i + 1}"}, b"") for i in range(9)},
    }
    start_at(site, *troubles)
    site.pages["/"] = page(
        "start", [path for path in troubles if path != "/arrived" and path[:6] != "/chain"] + ["/chain0"]
    )
    site.pages |= troubles
    report = crawl.crawl_to(tmp_path, source(site, max_page_bytes=200_000), quiet)
    assert report["rejected"] == {
        "fetch.status_404": 1, "fetch.status_500": 1, "fetch.not_html": 3, "fetch.empty": 1, "fetch.broken_body": 2,
        "fetch.expands_too_far": 1, "fetch.unknown_encoding": 1, "fetch.too_large": 1, "fetch.cut_short": 1,
        "fetch.noindex": 1, "redirect.loop": 2, "redirect.no_target": 2, "redirect.elsewhere": 1,
        "redirect.followed": 7, "redirect.too_many": 1,
    }  # fmt: skip
    assert report["fetched"] == report["kept"] + sum(report["rejected"].values())
    assert sorted(url.removeprefix(site.url) for url in stored(tmp_path)) == ["/", "/arrived"]


def test_slow_and_dead_hosts(site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler, "BACK_OFF_S", 0.01)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.2:{closed.getsockname()[1]}/x"
    start_at(site, "/slow", dead)
    site.pages["/slow"] = lambda: (time.sleep(0.5), (200, HTML, b"late"))[1]
    report = crawl.crawl_to(tmp_path, source(site, timeout_s=0.3, retries=1, same_site=False), quiet)
    assert report["rejected"] == {"fetch.timeout": 1}
    assert report["refused"] == {"host_unreachable": 1}
    assert site.asked["/slow"] == 2


def test_a_busy_server_is_asked_again(
    site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler, "BACK_OFF_S", 0.01)
    start_at(site, "/busy")
    answers = iter([(503, {"Retry-After": "0"}, b""), (200, dict(HTML), page("at last", []))])
    site.pages["/busy"] = lambda: next(answers)
    report = crawl.crawl_to(tmp_path, source(site, retries=2), quiet)
    assert (report["kept"], report["rejected"], site.asked["/busy"]) == (2, {}, 2)


def test_robots_are_obeyed(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    start_at(site, "/open", "/closed", "/closed/too")
    site.pages |= {"/open": page("open", []), "/robots.txt": b"User-agent: *\nDisallow: /closed\nCrawl-delay: 0.1\n"}
    report = crawl.crawl_to(tmp_path, source(site, per_host=4), quiet)
    assert [report[name] for name in TOLD] == [2, 2, {}, {"robots.forbidden": 2}, 0]
    assert not site.asked["/closed"] and site.asked["/robots.txt"] == 1
    times = [moment for moment, _ in site.times]
    assert all(later - earlier > 0.095 for earlier, later in zip(times, times[1:], strict=False))


@pytest.mark.parametrize("status", [500, 503])
def test_robots_that_fail_deny(site: Site, tmp_path: Path, quiet: Reporter, status: int) -> None:
    start_at(site)
    site.pages["/robots.txt"] = (status, {}, b"")
    with pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path, source(site), quiet)
    assert error.value.failure == "nothing_fetched" and "robots.unreachable" in error.value.message
    assert not site.asked["/"]


def test_nothing_fetched_then_asked_anew(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    with pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path, source(site), quiet)
    assert error.value.failure == "nothing_fetched" and error.value.exit_code == 3
    start_at(site)
    assert crawl.crawl_to(tmp_path, source(site), quiet)["kept"] == 1


def test_private_addresses_are_refused(
    site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path / "seed", source(site, allow_private=False), quiet)
    assert "private_address" in error.value.message and "--allow-private" in error.value.mend
    assert not site.asked
    real = addresses.verdict
    found = lambda address: None if str(address) == "127.0.0.1" else real(address)  # noqa: E731
    monkeypatch.setattr(resolver, "verdict", found)
    inward = [
        "http://127.0.0.2/x",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://2130706434/",
        "http://10.0.0.1/",
    ]
    start_at(site, "/hop", *inward)
    site.pages["/hop"] = (302, {"Location": "http://127.0.0.3/secret"}, b"")
    report = crawl.crawl_to(tmp_path / "links", source(site, allow_private=False, same_site=False), quiet)
    assert report["kept"] == 1 and report["rejected"] == {"redirect.followed": 1}
    assert report["refused"] == {"private_address": 6}


def test_scope(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    start_at(site, "/a/1", "/a/2", "/b/1", "http://other.example/")
    site.pages |= {"/a/1": page("a1", ["/a/3"]), "/a/2": page("a2", []), "/a/3": page("a3", []), "/b/1": page("b1", [])}
    fields = {"include": (r"/a/",), "exclude": (r"/2$",), "max_depth": 1}
    report = crawl.crawl_to(tmp_path, source(site, **fields), quiet)
    assert sorted(url.removeprefix(site.url) for url in stored(tmp_path)) == ["/", "/a/1"]
    assert report["refused"] == {"too_deep": 1}


def test_budgets(site: Site, tmp_path: Path, quiet: Reporter, make_context: Callable[..., Context]) -> None:
    site.linked(200)
    report = crawl.crawl_to(tmp_path, source(site, max_pages=17), quiet)
    assert report["kept"] == 17 and len(stored(tmp_path)) == 17 and report["left"] > 0
    more = crawl.crawl_to(tmp_path, source(site, max_pages=30), quiet)
    assert more["kept"] == 30 and len(set(stored(tmp_path))) == 30 and max(site.asked.values()) <= 2
    context = make_context(source(site, max_requests=9), limit=5, name="crawl.0")
    assert crawl.run(context)["counts"] == {"in": 5, "kept": 5, "rejected": {}}
    few = crawl.crawl_to(tmp_path / "few", source(site, max_requests=9), quiet)
    assert few["fetched"] == 9


def test_delay_holds_for_each_host(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(5)
    with stalls.watched() as late:
        crawl.crawl_to(tmp_path, source(site, delay_s=0.08), quiet)
    times = [moment for moment, _ in site.times]
    assert len(times) == 6 + 3  # and what speaks for the site
    for earlier, later in zip(times, times[1:], strict=False):
        assert later - earlier > 0.075 - late.around(earlier)


def test_others_folders_are_left_alone(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    path = tmp_path / "warc" / "00000.warc.gz"
    path.parent.mkdir()
    path.write_bytes(b"someone's")
    with pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path, source(site), quiet)
    assert error.value.failure == "arguments" and path.read_bytes() == b"someone's"


def test_two_at_once(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(1)
    with crawl.locked(tmp_path / ".lock", "busy"), pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path, source(site), quiet)
    assert error.value.failure == "in_use"


SCRIPT = """
import sys
from pathlib import Path
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire.crawl import crawl_to
from headwater.pipeline.progress import Reporter
source = CrawlSource(seeds=(sys.argv[2],), allow_private=True, delay_s=0.0, concurrency=4, per_host=4)
crawl_to(Path(sys.argv[1]), source, Reporter(quiet=True))
"""


@pytest.mark.parametrize(
    ("how", "rounds"),
    [
        (signal.SIGKILL, 2),
        pytest.param(signal.SIGKILL, 20, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 6, marks=pytest.mark.slow),
    ],
)
def test_killed_and_resumed(site: Site, tmp_path: Path, quiet: Reporter, how: signal.Signals, rounds: int) -> None:
    """At most the requests in flight are asked again, and no page is stored twice."""
    site.linked(380 if rounds > 2 else 120)
    site.delay_s = 0.01
    rng = random.Random(11)
    kills = 0
    for _ in range(rounds):
        before = sum(site.asked.values())
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path), f"{site.url}/"], stderr=subprocess.DEVNULL
        )
        target = before + rng.randrange(3, 25)
        while sum(site.asked.values()) < target and process.poll() is None:
            time.sleep(0.002)
        if process.poll() is None:
            process.send_signal(how)
            kills += 1
        process.wait(timeout=20)
    report = crawl.crawl_to(tmp_path, source(site, concurrency=4, per_host=4), quiet)
    assert kills >= rounds // 2 and report["kept"] == len(site.pages) - 1 and report["left"] == 0
    urls = stored(tmp_path)
    assert len(urls) == len(set(urls)) == report["kept"]
    assert site.num_pages_asked <= report["kept"] + 4 * kills


def test_pages_lost_in_a_power_cut_are_asked_again(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(40)
    crawl.crawl_to(tmp_path, source(site, max_pages=20), quiet)
    log, path = tmp_path / ".frontier" / "log.jsonl", tmp_path / "warc" / "00000.warc.gz"
    rows = "".join(line for line in log.read_text().splitlines(keepends=True) if "synced" not in line).encode()
    pages = path.read_bytes()
    rng = random.Random(4)
    for _ in range(4):  # any part of what was not synced may be missing, cut or empty
        torn_log, torn_pages = (
            bytearray(rows[: rng.randrange(200, len(rows))]),
            bytearray(pages[: rng.randrange(len(pages))]),
        )
        for torn in (torn_log, torn_pages):
            if rng.random() < 0.5 and len(torn) > 400:
                start = rng.randrange(200, len(torn))
                torn[start : start + 4096] = bytes(len(torn[start : start + 4096]))
        log.write_bytes(bytes(torn_log))
        path.write_bytes(bytes(torn_pages))
        report = crawl.crawl_to(tmp_path, source(site), quiet)
        urls = stored(tmp_path)
        assert report["kept"] == len(urls) == len(set(urls)) == 41


def test_a_handler_that_raises_stops_the_crawl(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    def handler(*_: Any) -> None:
        raise HeadwaterError("preempted", "stopped")

    site.linked(40)
    site.pages["/p5"] = lambda: (os.kill(os.getpid(), signal.SIGTERM), (200, dict(HTML), page("five", [])))[1]
    previous = signal.signal(signal.SIGTERM, handler)
    try:
        with pytest.raises(HeadwaterError) as error:
            crawl.crawl_to(tmp_path, source(site), quiet)
        assert error.value.exit_code == 75 and signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, previous)
    site.pages["/p5"] = page("five", [])
    assert crawl.crawl_to(tmp_path, source(site), quiet)["kept"] == 41


def test_a_damaged_frontier_says_so(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(3)
    crawl.crawl_to(tmp_path, source(site), quiet)
    log = tmp_path / ".frontier" / "log.jsonl"
    for damage in ("{", '{"done": "http://never-found/", "as": "kept"}', "[]", '{"what": 1}'):
        log.write_text(damage + "\n" + log.read_text())
        with pytest.raises(HeadwaterError) as error:
            crawl.crawl_to(tmp_path, source(site), quiet)
        assert error.value.failure == "damaged_file"


def test_a_failing_disk_is_said(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    import errno
    from typing import IO

    from headwater import storage

    class Full(storage.Layer):
        def fsync(self, handle: IO[Any]) -> None:
            raise OSError(errno.ENOSPC, "full")

    site.linked(3)
    with storage.layer(Full()), pytest.raises(HeadwaterError) as error:
        crawl.crawl_to(tmp_path, source(site), quiet)
    assert error.value.failure == "disk_full"
    assert crawl.crawl_to(tmp_path, source(site), quiet)["kept"] == 4


def test_frontier_is_bounded(site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl, "WAITING_LEAST", 0)
    monkeypatch.setattr(crawl, "WAITING_PER_PAGE", 1)
    start_at(site, *[f"/x{i}" for i in range(100)])
    report = crawl.crawl_to(tmp_path, source(site, max_pages=5), quiet)
    assert report["left"] + report["fetched"] == 101


def test_a_page_that_breaks_a_parser_is_one_rejected_page(
    site: Site, tmp_path: Path, quiet: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_at(site, "/odd", "/good")
    site.pages["/good"] = page("good", [])
    site.pages["/odd"] = (200, {"Content-Type": "text/html; charset=undefined"}, '<a href="/é">é</a>'.encode())
    report = crawl.crawl_to(tmp_path / "charset", source(site), quiet)
    assert report["kept"] == 3

    def broken(*_: Any) -> None:
        raise TypeError("a parser gave up")

    monkeypatch.setattr(crawler.Outcomes, "record", broken)
    with pytest.raises(HeadwaterError, match=r"fetch.unparsable \(1\)"):
        crawl.crawl_to(tmp_path / "broken", source(site), quiet)


def test_another_crawl_does_not_join_a_finished_one(site: Site, tmp_path: Path, quiet: Reporter) -> None:
    site.linked(5)
    crawl.crawl_to(tmp_path, source(site), quiet)
    with pytest.raises(HeadwaterError, match="began elsewhere"):
        crawl.crawl_to(tmp_path, source(site, seeds=("http://other.example/",)), quiet)
