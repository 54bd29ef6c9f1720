"""WARC 1.1: pages as they were received, one gzip member a record, and reading them back.

In: responses. Out: `warc/NNNNN.warc.gz`, and for each page its file, offset and length. Files are only ever
appended to; what a kill left after the last record that the frontier knows is cut off when writing goes on.
A body is stored expanded; headers about its transfer are kept under an `X-Crawler-` name. A page found unchanged
is a `revisit` record that refers to the response stored before; a record's id follows from what it holds.
"""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from headwater import storage
from headwater.acquire import body
from headwater.errors import HeadwaterError

FOLDER = "warc"
MAX_FILE_BYTES = 1 << 30
MAX_RECORD_BYTES = 64 << 20
LEVEL = 3  # of zlib: a page a millisecond, within a tenth of the best size
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_TRANSFER_HEADERS = (b"content-encoding", b"content-length", b"transfer-encoding")
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A response read back: its page's URL, the moment, and the HTTP answer with its body expanded."""

    url: str
    date: str
    status: int
    content_type: str
    charset: str
    body: bytes
    offset: int = -1


def file_name(number: int) -> str:
    return f"{FOLDER}/{number:05d}.warc.gz"


def response_record(
    url: str, date: str, status: int, phrase: str, headers: Headers, data: bytes, address: str = ""
) -> tuple[bytes, str]:
    """A gzipped response record, and its payload digest as the record spells it."""
    digest = digest_of(data)
    block = _head(status, phrase, headers) + b"Content-Length: %d\r\n\r\n" % len(data) + data
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": record_id(url, date, digest),
        "WARC-Date": date,
        "WARC-Target-URI": url,
        "WARC-IP-Address": address,
        "WARC-Payload-Digest": digest,
        "WARC-Block-Digest": digest_of(block),
        "Content-Type": "application/http;msgtype=response",
    }
    return _record(fields, block), digest


def revisit_record(
    url: str, date: str, status: int, phrase: str, headers: Headers, first: tuple[str, str], address: str = ""
) -> bytes:
    """A gzipped record of a page found unchanged; `first`: date and payload digest of the response it refers to."""
    block = _head(status, phrase, headers) + b"\r\n"
    fields = {
        "WARC-Type": "revisit",
        "WARC-Record-ID": record_id(url, date, first[1], "revisit"),
        "WARC-Date": date,
        "WARC-Target-URI": url,
        "WARC-IP-Address": address,
        "WARC-Profile": NOT_MODIFIED if status == 304 else IDENTICAL,
        "WARC-Refers-To": record_id(url, *first),
        "WARC-Refers-To-Target-URI": url,
        "WARC-Refers-To-Date": first[0],
        "WARC-Payload-Digest": first[1],
        "WARC-Block-Digest": digest_of(block),
        "Content-Type": "application/http;msgtype=response",
    }
    return _record(fields, block)


def record_id(url: str, date: str, digest: str, kind: str = "response") -> str:
    """The id of a record, which follows from what it says, so that a later record can refer to it."""
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {date} {digest} {url}').urn}>"


def _head(status: int, phrase: str, headers: Headers) -> bytes:
    """Status line and headers as received, those about the transfer renamed; without the empty line after them."""
    lines = [b"HTTP/1.1 %d %s" % (status, phrase.encode("latin-1", "replace"))]
    for name, value in headers:
        lines.append((b"X-Crawler-" if name.lower() in _TRANSFER_HEADERS else b"") + name + b": " + value)
    return b"\r\n".join(lines) + b"\r\n"


def info_record(date: str, name: str, user_agent: str) -> bytes:
    """The record that opens each file."""
    block = f"software: headwater\r\nhttp-header-user-agent: {user_agent}\r\nformat: WARC File Format 1.1\r\n"
    fields = {
        "WARC-Type": "warcinfo",
        "WARC-Record-ID": f"<{uuid.uuid4().urn}>",
        "WARC-Date": date,
        "WARC-Filename": name,
        "Content-Type": "application/warc-fields",
    }
    return _record(fields, block.encode())


