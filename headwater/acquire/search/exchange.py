"""One request to a service: an address in, a bounded reply of any status out.

In: a session over the checked resolver. Out: a Reply with its body expanded, or Refused. Unlike a page's fetch it
keeps the body of an error, which says what is wrong, and follows redirects, each hop checked as the first; a request
that carries a key follows none, so that the key goes nowhere else.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from headwater.acquire import body
from headwater.acquire.addresses import PrivateAddress
from headwater.acquire.canonical import ascii_host
from headwater.acquire.resolver import CheckedResolver
from headwater.acquire.robots import REDIRECTS
from headwater.acquire.search.results import Refused

MAX_REDIRECTS = 5
MAX_ERROR_BYTES = 64 << 10  # of an answer that is an error


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`url`: where the answer came from, after redirects; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    content_type: str
    charset: str
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "").strip()


def host_of(url: str) -> str:
    """The host of an address as the resolver is asked for it. Raises Refused for an address that cannot be asked."""
    try:
        parts = urlsplit(url)
        host, _ = ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise Refused("search.bad_address", f"{shown(url)} is no address") from error
    if parts.scheme.lower() not in ("http", "https"):
        raise Refused("search.bad_address", f"{shown(url)} is neither http nor https")
    return host


def shown(url: str) -> str:
    """An address as a person may read it: without its query, which may hold a secret."""
    return "".join(c for c in url.partition("?")[0] if c.isprintable())[:200]


async def exchange(
    session: aiohttp.ClientSession,
    resolver: CheckedResolver,
    url: str,
    limit_bytes: int,
    headers: Mapping[str, str],
    follow: bool,
    raw: bool = False,
) -> Reply:
    """Ask once, following redirects where `follow`. `raw`: the body as it was sent, cut where too long.

    Raises Refused.
    """
    for _ in range(MAX_REDIRECTS + 1):
        await admit(resolver, url)
        reply = await _ask(session, url, limit_bytes, headers, raw)
        if reply.status not in REDIRECTS:
            return reply
        target = urljoin(url, reply.header("location")) if reply.header("location") else ""
        if not target or not follow:
            raise Refused("search.redirected", f"{shown(url)} points to {shown(target) or 'nowhere'}")
        url = target
    raise Refused("search.redirected", f"{shown(url)} redirects too often")


async def admit(resolver: CheckedResolver, url: str) -> None:
    """Check the host of an address before anything is asked of it. Raises Refused."""
    host = host_of(url)
    try:
        await resolver.admit(host)
    except PrivateAddress as error:
        raise _private(error) from error
    except OSError as error:
        raise Refused("search.name_not_found", f"no host is called {host}") from error


def _private(error: PrivateAddress) -> Refused:
    return Refused("search.private_address", str(error))


async def _ask(
    session: aiohttp.ClientSession, url: str, limit_bytes: int, headers: Mapping[str, str], raw: bool
) -> Reply:
    try:
        async with session.get(URL(url, encoded=True), allow_redirects=False, headers=headers) as answer:
            wanted = answer.status in (200, 206)
            limit = limit_bytes if wanted else min(limit_bytes, MAX_ERROR_BYTES)
            cut = raw or not wanted
            sent = await _read(answer, limit, cut)
            encoding = "" if raw else answer.headers.get("Content-Encoding", "")
            return Reply(
                url=url,
                status=answer.status,
                headers={name.lower(): value for name, value in answer.headers.items()},
                content_type=answer.content_type if "Content-Type" in answer.headers else "",
                charset=answer.charset or "",
                body=body.expanded(sent, encoding, limit, cut),
            )
    except body.BadBody as error:
        raise Refused(f"search.{error.reason}", "the answer cannot be expanded") from error
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise _failure(error, url) from error


async def _read(answer: aiohttp.ClientResponse, limit_bytes: int, cut: bool) -> bytes:
    parts: list[bytes] = []
    size = 0
    too_large = answer.content_length is not None and answer.content_length > limit_bytes and not cut
    if not too_large:
        async for part in answer.content.iter_any():
            parts.append(part)
            size += len(part)
            if size > limit_bytes:
                too_large = True
                break
    if too_large:
        answer.close()
        if not cut:
            raise Refused("search.too_large", f"the answer is larger than {limit_bytes >> 20} MiB")
    return b"".join(parts)[:limit_bytes]


def _failure(error: Exception, url: str) -> Refused:
    """Why a client failed, as the report counts it."""
    cause: Any = error
    while cause is not None:
        if isinstance(cause, PrivateAddress):
            return _private(cause)
        cause = cause.__cause__
    if isinstance(error, TimeoutError):
        return Refused("search.timeout", f"{shown(url)} did not answer in time", again=True)
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return Refused("search.tls", f"{shown(url)} shows no valid certificate")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Refused("search.unreachable", f"{shown(url)} cannot be reached", again=True)
    if isinstance(error, aiohttp.ServerConnectionError | aiohttp.ClientPayloadError | OSError):
        return Refused("search.disconnected", f"{shown(url)} ended the connection", again=True)
    return Refused("search.bad_response", f"{shown(url)} does not speak HTTP properly")
