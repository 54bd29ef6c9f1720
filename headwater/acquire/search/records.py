"""WARC records read by their place in an archive: https or s3 by range, or a folder.

In: where a record lies (file, offset, length) and what is known of it (address, digest). Out: the record as one gzip
member, whole and checked, and the page in it; or BadRecord with a reason that is counted. Source: ISO 28500 (WARC
1.1), RFC 9110 on ranges.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from typing import Any

from headwater import storage
from headwater.acquire import body, warc
from headwater.acquire.canonical import canonical
from headwater.acquire.fetch import Response
from headwater.acquire.search.asking import Asker, answered
from headwater.acquire.search.exchange import Reply
from headwater.acquire.search.results import Refused
from headwater.document import remote
from headwater.errors import HeadwaterError, missing_extra

MAX_UNRANGED_BYTES = 64 << 20  # of a file that is read from its start, where a server knows no ranges
_NAME = re.compile(r"[A-Za-z0-9_.~+=@-]+(?:/[A-Za-z0-9_.~+=@-]+)*")
_DIGEST = re.compile(r"[A-Z2-7]{32}")  # SHA-1 in base32
Row = dict[str, Any]


class BadRecord(ValueError):
    """A record that cannot be kept; `reason` is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Archived:
    """`member`: the record as it is stored, compressed by itself. `response`: the answer in it, its body expanded."""

    member: bytes
    date: str
    response: Response


async def read(base: str, place: Row, asker: Asker) -> bytes:
    """The bytes of a record. Raises BadRecord, or Refused where the archive does not answer."""
    name, offset, length = str(place["filename"]), int(place["offset"]), int(place["length"])
    if not _NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        raise BadRecord("record.bad_place")
    if length > warc.MAX_RECORD_BYTES:
        raise BadRecord("record.too_large")
    location = f"{base.rstrip('/')}/{name}"
    if not base.startswith(("http://", "https://")):
        return _from_file(location, offset, length)
    headers = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept": "*/*", "Accept-Encoding": "identity"}
    limit = max(length, min(offset + length, MAX_UNRANGED_BYTES))
    return await asker.ask(
        location, lambda reply: _ranged(reply, offset, length), headers=headers, limit_bytes=limit, raw=True
    )


def _from_file(location: str, offset: int, length: int) -> bytes:
    """A part of a file, here or on any service that fsspec knows. Raises HeadwaterError missing_extra."""
    try:
        with remote.service_errors(location), storage.open_input(location) as handle:
            handle.seek(offset)
            return handle.read(length)
    except (OSError, ValueError) as error:
        raise BadRecord("record.no_such_file") from error
    except HeadwaterError as error:
        if isinstance(error.__cause__, ImportError) or error.failure == "missing_extra":
            raise _missing(location, error) from error
        if error.failure == "service_unreachable":
            raise Refused("search.unreachable", error.message, again=True) from error
        raise BadRecord("record.no_such_file") from error


def _missing(location: str, error: HeadwaterError) -> HeadwaterError:
    extra = remote.EXTRAS.get(remote.scheme_of(location), "")
    return missing_extra(f"for {remote.scheme_of(location)}://", extra) if extra else error


def _ranged(reply: Reply, offset: int, length: int) -> bytes:
    """The part of a file that was asked for, also from a server that gave all of it."""
    if reply.status == 206:
        told = re.match(r"bytes (\d{1,15})-", reply.header("content-range"))
        if told and int(told.group(1)) != offset:
            raise BadRecord("record.wrong_range")
        return reply.body[:length]
    if reply.status in (404, 410, 416):
        raise BadRecord("record.no_such_file")
    return answered(reply).body[offset : offset + length]


def checked(data: bytes, url: str, place: Row) -> Archived:
    """The record in some bytes, if it is whole and the one that was meant. Raises BadRecord."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    member, plain = _member(data)
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(plain), parse_http=False)), None)
        if record is None or record.record_type != WarcRecordType.response or not record.is_http:
            raise BadRecord("record.no_response")
        fields = record.headers
        if canonical(fields.get("WARC-Target-URI") or "") != url:
            raise BadRecord("record.other_page")
        if fields.get("WARC-Truncated") or place.get("truncated"):
            raise BadRecord("record.truncated")
        if fields.get("WARC-Block-Digest") and not record.verify_block_digest(consume=False):
            raise BadRecord("record.digest_mismatch")
        record.parse_http(auto_decode="transfer")
        http = record.http_headers
        raw = record.reader.read(warc.MAX_RECORD_BYTES)
        _check_payload(raw, fields.get("WARC-Payload-Digest") or "", str(place.get("digest", "")))
        data = body.expanded(raw, http.get("Content-Encoding") or "", warc.MAX_RECORD_BYTES)
        headers = tuple((name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in http)
        response = Response(
            url=url, status=http.status_code or 0, phrase=http.reason_phrase or "", headers=headers,
            content_type=(record.http_content_type or "").lower(), charset=record.http_charset or "", location="",
            address=fields.get("WARC-IP-Address") or "", body=data,
        )  # fmt: skip
        return Archived(member=member, date=fields.get("WARC-Date") or "", response=response)
    except body.BadBody as error:
        raise BadRecord(f"fetch.{error.reason}") from error
    except BadRecord:
        raise
    except (OSError, ValueError, EOFError) as error:
        raise BadRecord("record.damaged") from error


def _member(data: bytes) -> tuple[bytes, bytes]:
    """A record as one gzip member, and expanded; what follows it in the bytes is cut off."""
    if not data:
        raise BadRecord("record.truncated")
    if data.startswith(b"WARC/"):
        return zlib.compress(data, warc.LEVEL, wbits=31), data
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(data, warc.MAX_RECORD_BYTES + 1)
    except zlib.error as error:
        raise BadRecord("record.damaged") from error
    if len(plain) > warc.MAX_RECORD_BYTES:
        raise BadRecord("record.too_large")
    if not stream.eof:
        raise BadRecord("record.truncated")
    return data[: len(data) - len(stream.unused_data)], plain


def _check_payload(payload: bytes, carried: str, named: str) -> None:
    """The digest that a record carries must be of its payload, and the index must name the same. Raises BadRecord."""
    given = carried.rpartition(":")[2]
    if carried.lower().startswith("sha1:") and given.upper() != warc.digest_of(payload).rpartition(":")[2]:
        raise BadRecord("record.digest_mismatch")
    named = named.rpartition(":")[2].upper()  # an index may hold no digest, or something else in its place
    if given and _DIGEST.fullmatch(named) and named != given.upper():
        raise BadRecord("record.digest_mismatch")
