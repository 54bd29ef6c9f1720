"""Our crawler beside Scrapy: the same site, the same politeness, the same work.

In: nothing; the site is the standard library's documentation as pydoc writes it, held in memory and served by
a process of its own on loopback. Out: pages a second of both, and the ratio.
Both obey robots.txt, wait for nothing between requests, keep eight connections, follow every link of the site
once and store every page in gzip members of the same level. Each crawl is a fresh process; its start is not
counted. They take turns, and the medians are compared.

    python -m benchmarks.crawl [--pages 400] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import io
import json
import pkgutil
import pydoc
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from benchmarks import runner

CONNECTIONS = 8
LEVEL = 3  # as headwater.acquire.warc writes
PACKAGES = (
    "asyncio", "collections", "concurrent", "curses", "dbm", "email", "encodings", "html", "http", "importlib", "json",
    "logging", "multiprocessing", "sqlite3", "unittest", "urllib", "wsgiref", "xml",
)  # fmt: skip
UNSAFE = {"antigravity", "this", "idlelib", "lib2to3", "test", "tkinter", "turtle", "turtledemo", "msilib"}


def module_pages(number: int) -> dict[str, bytes]:
    """That many pages of documentation by path, all linked from `/`."""
    names = sorted(name for name in sys.stdlib_module_names if name not in UNSAFE and not name.startswith("_"))
    for package in PACKAGES:
        names += [f"{package}.{info.name}" for info in pkgutil.iter_modules(importlib.import_module(package).__path__)]
    pages: dict[str, bytes] = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for name in names:
            if len(pages) == number - 1:
                break
            with contextlib.suppress(Exception, SystemExit):  # a module of another platform has no page here
                module = importlib.import_module(name)
                pages[f"/{name}.html"] = pydoc.html.page(name, pydoc.html.document(module, name)).encode()
    index = "".join(f'<li><a href="{path[1:]}">{path[1:]}</a></li>' for path in pages)
    return {"/": f"<html><title>modules</title><body><ul>{index}</ul></body></html>".encode(), **pages}


async def serve(number: int) -> None:
    """Serve the pages until killed; the first line on stdout is `PORT COUNT BYTES`."""
    from aiohttp import web

    pages = module_pages(number)

    async def answer(request: web.Request) -> web.Response:
        body = pages.get(request.path)
        if body is None:
            return web.Response(status=404, text="no such page", content_type="text/html")
        return web.Response(body=body, content_type="text/html", charset="utf-8")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    site_runner = web.AppRunner(app, access_log=None)
    await site_runner.setup()
    await web.TCPSite(site_runner, "127.0.0.1", 0).start()
    print(site_runner.addresses[0][1], len(pages), sum(map(len, pages.values())), flush=True)
    await asyncio.Event().wait()


def crawl_ours(url: str, folder: Path) -> dict[str, Any]:
    from headwater.acquire import crawl, crawler  # noqa: F401 - the imports are not timed
    from headwater.acquire.sources.crawl import CrawlSource
    from headwater.pipeline.progress import Reporter

    source = CrawlSource(
        seeds=(url,), allow_private=True, delay_s=0.0, concurrency=CONNECTIONS, per_host=CONNECTIONS, max_pages=100_000
    )
    started = time.perf_counter()
    report = crawl.crawl_to(folder, source, Reporter(quiet=True))
    return {"pages": report["kept"], "seconds": time.perf_counter() - started}


def crawl_scrapy(url: str, folder: Path) -> dict[str, Any]:
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    out = open(folder / "pages.gz", "wb")  # noqa: SIM115 - closed with the process
    times: list[float] = []

    class Everything(scrapy.Spider):
        name = "everything"
        start_urls = (url,)
        links = LinkExtractor(allow=(f"^{re.escape(url)}",))

        def parse(self, response: Any, **_: Any) -> Any:
            out.write(zlib.compress(response.body, LEVEL, wbits=31))
            times.append(time.perf_counter())
            for link in self.links.extract_links(response):
                yield scrapy.Request(link.url)

    settings = {
        "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": CONNECTIONS,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONNECTIONS, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False, "RETRY_ENABLED": False,
    }  # fmt: skip
    process = CrawlerProcess(settings)
    process.crawl(Everything)
    started = time.perf_counter()
    process.start()
    seconds = times[-1] - started  # the last page, not the shutdown after it
    return {"pages": len(times), "seconds": seconds}


CRAWLERS = {"ours": crawl_ours, "scrapy": crawl_scrapy}


def timed(name: str, url: str) -> dict[str, Any]:
    """One crawl in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.crawl", "--crawler", name, "--url", url, "--folder", folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return json.loads(done.stdout.splitlines()[-1])


def compare(number: int, rounds: int) -> None:
    command = [sys.executable, "-m", "benchmarks.crawl", "--serve", str(number)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port, num_pages, num_bytes = map(int, server.stdout.readline().split())
        url = f"http://127.0.0.1:{port}/"
        results: dict[str, list[dict[str, Any]]] = {name: [] for name in CRAWLERS}
        for _ in range(rounds):
            for name in CRAWLERS:
                result = timed(name, url)
                if not num_pages <= result["pages"] <= num_pages + 1:  # Scrapy asks for its start page twice
                    raise SystemExit(f"{name} stored {result['pages']} of {num_pages} pages")
                results[name].append(result)
    finally:
        server.kill()
        server.wait()
    speed = {name: statistics.median(r["pages"] / r["seconds"] for r in found) for name, found in results.items()}
    runner.save(
        "crawl",
        ours={"pages_per_s": round(speed["ours"], 1)},
        peer={"pages_per_s": round(speed["scrapy"], 1), "name": "Scrapy"},
        ratio=speed["ours"] / speed["scrapy"],
        pages=num_pages,
        html_bytes=num_bytes,
        connections=CONNECTIONS,
        rounds=rounds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--crawler", choices=CRAWLERS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(args.serve))
    elif args.crawler:
        print(json.dumps(CRAWLERS[args.crawler](args.url, args.folder)))
    else:
        compare(args.pages, args.rounds)


if __name__ == "__main__":
    main()
