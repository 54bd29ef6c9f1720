"""Crawls of hostile servers, in this process or measured in one of their own, and what they left behind.

In: hosts. Out: reports, what became of every URL, memory and time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from headwater.acquire import crawl
from headwater.acquire.entries import Entry
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.progress import Reporter

from .hostile import Host
from .hostile_behaviours import GOOD_PAGES

QUIET = Reporter(quiet=True)


def outcomes(folder: Path) -> dict[str, str]:
    """What a crawl wrote down of every page, by URL; what was refused is called `refused.` and the reason."""
    found: dict[str, str] = {}
    listings: set[str] = set()
    for line in (folder / ".frontier" / "log.jsonl").read_text().splitlines():
        row = json.loads(line)
        entries = [Entry(*fields) for fields in (*row.get("found", ()), *row.get("listed", ()))]
        listings |= {entry.url for entry in entries if not entry.is_page}
        if "done" in row:
            found[row["done"]] = row["as"]
        for url, reason in row.get("shut", ()):
            found[url] = f"refused.{reason}"
    return {url: outcome for url, outcome in found.items() if url not in listings}


def warc_problems(folder: Path) -> list[str]:
    """What warcio, which checks every digest, finds wrong with the records of a crawl."""
    from warcio.archiveiterator import ArchiveIterator

    problems = []
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        with open(path, "rb") as handle:
            for record in ArchiveIterator(handle, check_digests=True):
                record.content_stream().read()
                if record.digest_checker.passed is False:
                    problems.append(
                        f"{record.rec_headers.get_header('WARC-Target-URI')}: {record.digest_checker.problems}"
                    )
    return problems


def crawled(folder: Path, hosts: list[Host], **given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"allow_private": True, "delay_s": 0.0, "timeout_s": 5.0, "retries": 0}
    source = CrawlSource(seeds=tuple(f"{host.url}/" for host in hosts), **{**fields, **given})
    assert source.check() == []
    return crawl.crawl_to(folder, source, QUIET)


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
