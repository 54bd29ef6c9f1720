"""Web servers that misbehave, each on a loopback address of its own, all on one event loop in a thread.

In: behaviours, which are coroutines over a raw connection. Out: hosts with a URL, what was asked of them and how
many bytes they sent. A behaviour is called for every path but the files that speak for a site, which are missing
unless the host says that it answers for `everything`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import pytest

from .conftest import SITE_FILES

HOLD_S = 30.0
PIECE_BYTES = 64 << 10
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


class Exchange:
    """One request on a raw connection, and the means to answer it badly."""

    def __init__(self, host: Host, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.host, self.path, self._reader, self._writer = host, path, reader, writer

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            for start in range(0, len(part), PIECE_BYTES):
                piece = part[start : start + PIECE_BYTES]
                self._writer.write(piece)
                await self._writer.drain()
                await asyncio.sleep(0)  # drain alone does not let other hosts speak while the client keeps up
                self.host.sent_bytes += len(piece)

    async def send_for_ever(self, part: bytes, most_bytes: int = 4 << 30) -> None:
        """Send until the client hangs up; what it takes before that is in `host.sent_bytes`."""
        for _ in range(most_bytes // len(part)):
            await self.send(part)

    async def hold(self) -> None:
        """Say nothing more until the client hangs up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reader.read(), HOLD_S)

    def reset(self) -> None:
        """Drop the connection with RST instead of FIN."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def hang_up(self) -> None:
        self._writer.close()


Behaviour = Callable[[Exchange], Awaitable[None]]


class Host:
    """One server. `everything`: robots.txt and the like are the behaviour's too. `greets`: it acts before a request."""

    def __init__(self, behave: Behaviour, everything: bool = False, greets: bool = False) -> None:
        self._behave, self._everything, self._greets = behave, everything, greets
        self.url = ""
        self.num_connections = 0
        self.asked: Counter[str] = Counter()
        self.times: list[tuple[float, str]] = []
        self.heads: list[bytes] = []
        self.sent_bytes = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.num_connections += 1
        try:
            if self._greets:
                await self._behave(Exchange(self, "", reader, writer))
                return
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode("latin-1")
                self.asked[path] += 1
                self.times.append((time.monotonic(), path))
                self.heads.append(head)
                exchange = Exchange(self, path, reader, writer)
                if path in SITE_FILES and not self._everything:
                    await exchange.send(answer(b"", status=b"404 Not Found"))
                else:
                    await self._behave(exchange)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            writer.close()  # a client that hangs up is what these servers are for

    def num_asked(self) -> int:
        return sum(self.asked.values())


class Servers:
    """Any number of hosts. `network`: the first two numbers of their addresses."""

    def __init__(self, network: str) -> None:
        self._addresses = (f"127.{network}.{i // 250}.{i % 250 + 1}" for i in itertools.count())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(
        self,
        behave: Behaviour,
        *,
        everything: bool = False,
        greets: bool = False,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> Host:
        host = Host(behave, everything, greets)
        address = next(self._addresses)
        serving = asyncio.start_server(host.serve, address, port, ssl=tls, limit=1 << 20, backlog=64)
        server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        host.url = f"{'https' if tls else 'http'}://{address}:{server.sockets[0].getsockname()[1]}"
        return host

    def close(self) -> None:
        async def end() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextlib.contextmanager
def loopback(network: str) -> Iterator[Servers]:
    """Servers on 127.NETWORK.x.y; the test is skipped where this system has 127.0.0.1 alone."""
    made = Servers(network)
    try:
        made.start(Exchange.hold)
    except OSError:
        made.close()
        pytest.skip("this system has no loopback addresses besides 127.0.0.1")
    try:
        yield made
    finally:
        made.close()


def answer(body: bytes, headers: bytes = HTML, *, status: bytes = b"200 OK", length: bytes | None = None) -> bytes:
    """A whole answer; `length` is what its Content-Length claims, if not the truth."""
    given = str(len(body)).encode() if length is None else length
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"Content-Length: " + given + b"\r\n\r\n" + body


def head(headers: bytes = HTML, status: bytes = b"200 OK") -> bytes:
    """Status line and headers alone."""
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n"


def moved(location: str, status: bytes = b"302 Found") -> bytes:
    return answer(b"", b"Location: " + location.encode() + b"\r\n", status=status)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