def digest_of(data: bytes) -> str:
    """The digest of a payload or block as WARC records spell it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _record(fields: dict[str, str], block: bytes) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    plain = f"WARC/1.1\r\n{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"
    return zlib.compress(plain, LEVEL, wbits=31)


class Writer:
    """Appends records below `folder`. `ends`: for each file, the end of its last record that is to stay."""

    def __init__(self, folder: Path, ends: dict[str, int], info: tuple[str, str]) -> None:
        self._folder, self._info = folder, info
        self._number = max((int(Path(name).name[:5]) for name in ends), default=0)
        self._handle: IO[Any] | None = None
        self._end = 0
        for path in sorted((folder / FOLDER).glob("*.warc.gz")):
            _cut(path, ends.get(f"{FOLDER}/{path.name}", 0))

    def append(self, record: bytes) -> tuple[str, int]:
        """Write a record; its file and offset. It has left this process when this returns."""
        if self._handle is not None and self._end + len(record) > MAX_FILE_BYTES:
            self.close()
            self._number += 1
        name = file_name(self._number)
        with storage.disk_errors(self._folder / name):
            if self._handle is None:
                self._open(name)
            assert self._handle is not None
            offset = self._end
            self._handle.write(record)
            self._handle.flush()
            self._end += len(record)
        return name, offset

    def _open(self, name: str) -> None:
        path = self._folder / name
        self._handle = storage.open_append(path)
        self._end = path.stat().st_size
        if self._end == 0:
            info = info_record(self._info[0], path.name, self._info[1])
            self._handle.write(info)
            self._handle.flush()
            self._end = len(info)

    def sync(self) -> None:
        if self._handle is not None:
            storage.sync(self._handle)

    def close(self) -> None:
        if self._handle is not None:
            self.sync()
            self._handle.close()
            self._handle = None


def _cut(path: Path, end: int) -> None:
    with storage.disk_errors(path):
        if end == 0:
            path.unlink()
        elif path.stat().st_size > end:
            os.truncate(path, end)


def is_whole(path: Path, offset: int, length: int) -> bool:
    """Whether a gzipped record lies there in full, by its own checksum."""
    try:
        with open(path, "rb") as handle:
            handle.seek(offset)
            stream = zlib.decompressobj(wbits=31)
            stream.decompress(handle.read(length))
            return stream.eof
    except (OSError, zlib.error):
        return False


def read_record(path: Path | str, offset: int) -> Record:
    """The response record at a byte offset of a WARC file, gzipped or not.

    Raises HeadwaterError damaged_file when there is none.
    """
    from fastwarc.warc import ArchiveIterator

    try:
        with open(path, "rb") as handle:
            handle.seek(offset)
            for record in ArchiveIterator(handle, parse_http=False):
                found = _response(record, offset)
                if found is not None:
                    return found
                break
    except (OSError, ValueError, EOFError, body.BadBody) as error:
        raise HeadwaterError("damaged_file", f"no readable record: {error}", where=f"{path}@{offset}") from error
    raise HeadwaterError("damaged_file", "no response record", where=f"{path}@{offset}")


def read_records(handle: IO[bytes], problems: dict[str, int]) -> Iterator[Record]:
    """Every response record of a WARC stream with an HTTP body; `problems` counts the others by reason.

    A damaged stream gives the records before the damage and counts `input.truncated`.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    try:
        for record in ArchiveIterator(handle, record_types=WarcRecordType.response, parse_http=False):
            reason = ""
            try:
                found = _response(record, record.stream_pos)
            except body.BadBody as error:
                found, reason = None, f"fetch.{error.reason}"
            except EOFError:
                found, reason = None, "input.truncated"
            except (OSError, ValueError):
                found, reason = None, "input.damaged_record"
            if found is not None:
                yield found
            else:
                reason = reason or "input.not_http"
                problems[reason] = problems.get(reason, 0) + 1
    except (OSError, ValueError, EOFError):
        problems["input.truncated"] = problems.get("input.truncated", 0) + 1


def target_of(record: Any) -> str:
    """The address a record is of; WARC 1.0 puts it between angle brackets."""
    return (record.headers.get("WARC-Target-URI") or "").strip("<>")


def _response(record: Any, offset: int) -> Record | None:
    """The HTTP answer in a record, or None where it holds none.

    Raises BadBody, ValueError or OSError for a damaged one, EOFError for one whose end is missing.
    """
    if not record.is_http:
        return None
    if record.content_length > MAX_RECORD_BYTES:
        raise body.BadBody("too_large")
    record.parse_http(auto_decode="transfer")
    headers = record.http_headers
    num_expected = record.content_length  # what the record says is left after the HTTP headers
    raw = record.reader.read(MAX_RECORD_BYTES)
    if len(raw) < num_expected and "chunked" not in (headers.get("Transfer-Encoding") or "").lower():
        raise EOFError("the record ends too early")
    data = body.expanded(raw, headers.get("Content-Encoding") or "", MAX_RECORD_BYTES)
    return Record(
        url=target_of(record),
        date=record.headers.get("WARC-Date") or "",
        status=headers.status_code or 0,
        content_type=(record.http_content_type or "").lower(),
        charset=record.http_charset or "",
        body=data,
        offset=offset,
    )
