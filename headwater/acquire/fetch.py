"""One request: an address in, a bounded response out.

In: a session over the checked resolver, and a canonical URL. Out: a Response, its body expanded and within
the limit, or FetchFailed with the reason that the report counts. Redirects are returned, not followed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from headwater.acquire import body
from headwater.acquire.addresses import PrivateAddress
from headwater.acquire.media import HTML_TYPES
from headwater.acquire.resolver import CheckedResolver
from headwater.acquire.sources.crawl import CrawlSource

DRAIN_BYTES = 64 << 10  # an unwanted body this small is read to keep its connection
READ_BYTES = 64 << 10
MAX_HEADER_BYTES = 16 << 10


class FetchFailed(Exception):
    """A request without a usable answer. `transient`: another try may do better."""

    def __init__(self, reason: str, transient: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.transient, self.wait_s = reason, transient, wait_s


@dataclass(frozen=True, kw_only=True)
class Response:
    """`body` is expanded; `headers` are as received; `address` is the one that answered."""

    url: str
    status: int
    phrase: str
    headers: tuple[tuple[bytes, bytes], ...]
    content_type: str
    charset: str
    location: str
    address: str
    body: bytes


def open_session(source: CrawlSource, resolver: CheckedResolver) -> aiohttp.ClientSession:
    """A session that keeps connections, sends no cookies, trusts no environment and connects by `resolver` alone."""
    connector = aiohttp.TCPConnector(
        resolver=resolver, use_dns_cache=False, limit=2 * source.concurrency, keepalive_timeout=30
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers={
            "User-Agent": source.named_agent,
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Encoding": body.ACCEPT_ENCODING,
        },
        timeout=aiohttp.ClientTimeout(total=source.timeout_s),
        trust_env=False,
        trace_configs=[_departures()],
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
    )


def _departures() -> aiohttp.TraceConfig:
    """Calls a request's `on_sent` when its headers are sent."""

    async def sent(_session: Any, context: Any, _params: Any) -> None:
        if context.trace_request_ctx is not None:
            context.trace_request_ctx()

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(sent)
    return config


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    limit_bytes: int,
    *,
    html_only: bool = True,
    cut: bool = False,
    headers: Mapping[str, str] | None = None,
    on_sent: Callable[[], None] | None = None,
) -> Response:
    """Ask for one URL. `cut`: keep the first `limit_bytes` of a longer body instead of refusing it.

    `on_sent` is called when the request leaves, which may be long after the call where a connection must be made.

    The body of an answer that is no page (a redirect, an error, not HTML) is left empty.
    Raises FetchFailed or PrivateAddress.
    """
    try:
        async with session.get(
            URL(url, encoded=True), allow_redirects=False, headers=headers, trace_request_ctx=on_sent
        ) as answer:
            address = _peer(answer)  # the connection goes back to the pool with the last byte
            if answer.status != 200 or (html_only and not _may_be_html(answer)):
                return _response(url, answer, await _drained(answer), address)
            raw = await _read(answer, limit_bytes, cut)
            data = body.expanded(raw, answer.headers.get("Content-Encoding", ""), limit_bytes, cut)
            return _response(url, answer, data, address)
    except body.BadBody as error:
        raise FetchFailed(error.reason) from error
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise _failure(error) from error


def _may_be_html(answer: aiohttp.ClientResponse) -> bool:
    return "Content-Type" not in answer.headers or answer.content_type in HTML_TYPES


async def _read(answer: aiohttp.ClientResponse, limit_bytes: int, cut: bool) -> bytes:
    if answer.content_length is not None and answer.content_length > limit_bytes and not cut:
        answer.close()
        raise FetchFailed("too_large")
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > limit_bytes:
            answer.close()
            if not cut:
                raise FetchFailed("too_large")
            break
    return b"".join(parts)


async def _drained(answer: aiohttp.ClientResponse) -> bytes:
    """Read a small unwanted body, so that its connection serves again; a large one costs its connection."""
    if answer.content_length is not None and answer.content_length <= DRAIN_BYTES:
        await answer.content.read(DRAIN_BYTES)
    else:
        answer.close()
    return b""


def _peer(answer: aiohttp.ClientResponse) -> str:
    connection = answer.connection
    peer = connection.transport.get_extra_info("peername") if connection and connection.transport else None
    return str(peer[0]) if peer else ""


def _response(url: str, answer: aiohttp.ClientResponse, data: bytes, address: str) -> Response:
    return Response(
        url=url,
        status=answer.status,
        phrase=answer.reason or "",
        headers=tuple(answer.raw_headers),
        content_type=answer.content_type if "Content-Type" in answer.headers else "",
        charset=answer.charset or "",
        location=answer.headers.get("Location", ""),
        address=address,
        body=data,
    )


def header(response: Response, name: bytes) -> str:
    """The first header of a name (in lower case), or ""."""
    for given, value in response.headers:
        if given.lower() == name:
            return value.decode("latin-1").strip()
    return ""


def _failure(error: Exception) -> Exception:
    """The reason behind a client error, as the report counts it; PrivateAddress comes out as itself."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PrivateAddress):
            return cause
        cause = cause.__cause__
    if isinstance(error, asyncio.TimeoutError):
        return FetchFailed("timeout", transient=True)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchFailed("name_not_found")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return FetchFailed("tls")
    if isinstance(error, aiohttp.ClientConnectorError):
        return FetchFailed("host_unreachable", transient=True)
    if isinstance(error, aiohttp.ClientPayloadError):
        return FetchFailed("cut_short", transient=True)
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL):
        return FetchFailed("bad_response")
    if isinstance(error, aiohttp.ServerConnectionError | OSError):
        return FetchFailed("disconnected", transient=True)
    return FetchFailed("bad_response")
