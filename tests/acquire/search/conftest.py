"""Search services on loopback: a server whose answers are a function, and a search run against it."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from headwater.acquire import robots
from headwater.acquire.search import asking, brave, finding
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter

Answer = tuple[int, dict[str, str], bytes]
JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


class Asked:
    """One request, as the service sees it."""

    def __init__(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.path, self.query = parts.path, parts.query
        self.fields = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.all_fields = parse_qs(parts.query, keep_blank_values=True)
        self.headers = {name.lower(): value for name, value in handler.headers.items()}


class Service:
    """Answers by `answer(asked)`; None is a 404. A body that is a list is sent in pieces, the server then waits."""

    def __init__(self) -> None:
        self.answer: Callable[[Asked], Answer | None] = lambda asked: None
        self.log: list[Asked] = []
        self.stop = threading.Event()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # an answer in one piece, which waits for no acknowledgement

            def do_GET(self) -> None:
                asked = Asked(self)
                service.log.append(asked)
                status, headers, body = service.answer(asked) or (404, {"Content-Type": "text/plain"}, b"not here")
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()
                if int(headers.get("Content-Length", len(body))) > len(body):
                    service.stop.wait(5)  # the rest never comes
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that hangs up is part of the test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, path: str) -> list[Asked]:
        return [asked for asked in self.log if asked.path == path]

    def close(self) -> None:
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()


def told(value: Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer; header names with underscores for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {**JSON, **named}, json.dumps(value, ensure_ascii=False).encode()


def html(body: str, head: str = "", charset: str = "utf-8") -> Answer:
    text = f"<!doctype html><html><head>{head or '<title>t</title>'}</head><body>{body}</body></html>"
    return 200, {"Content-Type": f"text/html; charset={charset}"}, text.encode(charset)


def article(title: str, text: str) -> Answer:
    """A page with enough of its own words to be extracted."""
    return html(f"<article><h1>{title}</h1><p>{text}</p><p>{text}</p></article>", f"<title>{title}</title>")


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further tries follow at once."""
    monkeypatch.setattr(asking, "BACK_OFF_S", 0.01)
    monkeypatch.setattr(robots, "RETRY_S", 0.01)
    monkeypatch.setattr(brave, "SECOND_S", 0.05)


def source_for(service: Service, provider: str, *keywords: str, **given: Any) -> SearchSource:
    """A source that asks the service without delay."""
    fields: dict[str, Any] = {
        "provider": provider, "site": service.url, "keywords": keywords, "allow_private": True, "delay_s": 0.0,
        "timeout_s": 5.0, "retries": 1,
    }  # fmt: skip
    made = SearchSource(**{**fields, **given})
    assert made.check() == []
    return made


def searched(folder: Path, source: SearchSource) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and the report of a search."""
    report = finding.find(folder, source, Reporter(quiet=True))
    return list(finding.read_results(folder)), report
