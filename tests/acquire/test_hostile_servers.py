"""Servers that misbehave: each costs bounded time and memory, is a counted reason, and harms no other host.

Two crawls meet them, well-behaved sites beside them: one those that answer in some way, with all the time that a busy
machine may need, and one those that end only when their time is up. Each test then looks at what became of one.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire import crawl, robots, warc
from headwater.acquire.sources.crawl import CrawlSource

from .hostile import Host, Servers, loopback, moved
from .hostile_behaviours import GOOD_PAGES, OPEN, by_path, good_site, only
from .hostile_cases import CASES, Case
from .hostile_runs import QUIET, crawled, outcomes, warc_problems

TIMEOUT_S = 4.0
PATIENCE_S = 60.0  # nobody who answers is cut short, however busy the machine
LIMIT_BYTES = 2 << 20


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
    with loopback("91") as made:
        yield made


def meet(servers: Servers, folder: Path, cases: dict[str, Case], timeout_s: float) -> Crowd:
    """Crawl the hosts of these cases at once, a well-behaved site before and after them."""
    tls = self_signed(folder)
    hosts, seeds = {}, {}
    good = [servers.start(good_site()) for _ in range(2)]
    for name, case in cases.items():
        if case.tls and tls is None:
            continue
        host = servers.start(case.behave, everything=case.everything, greets=case.greets, tls=tls if case.tls else None)
        hosts[name] = host
        scheme = case.scheme or host.url.partition(":")[0]
        seeds[name] = f"{scheme}:{host.url.partition(':')[2]}"
    source = CrawlSource(
        seeds=tuple(f"{url}/" for url in (good[0].url, *seeds.values(), good[1].url)),
        allow_private=True, delay_s=0.0, timeout_s=timeout_s, retries=0, concurrency=100, max_page_bytes=LIMIT_BYTES,
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


@pytest.fixture(scope="module")
def crowds(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Crowd]:
    """By whether the hosts take all their time."""
    return {
        stalls: meet(
            servers,
            tmp_path_factory.mktemp("crowd"),
            {name: case for name, case in CASES.items() if case.takes_all_its_time == stalls},
            TIMEOUT_S if stalls else PATIENCE_S,
        )
        for stalls in (False, True)
    }


@pytest.fixture(params=[False, True], ids=["answering", "stalling"])
def crowd(request: pytest.FixtureRequest, crowds: dict[bool, Crowd]) -> Crowd:
    return crowds[request.param]


@pytest.mark.parametrize("name", CASES)
def test_a_host_that(name: str, crowds: dict[bool, Crowd]) -> None:
    case = CASES[name]
    crowd = crowds[case.takes_all_its_time]
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
    assert crowd.seconds < 20 * TIMEOUT_S  # far less than it would take one after the other


def test_every_outcome_is_counted_once(crowd: Crowd) -> None:
    counts = Counter(crowd.found.values())
    report = crowd.report
    assert report["fetched"] == report["kept"] + sum(report["rejected"].values())
    assert counts.pop("kept") == report["kept"]
    told = {**report["rejected"], **{f"refused.{reason}": n for reason, n in report["refused"].items()}}
    assert dict(counts) == told
    assert not {reason for reason in told if reason.startswith("fetch.unparsable")}


def test_canonical_claims_lose_no_page(crowds: dict[bool, Crowd]) -> None:
    """Of pages that name one another one is kept, and a chain of claims ends with a kept page."""
    crowd = crowds[False]
    for name in ("has two pages that each call the other canonical", "calls ever another page canonical"):
        kept = [url for url, what in crowd.found.items() if url.startswith(crowd.seeds[name]) and what == "kept"]
        assert kept, name


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


def test_robots_that_redirect_to_no_address(servers: Servers, tmp_path: Path) -> None:
    robots_away = only(moved("http://[::1"), then="serve")
    bad = servers.start(by_path(robots=robots_away, root=OPEN), everything=True)
    report = crawled(tmp_path, [bad, servers.start(good_site(5))])
    assert (report["kept"], report["refused"]) == (5, {"robots.unreachable": 1})


@pytest.mark.slow
def test_stalled_sitemaps_hold_nobody_up(servers: Servers, tmp_path: Path) -> None:
    stalls = by_path(sitemap=only(then="hold"), root=OPEN)
    bad = [servers.start(stalls, everything=True) for _ in range(24)]
    good = servers.start(good_site())
    started = time.monotonic()
    report = crawled(tmp_path, [*bad, good], timeout_s=TIMEOUT_S, concurrency=8)
    assert report["kept"] == len(bad) + GOOD_PAGES
    last = max(moment for moment, path in good.times if path.startswith("/p"))
    assert last - started < 4 * TIMEOUT_S  # all of them at once, eight at a time, take three times as long as one
