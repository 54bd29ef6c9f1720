"""The shape of a document: one Arrow schema, its labels, and rows made into record batches.

In: loose values. Out: ids, labels that are safe in file names, and batches of SCHEMA.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.large_string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("source", pa.string()),
        ("license", pa.string()),
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("kind", pa.string()),
        ("fetched_at", pa.string()),
        ("warc_file", pa.string()),
        ("warc_offset", pa.int64()),
        ("digest", pa.string()),
        ("duplicate_of", pa.string()),
        ("meta", pa.map_(pa.string(), pa.string())),
    ]
)
KINDS = ("general", "specific", "instruct")
GENERAL_DOMAIN = "general"
BATCH_ROWS = 2048
BATCH_BYTES = 32 << 20  # of text, so that a batch of long documents stays small
_LABEL = re.compile(r"[^a-z0-9_+.]+")
Row = dict[str, Any]


def text_digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, the first 32 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def document_id(source: str, url: str, text: str) -> str:
    """The id of a document that brings none: a hash of source, URL and text."""
    joined = "\x1f".join((source, url, text)).encode("utf-8", "replace")
    return hashlib.sha256(joined).hexdigest()[:16]


def label(value: str, default: str = GENERAL_DOMAIN) -> str:
    """A domain or language label made safe for a file name: lower case, [a-z0-9_+.], at most 40."""
    return _LABEL.sub("_", value.lower()).strip("_.")[:40] or default


def channel(lang: str, kind: str, domain: str) -> str:
    """`{lang}-{kind}`, and `-{domain}` when that is not `general`."""
    name = f"{lang or 'und'}-{kind or 'general'}"
    return name if domain in ("", GENERAL_DOMAIN) else f"{name}-{domain}"


def batch(rows: list[Row]) -> pa.RecordBatch:
    """A record batch of SCHEMA from rows; absent fields become empty strings, -1 or an empty map."""
    columns = []
    for field in SCHEMA:
        if field.name == "meta":
            values: list[Any] = [list((row.get("meta") or {}).items()) for row in rows]
        elif field.name == "warc_offset":
            values = [-1 if row.get("warc_offset") is None else row["warc_offset"] for row in rows]
        else:
            values = [row.get(field.name) or "" for row in rows]
        columns.append(pa.array(values, type=field.type))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def batches_of(
    rows: Iterable[Row], max_rows: int = BATCH_ROWS, max_bytes: int = BATCH_BYTES
) -> Iterator[pa.RecordBatch]:
    """Group rows into record batches, bounded by rows and by bytes of text."""
    pending: list[Row] = []
    size = 0
    for row in rows:
        pending.append(row)
        size += len(row["text"])
        if len(pending) >= max_rows or size >= max_bytes:
            yield batch(pending)
            pending, size = [], 0
    if pending:
        yield batch(pending)
