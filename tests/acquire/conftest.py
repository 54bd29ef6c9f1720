"""A small, badly behaved website on loopback, and stage contexts to run the room in."""

from __future__ import annotations

import gzip
import http.server
import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.acquire import robots
from headwater.acquire.sources.crawl import CrawlSource
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage

Answer = tuple[int, dict[str, str], bytes]
SITE_FILES = ("/robots.txt", "/.well-known/tdmrep.json", "/sitemap.xml")


def page(title: str, links: list[str], text: str = "", lang: str = "en") -> bytes:
    """An HTML page with enough of its own words to be extracted."""
    words = text or f"The page called {title} says something of its own, and says it in a sentence long enough to keep."
    anchors = " ".join(f'<a href="{link}">to {link}</a>' for link in links)
    html = f"<html lang={lang}><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{words}</p>"
    return f"{html}<p>{words}</p></article><p>{anchors}</p></body></html>".encode()


class Site:
    """Pages by path, each bytes or a function; counts what was asked for."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, bytes | Answer | Callable[[], Answer]] = {}
        self.asked: Counter[str] = Counter()
        self.times: list[tuple[float, str]] = []
        self.agents: set[str] = set()
        self.headers: dict[str, dict[str, str]] = {}  # of the last request for each path
        self.delay_s = 0.0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # an answer in one piece, which waits for no acknowledgement

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: Any) -> None:
                """A client that hangs up is part of the test."""

        self._server = Server((host, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://{host}:{self._server.server_port}"

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        self.asked[handler.path] += 1
        self.times.append((time.monotonic(), handler.path))
        self.agents.add(handler.headers.get("User-Agent", ""))
        self.headers[handler.path] = dict(handler.headers)
        time.sleep(self.delay_s)
        found = self.pages.get(handler.path, (404, {"Content-Type": "text/html"}, b"not here"))
        status, headers, body = (
            (200, {"Content-Type": "text/html; charset=utf-8"}, found)
            if isinstance(found, bytes)
            else found()
            if callable(found)
            else found
        )
        handler.send_response(status)
        if headers.pop("Cut-Short", None):
            handler.send_header("Content-Length", str(len(body) + 1000))
            handler.close_connection = True
        elif "Content-Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    @property
    def num_pages_asked(self) -> int:
        """Requests for anything but the files that speak for the site."""
        return sum(count for path, count in self.asked.items() if path not in SITE_FILES)

    def linked(self, number: int) -> Site:
        """Fill with a start page and `number` pages that link on, as a tree of ten branches."""
        self.pages["/robots.txt"] = (404, {}, b"")
        self.pages["/"] = page("start", [f"/p{i}" for i in range(min(10, number))])
        for i in range(number):
            self.pages[f"/p{i}"] = page(
                f"page {i}", [f"/p{j}" for j in range(10 * i + 10, 10 * i + 20) if j < number] + ["/"]
            )
        return self

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def source(site: Site, **given: Any) -> CrawlSource:
    """A source that crawls the site without delay."""
    fields = {"seeds": (f"{site.url}/",), "allow_private": True, "delay_s": 0.0, "timeout_s": 5.0, "retries": 0}
    made = CrawlSource(**{**fields, **given})
    assert made.check() == []
    return made


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as handle:
        handle.write(data)
    return out.getvalue()


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A robots.txt that fails is asked for again at once."""
    monkeypatch.setattr(robots, "RETRY_S", 0.02)


@pytest.fixture
def quiet() -> Reporter:
    return Reporter(quiet=True)


@pytest.fixture
def make_page() -> Callable[..., bytes]:
    return page


@pytest.fixture
def make_context(tmp_path: Path) -> Callable[..., Context]:
    """A context for a stage function: config, inputs and limit as given, one worker."""

    def make(config: Any, folder: str = "stage", **given: Any) -> Context:
        path = tmp_path / folder
        path.mkdir(parents=True, exist_ok=True)
        stage = Stage(name=given.pop("name", "acquire"), version=1, function="", config=config)
        engine = LocalEngine(given.pop("workers", 1))
        fields = {"inputs": {}, "seed": 7, **given}
        return Context(stage=stage, folder=path, engine=engine, report=Reporter(quiet=True), **fields)

    return make
