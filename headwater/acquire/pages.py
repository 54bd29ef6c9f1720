"""Pages out of files: WARC records, HTML files and the texts of WET files as document rows.

In: an InputFile, or a stored record. Out: rows; what holds no page is counted by reason. These are the readers of
`html`, `warc` and `wet` in `document/formats.py`, kept here because the text of a page is `extract`'s work.
"""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from headwater import document
from headwater.acquire import extract, warc
from headwater.acquire.canonical import canonical, host_of
from headwater.acquire.media import is_html_type
from headwater.document import rows, streams
from headwater.document.rows import InputFile

MAX_TEXT_BYTES = 32 << 20  # of a record that is text already
NOTES = ("author", "date", "extractor")  # of a page, beside its title and text
Row = dict[str, Any]


def html_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """The main text of an HTML file."""
    data = streams.whole(item.location, problems)
    if data is None:
        return
    try:
        page = extract.extract(data, "", "")
    except extract.NoText as error:
        problems[error.reason] += 1
        return
    yield from rows.whole_file(item, page.text, problems, title=page.title, meta=notes(page))


def warc_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """A document for every HTML page in a WARC file."""
    with _seekable(item, problems) as handle:
        for record in warc.read_records(handle, problems):
            row = page_row(record, item.name, problems)
            if row is not None:
                yield row


def wet_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """A document for every text in a WET file (records of type `conversion`)."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with _seekable(item, problems) as handle:
        try:
            for record in ArchiveIterator(handle, record_types=WarcRecordType.conversion, parse_http=False):
                row = _text_row(record, item, problems)
                if row is not None:
                    yield row
        except (OSError, ValueError, EOFError):
            problems["input.truncated"] += 1


@contextlib.contextmanager
def _seekable(item: InputFile, problems: Counter[str]) -> Iterator[IO[bytes]]:
    """A WARC file as its parser needs it: on this machine, its gzip members as they are; nothing where it is damaged.

    The parser ends the whole process where a stream cannot seek or fails, so it never sees one from elsewhere.
    """
    whole = item.location.lower().endswith((".zst", ".bz2", ".xz"))  # compressed as a whole, not record by record
    try:
        with streams.local_copy(item.location, expand=whole) as path, open(path, "rb") as handle:
            yield handle
    except streams.Damaged:
        problems["input.truncated"] += 1
        yield io.BytesIO()


def _text_row(record: Any, item: InputFile, problems: Counter[str]) -> Row | None:
    if record.content_length > MAX_TEXT_BYTES:
        problems["input.too_long"] += 1
        return None
    data = _block(record.reader, record.content_length)
    if data is None:
        problems["input.truncated"] += 1
        return None
    text = data.decode("utf-8", "replace").strip()
    if not text:
        problems["input.no_text"] += 1
        return None
    url = canonical(warc.target_of(record)) or warc.target_of(record)
    languages = record.headers.get("WARC-Identified-Content-Language") or ""
    return {
        "text": text,
        "url": url,
        "title": text.split("\n", 1)[0][:200],
        "source": _host(url) or "wet",
        "license": item.license,
        "fetched_at": record.headers.get("WARC-Date") or "",
        "warc_file": item.name,
        "warc_offset": record.stream_pos,
        "digest": document.text_digest(text),
        "meta": {"identified_languages": languages} if languages else {},
    }


def _host(url: str) -> str:
    """The host of a web address; "" for anything else that a record may name."""
    spelt = canonical(url)
    return host_of(spelt) if spelt else ""


def _block(reader: IO[bytes], length: int) -> bytes | None:
    """The whole block of a record, or None where the file ends inside it."""
    data = reader.read(length)
    return data if len(data) == length else None


def page_row(record: warc.Record, warc_file: str, problems: Counter[str]) -> Row | None:
    """The document of a stored page, or None with the reason counted."""
    if record.status not in (0, 200):
        problems[f"fetch.status_{record.status}"] += 1
        return None
    if not is_html_type(record.content_type, record.body):
        problems["fetch.not_html"] += 1
        return None
    url = canonical(record.url) or record.url
    try:
        page = extract.extract(record.body, url, record.charset)
    except extract.NoText as error:
        problems[error.reason] += 1
        return None
    host = _host(url)
    return {
        "text": page.text,
        "url": url,
        "title": page.title,
        "source": host or "warc",
        "fetched_at": record.date,
        "warc_file": warc_file,
        "warc_offset": record.offset,
        "digest": document.text_digest(page.text),
        "meta": notes(page),
    }


def notes(page: extract.Extracted) -> dict[str, str]:
    """What a page says of itself beside its text; only what is there."""
    found = {"html_lang": page.html_lang, **{name: getattr(page, name, "") for name in NOTES}}
    return {name: value for name, value in found.items() if value}
