"""A crawl of everything at once (sitemaps, feeds, canonical addresses, redirects, a refresh) killed on the way:
it ends as one that was never cut short, and no page is lost or stored twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator

from headwater.acquire import crawl, outcomes
from headwater.pipeline.progress import Reporter

from .conftest import Site, page, source

XML = {"Content-Type": "application/xml"}
SCRIPT = """
import sys
from pathlib import Path
from headwater.acquire.sources.crawl import CrawlSource
from headwater.acquire import crawl, outcomes
from headwater.pipeline.progress import Reporter
folder, url, refresh_after_s, date = sys.argv[1:]
if date:
    outcomes.now = lambda: date
source = CrawlSource(
    seeds=(url,), allow_private=True, delay_s=0.0, concurrency=4, per_host=4, refresh_after_s=float(refresh_after_s),
)
crawl.crawl_to(Path(folder), source, Reporter(quiet=True))
"""
EARLIER = "2026-01-02T03:04:05Z"


def fill(site: Site, number: int) -> None:
    """Pages linked as a tree, each with a copy that names it canonical; some by sitemap or feed alone, some moved."""
    site.linked(number)
    site.delay_s = 0.004
    for i in range(number):
        links = [f"/p{j}" for j in range(10 * i + 10, 10 * i + 20) if j < number] + [f"/p{i}/print"]
        site.pages[f"/p{i}"] = page(f"page {i}", links)
        head = f'<link rel="canonical" href="/p{i}"></head>'
        site.pages[f"/p{i}/print"] = page(f"page {i}", []).replace(b"</head>", head.encode())
    for i in range(0, number, 5):
        site.pages[f"/p{i}"] = (301, {"Location": f"/moved/p{i}"}, b"")
        site.pages[f"/moved/p{i}"] = page(
            f"moved {i}", [f"/p{j}" for j in range(10 * i + 10, 10 * i + 20) if j < number]
        )
        site.pages[f"/listed/{i}"] = page(f"listed {i}", [f"/p{i}/print"])
        site.pages[f"/fed/{i}"] = page(f"fed {i}", [])
    for i in range(1, number, 7):  # a canonical address that comes to nothing
        site.pages[f"/p{i}"] = (404, {"Content-Type": "text/html"}, b"")
    urls = "".join(f"<url><loc>{site.url}/listed/{i}</loc></url>" for i in range(0, number, 5))
    site.pages["/sitemap.xml"] = (200, XML, f"<urlset>{urls}</urlset>".encode())
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
    site.pages["/"] = page("start", [f"/p{i}" for i in range(10)]).replace(b"</head>", feed.encode())
    items = "".join(f"<item><link>{site.url}/fed/{i}</link></item>" for i in range(0, number, 5))
    site.pages["/feed"] = (200, XML, f"<rss><channel>{items}</channel></rss>".encode())


def cut_short(site: Site, folder: Path, rng: random.Random, times: int, refresh_after_s: float, date: str) -> int:
    """Start the crawl and kill it a little later, so many times; how often it was still at work."""
    kills = 0
    for _ in range(times):
        before = sum(site.asked.values())
        command = [sys.executable, "-c", SCRIPT, str(folder), f"{site.url}/", str(refresh_after_s), date]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        target = before + rng.randrange(3, 30)
        while sum(site.asked.values()) < target and process.poll() is None:
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait(timeout=20)
    return kills


def told(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what depends on how often the crawl was started."""
    return {name: value for name, value in report.items() if name != "auxiliary"}


def kept(folder: Path) -> dict[str, str]:
    return {row["url"]: row["digest"] for row in pq.read_table(folder / "pages.parquet").to_pylist()}


def stored(folder: Path) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        with open(path, "rb") as handle:
            for record in ArchiveIterator(handle, check_digests="raise"):
                record.content_stream().read()
                found[record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or ""] += 1
    return found


@pytest.mark.parametrize(("number", "times"), [(40, 2), pytest.param(250, 15, marks=pytest.mark.slow)])
def test_killed_on_the_way(site: Site, tmp_path: Path, quiet: Reporter, number: int, times: int) -> None:
    fill(site, number)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    fields = {"concurrency": 4, "per_host": 4, "retries": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "now", lambda: EARLIER)
        expected = crawl.crawl_to(whole, source(site, **fields), quiet)
        rng = random.Random(number)
        kills = cut_short(site, killed, rng, times, 0, EARLIER)
        report = crawl.crawl_to(killed, source(site, **fields), quiet)
    assert kills >= times // 2 and told(report) == told(expected) and kept(killed) == kept(whole)
    assert report["left"] == 0 and max(stored(killed).values()) == 1
    changed = [path for path in site.pages if path.startswith("/listed/")]
    site.pages |= {path: page(f"new {path}", []) for path in changed[::2]}
    expected = crawl.crawl_to(whole, source(site, refresh_after_s=60, **fields), quiet)
    kills = cut_short(site, killed, rng, times, 60, "")
    report = crawl.crawl_to(killed, source(site, refresh_after_s=60, **fields), quiet)
    assert kills >= times // 2 and told(report) == told(expected) and kept(killed) == kept(whole)
    assert report["refresh"]["changed"] == len(changed[::2])
    assert stored(killed) == stored(whole)
