"""Bodies as sent, expanded within a bound.

In: the bytes of an HTTP body and its Content-Encoding. Out: the expanded bytes, or a BadBody with the reason:
`broken_body` (damaged or cut short), `expands_too_far` (a decompression bomb), `unknown_encoding`.
"""

from __future__ import annotations

import zlib

MAX_LAYERS = 2
ZSTD_INPUT_BYTES = 256  # of zeros, this much becomes 8 MiB
ACCEPT_ENCODING = "gzip, deflate"


class BadBody(ValueError):
    """A body that cannot be expanded; `reason` is its name in the report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def expanded(data: bytes, encoding: str, limit_bytes: int, cut: bool = False) -> bytes:
    """Undo the layers of `encoding`, last first.

    `cut`: give the first `limit_bytes` instead of raising when there is more, and what comes before any damage.
    Raises BadBody.
    """
    layers = [name for name in (part.strip().lower() for part in encoding.split(",")) if name not in ("", "identity")]
    if len(layers) > MAX_LAYERS:
        raise BadBody("unknown_encoding")
    for name in reversed(layers):
        if name in ("gzip", "x-gzip"):
            data = _inflated(data, 31, limit_bytes + 1, cut)
        elif name == "deflate":
            data = _deflated(data, limit_bytes + 1, cut)
        elif name == "zstd":
            data = _zstd(data, limit_bytes + 1, cut)
        else:
            raise BadBody("unknown_encoding")
        if len(data) > limit_bytes:
            if not cut:
                raise BadBody("expands_too_far")
            data = data[:limit_bytes]
    return data


def _inflated(data: bytes, window_bits: int, most: int, lenient: bool) -> bytes:
    """At most `most` bytes of a zlib or gzip stream, further gzip members included.

    `lenient`: a stream that breaks off gives what came before.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        stream = zlib.decompressobj(window_bits)
        try:
            part = stream.decompress(data, most - size)
        except zlib.error as error:
            if lenient and size:
                return b"".join(parts)
            raise BadBody("broken_body") from error
        parts.append(part)
        size += len(part)
        if size >= most:
            return b"".join(parts)
        if not stream.eof:
            if lenient and size:
                return b"".join(parts)
            raise BadBody("broken_body")
        data = stream.unused_data
        if window_bits != 31 or not data.startswith(b"\x1f\x8b"):
            return b"".join(parts)


def _deflated(data: bytes, most: int, lenient: bool) -> bytes:
    """`deflate` is zlib by the standard, and a bare stream by the habit of some servers."""
    try:
        return _inflated(data, zlib.MAX_WBITS, most, lenient)
    except BadBody:
        return _inflated(data, -zlib.MAX_WBITS, most, lenient)


def _zstd(data: bytes, most: int, lenient: bool) -> bytes:
    """At most `most` bytes of zstd frames that follow one another, a little of the input at a time."""
    import zstandard

    parts: list[bytes] = []
    size = position = 0
    try:
        while position < len(data) and size < most:
            stream = zstandard.ZstdDecompressor(max_window_size=1 << 23).decompressobj()
            while not stream.eof and size < most:
                if position >= len(data):
                    raise zstandard.ZstdError("the last frame breaks off")
                parts.append(stream.decompress(data[position : position + ZSTD_INPUT_BYTES]))
                position, size = position + ZSTD_INPUT_BYTES, size + len(parts[-1])
            position = min(position, len(data)) - len(stream.unused_data)
    except zstandard.ZstdError as error:
        if not (lenient and size):
            raise BadBody("broken_body") from error
    return b"".join(parts)[:most]
