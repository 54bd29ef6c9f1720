"""Bytes of an input: opened wherever it lies, expanded as its name says, in bounded pieces.

In: an address (a path or anything fsspec opens). Out: a stream, its lines, its whole content up to a limit, or a
local seekable copy. A stream that ends early or is damaged is counted.
"""

from __future__ import annotations

import contextlib
import errno
import io
import lzma
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from headwater import storage
from headwater.document import formats
from headwater.document.remote import BUFFER_BYTES, is_remote, open_location
from headwater.errors import HeadwaterError

MAX_LINE_BYTES = 64 << 20  # a longer line is counted and passed over, never held
MAX_WHOLE_BYTES = 64 << 20  # of a file that is one document
MAX_SPOOL_BYTES = 64 << 30  # of a remote file copied to the disk because its format needs seeking


class Damaged(ValueError):
    """A compressed stream that ends early or is not what its name says."""


def open_expanded(location: str) -> IO[bytes]:
    """Open a file, expanded as its name says. What a damaged one raises is in DAMAGE."""
    raw = open_location(location)
    name = formats.plain_name(location).lower()
    if name.endswith(".zst"):
        from headwater.document.zstd_stream import ZstdStream

        return io.BufferedReader(ZstdStream(raw), BUFFER_BYTES)
    if name.endswith(".gz"):
        import gzip

        return gzip.open(raw, "rb")  # type: ignore[return-value]
    if name.endswith(".bz2"):
        import bz2

        return io.BufferedReader(bz2.open(raw, "rb"), BUFFER_BYTES)  # type: ignore[arg-type]
    return lzma.open(raw, "rb") if name.endswith(".xz") else raw  # type: ignore[return-value]


@contextlib.contextmanager
def damage(location: str) -> Iterator[None]:
    """Turn what decompressors raise on bad bytes into Damaged; errors of a disk or a service stay what they are."""
    import gzip

    import zstandard

    try:
        yield
    except (zstandard.ZstdError, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile) as error:
        raise Damaged(str(error)) from error
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # bz2 gives no number; a bad offset inside an archive is invalid
            raise HeadwaterError("unreadable_input", f"cannot be read: {error.strerror}", where=location) from error
        raise Damaged(str(error)) from error
    except ValueError as error:
        raise Damaged(str(error)) from error


def chunks(location: str, problems: Counter[str], size: int = BUFFER_BYTES) -> Iterator[bytes]:
    """The expanded bytes of a file in pieces; damage ends them and is counted as `input.truncated`."""
    with open_expanded(location) as handle:
        while True:
            try:
                with damage(location):
                    piece = handle.read(size)
            except Damaged:
                problems["input.truncated"] += 1
                return
            if not piece:
                return
            yield piece


def lines(location: str, problems: Counter[str]) -> Iterator[bytes]:
    """Lines of an expanded file; a line over MAX_LINE_BYTES is counted and passed over.

    A compressed file that ends early gives the lines before the damage and counts `input.truncated`.
    """
    with open_expanded(location) as handle:
        try:
            with damage(location):
                while line := handle.readline(MAX_LINE_BYTES + 1):
                    if len(line) <= MAX_LINE_BYTES:
                        yield line
                        continue
                    problems["input.line_too_long"] += 1
                    while line and not line.endswith(b"\n"):
                        line = handle.readline(MAX_LINE_BYTES)
        except Damaged:
            problems["input.truncated"] += 1


def whole(location: str, problems: Counter[str], limit: int | None = None) -> bytes | None:
    """The whole content of a small file, or None with the reason counted."""
    limit = MAX_WHOLE_BYTES if limit is None else limit
    with open_expanded(location) as handle:
        try:
            with damage(location):
                data = handle.read(limit + 1)
        except Damaged:
            problems["input.truncated"] += 1
            return None
    if len(data) > limit:
        problems["input.too_long"] += 1
        return None
    return data


@contextlib.contextmanager
def local_copy(location: str, limit: int = MAX_SPOOL_BYTES, expand: bool = True) -> Iterator[str]:
    """A local path with a file's bytes, for formats that seek; the file itself where it is one already.

    `expand`: its bytes as expanded. Raises Damaged, or HeadwaterError unsafe_file when it is larger than the limit.
    """
    name = formats.plain_name(location)
    if not is_remote(location) and (not expand or formats.uncompressed_name(name) == name):
        open_location(location).close()
        yield location
        return
    with tempfile.NamedTemporaryFile(prefix="headwater-", suffix=f"-{name[-40:]}") as copy:
        opened = open_expanded(location) if expand else open_location(location)
        with opened as handle, damage(location):
            _copy(handle, copy, limit, location)
        copy.flush()
        yield copy.name


def _copy(handle: IO[bytes], target: Any, limit: int, location: str) -> None:
    left = limit
    while piece := handle.read(BUFFER_BYTES):
        left -= len(piece)
        if left < 0:
            raise HeadwaterError("unsafe_file", f"is larger than {limit} bytes", where=location)
        with storage.disk_errors(target.name):
            target.write(piece)
