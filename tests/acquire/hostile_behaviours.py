"""What hostile servers do: behaviours, the bodies they send, and the well-behaved site that stands beside them.

In: bytes. Out: behaviours for `hostile.Servers.start`.
"""

from __future__ import annotations

import asyncio
import os
import zlib

from .conftest import page
from .hostile import HTML, Behaviour, Exchange, answer, head, moved

GOOD_PAGES = 30
MIB = 1 << 20
ZEROS = bytes(MIB)


def good_site(number: int = GOOD_PAGES) -> Behaviour:
    """A tree of pages, each linked from the one at a third of its number and back to the start."""

    async def behave(x: Exchange) -> None:
        name = x.path.strip("/p") or "0"
        if not name.isdigit() or int(name) >= number:
            await x.send(answer(b"not here", status=b"404 Not Found"))
            return
        links = [f"/p{i}" for i in range(3 * int(name) + 1, 3 * int(name) + 4) if i < number]
        await x.send(answer(page(f"page {name}", [*links, "/"])))

    return behave


def only(*parts: bytes, then: str = "hang_up") -> Behaviour:
    """Send these bytes, then `hang_up`, `reset`, `hold`, or nothing more (`serve` the next request)."""

    async def behave(x: Exchange) -> None:
        await x.send(*parts)
        if then == "hold":
            await x.hold()
        elif then == "reset":
            x.reset()
        elif then == "hang_up":
            x.hang_up()

    return behave


def for_ever(start: bytes, part: bytes) -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.send(start)
        await x.send_for_ever(part)

    return behave


def by_path(**behaviours: Behaviour) -> Behaviour:
    """`root`, `robots`, `sitemap` or another name of a path; whatever has no behaviour is not there."""
    names = {"root": "/", "robots": "/robots.txt", "sitemap": "/sitemap.xml", "tdmrep": "/.well-known/tdmrep.json"}
    paths = {names.get(name, f"/{name}"): behave for name, behave in behaviours.items()}

    async def behave(x: Exchange) -> None:
        await paths.get(x.path, only(answer(b"", status=b"404 Not Found"), then="serve"))(x)

    return behave


async def drip(x: Exchange) -> None:
    await x.send(head(HTML + b"Content-Length: 1000\r\n"))
    while True:
        await x.send(b"<")
        await asyncio.sleep(0.2)


async def planted(x: Exchange) -> None:
    """The body goes on after its end with an answer to a question not asked yet."""
    if x.path == "/":
        extra = answer(page("planted", []))
        await x.send(answer(page("start", ["/second"])) + extra)
    else:
        await x.send(answer(page("the real one", [])))


async def chain(x: Exchange) -> None:
    number = int(x.path.strip("/r") or 0)
    await x.send(moved(f"/r{number + 1}") if number < 10_000 else answer(page("the end", [])))


async def circle(x: Exchange) -> None:
    await x.send(moved({"/": "/a", "/a": "/b", "/b": "/a"}[x.path]))


async def cookies(x: Exchange) -> None:
    flood = b"".join(b"Set-Cookie: c%d=%b\r\n" % (i, b"x" * 20) for i in range(300))
    await x.send(answer(page("with cookies", ["/again"]), HTML + flood))


async def two_canonical(x: Exchange) -> None:
    """Two pages, each of which says that the other is the one to keep."""
    other = "/b" if x.path == "/" else "/"
    await x.send(answer(f'<link rel="canonical" href="{other}">'.encode() + page(x.path, ["/b"])))


async def always_canonical(x: Exchange) -> None:
    """Every page names one that nobody has seen as canonical."""
    following = int(x.path.strip("/c") or 0) + 1
    await x.send(answer(f'<link rel="canonical" href="/c{following}">'.encode() + page(x.path, [])))


def laughs(root: str, entry: str) -> bytes:
    """XML whose entities expand to 10^9 words, and one that names a file."""
    lines = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    kind = f'<!DOCTYPE {root} [<!ENTITY a0 "ha ">{lines}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    return f"<?xml version='1.0'?>{kind}<{root}>{entry.format('&a9;')}{entry.format('&file;')}</{root}>".encode()


def deflated_zeros(num_mib: int, window_bits: int = zlib.MAX_WBITS) -> bytes:
    """So many MiB of zeros as one deflate stream: a block that a full flush ends can be repeated."""
    stream = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    first = stream.compress(ZEROS) + stream.flush(zlib.Z_FULL_FLUSH)
    block = stream.compress(ZEROS) + stream.flush(zlib.Z_FULL_FLUSH)
    return first + block * (num_mib - 1) + stream.flush()


def zstd_zeros(num_mib: int) -> bytes:
    import zstandard

    writer = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join([*(writer.compress(ZEROS) for _ in range(num_mib)), writer.flush()])


def cut_zstd() -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(page("cut", [f"/{os.urandom(99).hex()}"]))[:-60]


def encoded(body: bytes, encoding: bytes) -> Behaviour:
    return only(answer(body, HTML + b"Content-Encoding: " + encoding + b"\r\n"), then="serve")


def page_of(inner: bytes) -> Behaviour:
    return only(answer(b"<html><title>odd</title><body><p>A page that is odd.</p>" + inner), then="serve")


ROOT = answer(page("start", []))
OPEN = only(ROOT, then="serve")
