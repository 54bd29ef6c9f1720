"""Our crawler beside Scrapy: the same site, the same politeness, the same work.

In: nothing; the site is the standard library's documentation as pydoc writes it, spread over many hosts (loopback
addresses, which both crawlers take for hosts of their own), held in memory and served by a process of its own. Out:
pages a second of both and the ratio, once with a least delay between two requests to a host and once without, and
for both the faults that the server saw: requests to a host closer together than the delay, and forbidden ones.
Both obey robots.txt, retry nothing, keep as many connections, follow every link once and store every page in gzip
members of one level; ours also asks each host for its sitemap and its reservation of rights. Each crawl is a fresh
process; its start is not counted. They take turns, and the medians are compared.

    python -m benchmarks.crawl [--pages 5000] [--hosts 50] [--rounds 3] [--delay 0.05]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path
from typing import Any

from benchmarks import crawl_site, runner

CONNECTIONS = 64
PER_HOST = 2
LEVEL = 3  # as headwater.acquire.warc writes
SLACK_S = 0.005  # between leaving a crawler and being seen by the server, which shares two cores with it
CRAWL_TIMEOUT_S = 1800


def crawl_ours(seeds: list[str], folder: Path, delay_s: float) -> dict[str, Any]:
    from headwater.acquire import crawl, crawler  # noqa: F401 - the imports are not timed
    from headwater.acquire.sources.crawl import CrawlSource
    from headwater.pipeline.progress import Reporter

    source = CrawlSource(
        seeds=tuple(seeds), allow_private=True, delay_s=delay_s, concurrency=CONNECTIONS, per_host=PER_HOST, retries=0,
        max_pages=100_000, max_depth=100,
    )  # fmt: skip
    started = time.perf_counter()
    report = crawl.crawl_to(folder, source, Reporter(quiet=True))
    return {"pages": report["kept"], "seconds": time.perf_counter() - started}


def crawl_scrapy(seeds: list[str], folder: Path, delay_s: float) -> dict[str, Any]:
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    out = open(folder / "pages.gz", "wb")  # noqa: SIM115 - closed with the process
    times: list[float] = []
    pattern = rf"^http://{crawl_site.NETWORK.replace('.', '[.]')}\d+:"

    class Everything(scrapy.Spider):
        name = "everything"
        links = LinkExtractor(allow=(pattern,))

        async def start(self) -> Any:
            for seed in seeds:
                yield scrapy.Request(seed)  # unlike `start_urls`, not asked for again where it is linked to

        def parse(self, response: Any, **_: Any) -> Any:
            out.write(zlib.compress(response.body, LEVEL, wbits=31))
            times.append(time.perf_counter())
            for link in self.links.extract_links(response):
                yield scrapy.Request(link.url)

    settings = {
        "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": delay_s, "RANDOMIZE_DOWNLOAD_DELAY": False,
        "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS": CONNECTIONS, "CONCURRENT_REQUESTS_PER_DOMAIN": PER_HOST,
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue", "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False, "COOKIES_ENABLED": False, "RETRY_ENABLED": False,
    }  # fmt: skip
    process = CrawlerProcess(settings)
    process.crawl(Everything)
    started = time.perf_counter()
    process.start()
    seconds = times[-1] - started  # the last page, not the shutdown after it
    return {"pages": len(times), "seconds": seconds}


CRAWLERS = {"ours": crawl_ours, "scrapy": crawl_scrapy}


def timed(name: str, seeds: list[str], delay_s: float) -> dict[str, Any]:
    """One crawl in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.crawl", "--crawler", name, "--folder", folder]
        command += ["--delay", str(delay_s), *seeds]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=CRAWL_TIMEOUT_S)
    return json.loads(done.stdout.splitlines()[-1])


def checked(name: str, result: dict[str, Any], log: list[tuple[float, str, str]], site: crawl_site.Site) -> None:
    """Stop where a crawl missed a page or stored one twice; the faults it made are added to its result."""
    wanted = {(host, path) for host in site.hosts for path in site.paths}
    asked = [(host, path) for _, host, path in log]
    if missing := wanted - set(asked):
        raise SystemExit(f"{name} never asked for {len(missing)} of {len(wanted)} pages, such as {min(missing)}")
    if result["pages"] != len(wanted):
        raise SystemExit(f"{name} stored {result['pages']} of {len(wanted)} pages")
    result["requests"] = len(asked)
    result["forbidden"] = sum(path.startswith(crawl_site.FORBIDDEN) for _, path in asked)


def too_close(log: list[tuple[float, str, str]], delay_s: float) -> int:
    """How many requests reached a host sooner after the one before than the delay, less SLACK_S, allows."""
    last: dict[str, float] = {}
    faults = 0
    for moment, host, _ in log:
        faults += moment - last.get(host, float("-inf")) < delay_s - SLACK_S
        last[host] = moment
    return faults


def compare(site: crawl_site.Site, control: str, rounds: int, delay_s: float) -> None:
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in CRAWLERS}
    for _ in range(rounds):
        for name in CRAWLERS:
            result = timed(name, site.seeds(), delay_s)
            with urllib.request.urlopen(control) as answer:
                log = [(moment, host, path) for moment, host, path in json.load(answer)]
            checked(name, result, log, site)
            result["too_close"] = too_close(log, delay_s) if delay_s else 0
            results[name].append(result)
            print(f"  {name}: {result}", flush=True)
    figures = {name: figures_of(found) for name, found in results.items()}
    runner.save(
        "crawl" if delay_s else "crawl-no-delay",
        ours=figures["ours"],
        peer={**figures["scrapy"], "name": "Scrapy"},
        ratio=figures["ours"]["pages_per_s"] / figures["scrapy"]["pages_per_s"],
        pages=len(site.hosts) * len(site.paths),
        hosts=len(site.hosts),
        html_bytes=site.num_bytes,
        delay_s=delay_s,
        clock_slack_s=SLACK_S,
        connections=CONNECTIONS,
        per_host=PER_HOST,
        rounds=rounds,
    )


def figures_of(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians over the rounds; faults are summed up."""
    return {
        "pages_per_s": round(statistics.median(result["pages"] / result["seconds"] for result in found), 1),
        "requests": round(statistics.median(result["requests"] for result in found)),
        "politeness_faults": sum(result["too_close"] + result["forbidden"] for result in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.05, help="seconds between two requests to a host")
    parser.add_argument("--crawler", choices=CRAWLERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("seeds", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.crawler:
        print(json.dumps(CRAWLERS[args.crawler](args.seeds, args.folder, args.delay)))
        return
    server, site, control = crawl_site.start(args.hosts, args.pages // args.hosts)
    try:
        for delay_s in dict.fromkeys((args.delay, 0.0)):
            compare(site, control, args.rounds, delay_s)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
