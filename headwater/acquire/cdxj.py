"""The index of a crawl: a line a record, sorted by address and time, as web archive tools read it.

In: the records of a crawl. Out: `index.cdxj`, lines `KEY TIMESTAMP JSON`: the URL as a sort key (SURT: the host's
names in reverse, the rest in one spelling), fourteen digits, and where the record lies. `filename` is counted from
the folder of the index. Source: the CDXJ and SURT forms of pywb and of the Internet Archive's `surt`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from headwater import storage
from headwater.acquire.canonical import DEFAULT_PORTS
from headwater.acquire.entries import Page, Revisit
from headwater.acquire.state import State

INDEX = "index.cdxj"
MAX_UNESCAPES = 8
_WWW = re.compile(rb"^www\d*\.")
_PATH_SESSIONS = (
    re.compile(rb"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$", re.IGNORECASE),
    re.compile(rb"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$", re.IGNORECASE),
)
_QUERY_SESSIONS = tuple(
    re.compile(rb"^(.*)(?:" + name + rb")(?:&(.*))?$", re.IGNORECASE)
    for name in (
        rb"jsessionid=[0-9a-zA-Z]{32}", rb"phpsessid=[0-9a-zA-Z]{32}", rb"sid=[0-9a-zA-Z]{32}",
        rb"aspsessionid[a-zA-Z]{8}=[a-zA-Z]{24}", rb"cfid=[^&]+&cftoken=[^&]+",
    )
)  # fmt: skip


def write(folder: Path, state: State) -> None:
    """Write the index of every response and revisit record that a crawl knows of."""
    lines = sorted(line(record) for record in state.records())
    storage.write_bytes(folder / INDEX, b"".join(lines))


def line(record: Page | Revisit) -> bytes:
    """The line of one record, with its end."""
    fields = {
        "url": record.url,
        "mime": record.content_type if isinstance(record, Page) else "warc/revisit",
        "status": str(record.status),
        "digest": record.digest,
        "length": str(record.length),
        "offset": str(record.warc_offset),
        "filename": record.warc_file,
    }
    timestamp = re.sub(r"\D", "", record.fetched_at)[:14].encode()
    return surt(record.url) + b" " + timestamp + b" " + json.dumps(fields).encode() + b"\n"


def surt(url: str) -> bytes:
    """The sort key of a canonical URL."""
    parts = urlsplit(url)
    host = _WWW.sub(b"", (parts.hostname or "").encode())
    key = b",".join(reversed(host.split(b".")))
    if parts.port not in (None, DEFAULT_PORTS.get(parts.scheme)):
        key += b":%d" % parts.port  # type: ignore[str-bytes-safe]
    path = _one_spelling(re.sub(r"//+", "/", parts.path)).lower() or b"/"
    for pattern in _PATH_SESSIONS:
        path = pattern.sub(rb"\1\2", path)
    if len(path) > 1 and path.endswith(b"/"):
        path = path[:-1]
    query = _query_key(_one_spelling(parts.query))
    return key + b")" + path + (b"?" + query if query else b"")


def _query_key(query: bytes) -> bytes:
    """A query without session ids, in lower case, its parts in order."""
    for pattern in _QUERY_SESSIONS:
        query = pattern.sub(rb"\1\2", query)
    return b"&".join(b"=".join(pair) for pair in sorted(part.split(b"=", 1) for part in query.lower().split(b"&")))


def _one_spelling(text: str) -> bytes:
    """Every escape undone, however often it was escaped, and again only where a character needs it."""
    data = text.encode()
    for _ in range(MAX_UNESCAPES):
        plain = unquote_to_bytes(data)
        if plain == data:
            break
        data = plain
    return re.sub(rb"[\x00-\x20\x7f-\xff#%]", lambda match: b"%%%02X" % match.group(0)[0], data)
