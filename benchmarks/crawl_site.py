"""The site that crawlers are compared on: pages of documentation on many loopback hosts, and who asked for what.

In: how many hosts, and pages on each. Out: a server in a process of its own and, from its control address, the moment,
host and path of every request since it was last asked. Each host has a robots.txt, a start page, and a tree of pages
that link to one another, to the next host and to a folder that robots.txt forbids.

    python -m benchmarks.crawl_site HOSTS PAGES_PER_HOST
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import json
import pkgutil
import pydoc
import re
import subprocess
import sys
import time
from dataclasses import dataclass

NETWORK = "127.0.1."
FORBIDDEN = "/private/"
ROBOTS = f"User-agent: *\nDisallow: {FORBIDDEN}\n".encode()
PACKAGES = (
    "asyncio", "collections", "concurrent", "curses", "dbm", "email", "encodings", "html", "http", "importlib", "json",
    "logging", "multiprocessing", "sqlite3", "unittest", "urllib", "wsgiref", "xml",
)  # fmt: skip
UNSAFE = {"antigravity", "this", "idlelib", "lib2to3", "test", "tkinter", "turtle", "turtledemo", "msilib"}
HTML, TEXT, JSON = "text/html; charset=utf-8", "text/plain", "application/json"
_LINK = re.compile(r'href="([\w.]+)\.html(#[^"]*)?"')


@dataclass(frozen=True, kw_only=True)
class Site:
    """What there is to be found: every path on every host."""

    hosts: list[str]
    port: int
    paths: list[str]
    num_bytes: int

    def seeds(self) -> list[str]:
        return [f"http://{host}:{self.port}/" for host in self.hosts]


def path_of(number: int) -> str:
    return f"/p{number}.html" if number else "/"


def start(num_hosts: int, num_pages: int) -> tuple[subprocess.Popen[str], Site, str]:
    """A server process, its site, and the address that gives its log and empties it."""
    command = [sys.executable, "-m", "benchmarks.crawl_site", str(num_hosts), str(num_pages)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port, control_port, num_bytes = map(int, server.stdout.readline().split())
    paths = [path_of(number) for number in range(num_pages)]
    site = Site(hosts=host_names(num_hosts), port=port, paths=paths, num_bytes=num_bytes)
    return server, site, f"http://127.0.0.1:{control_port}/"


def host_names(number: int) -> list[str]:
    return [f"{NETWORK}{index + 1}" for index in range(number)]


def documentation(num_pages: int) -> list[bytes]:
    """The documentation of every module, its links changed so that each leads to a page that every host has."""
    names = sorted(name for name in sys.stdlib_module_names if name not in UNSAFE and not name.startswith("_"))
    for package in PACKAGES:
        names += [f"{package}.{info.name}" for info in pkgutil.iter_modules(importlib.import_module(package).__path__)]
    numbers = {name: index % num_pages for index, name in enumerate(names)}

    def link(match: re.Match[str]) -> str:
        number = numbers.get(match.group(1))
        return "" if number is None else f'href="{path_of(number)}{match.group(2) or ""}"'

    found = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for name in names:
            with contextlib.suppress(Exception, SystemExit):  # a module of another platform has no page here
                module = importlib.import_module(name)
                found.append(_LINK.sub(link, pydoc.html.document(module, name)).encode())
    return found


class Pages:
    """The answers of every host. A page is made of three parts when it is asked for, of which most hosts share one."""

    def __init__(self, num_hosts: int, num_pages: int) -> None:
        self._num_pages = num_pages
        self.port = 0  # known when the first host listens
        self._hosts = {host: index for index, host in enumerate(host_names(num_hosts))}
        self._bodies = documentation(num_pages)
        self._numbers = {path_of(number): number for number in range(num_pages)}

    def answer(self, host: str, path: str) -> list[bytes]:
        """The parts of an answer, the head first."""
        if path == "/robots.txt":
            return _answer(TEXT, ROBOTS)
        number = self._numbers.get(path)
        if number is None:
            return _answer(HTML, b"no such page", status="404 Not Found")
        return _answer(HTML, *self._page(self._hosts[host], number))

    def _page(self, host: int, number: int) -> tuple[bytes, bytes, bytes]:
        title = f"page {number} of host {host}"
        children = [n for n in (2 * number + 1, 2 * number + 2) if n < self._num_pages]
        following = host_names(len(self._hosts))[(host + 1) % len(self._hosts)]
        links = [path_of(n) for n in children]
        links += [f"{FORBIDDEN}{number}.html", f"http://{following}:{self.port}{path_of(number)}"]
        foot = "".join(f'<a href="{link}">{link}</a> ' for link in links)
        body = self._bodies[(17 * host + number) % len(self._bodies)]
        start = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>"
        return start.encode(), body, f"<p>{foot}</p></body></html>".encode()

    def num_bytes(self) -> int:
        pages = ((host, number) for host in self._hosts.values() for number in range(self._num_pages))
        return sum(sum(map(len, self._page(*page))) for page in pages)


def _answer(content_type: str, *body: bytes, status: str = "200 OK") -> list[bytes]:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {sum(map(len, body))}\r\n\r\n"
    return [head.encode(), *body]


class Connection(asyncio.Protocol):
    """Reads requests and writes answers, as fast as Python can: the server must not be what is measured."""

    def __init__(self, pages: Pages, log: list[tuple[float, str, str]]) -> None:
        self._pages, self._log, self._unread = pages, log, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._unread += data
        while b"\r\n\r\n" in self._unread:
            head, _, self._unread = self._unread.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("latin-1")
            self._log.append((now, self._host, path))
            self._transport.writelines(self._pages.answer(self._host, path))


class Control(asyncio.Protocol):
    """Answers any request with the log, and empties it."""

    def __init__(self, log: list[tuple[float, str, str]]) -> None:
        self._log = log

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.writelines(_answer(JSON, json.dumps(self._log).encode()))
        self._log.clear()
        self._transport.close()


async def serve(num_hosts: int, num_pages: int) -> None:
    """Serve until killed; the first line on stdout is `PORT CONTROL_PORT BYTES`."""
    loop = asyncio.get_running_loop()
    log: list[tuple[float, str, str]] = []
    control = await loop.create_server(lambda: Control(log), "127.0.0.1", 0)
    first, *others = host_names(num_hosts)
    pages = Pages(num_hosts, num_pages)
    server = await loop.create_server(lambda: Connection(pages, log), first, 0, backlog=512)
    port = pages.port = server.sockets[0].getsockname()[1]
    for host in others:
        await loop.create_server(lambda: Connection(pages, log), host, port, backlog=512)
    print(port, control.sockets[0].getsockname()[1], pages.num_bytes(), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
