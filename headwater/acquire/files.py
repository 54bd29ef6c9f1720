"""Documents out of files: what a FilesSource names, in order, and the rows of each.

In: a FilesSource. Out: its input files (each with the root it was found under, so that no absolute path gets
into a document), and for each file document rows after `where` and the source's own labels.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from headwater import document, storage
from headwater.acquire import extract, warc
from headwater.acquire.canonical import canonical, host_of
from headwater.acquire.media import is_html_type
from headwater.acquire.sources.files import FilesSource
from headwater.errors import HeadwaterError

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """`location` opens it; `name` is its path below the root given, which goes into documents."""

    location: str
    name: str


def input_files(source: FilesSource) -> list[InputFile]:
    """The files of a source, sorted below each path given.

    Raises HeadwaterError unknown_name for a path that names nothing, and unreadable_input for a format not known.
    """
    found: list[InputFile] = []
    for path in source.paths:
        locations = document.expand([path])
        root = _root(path)
        for location in locations:
            if document.format_of(location) is None:
                raise HeadwaterError(
                    "unreadable_input",
                    "unknown format; known are .jsonl(.zst|.gz), .parquet, .txt, .md, .rst, .warc(.gz) and source code",
                    where=location,
                )
            name = PurePath(location).relative_to(root).as_posix() if root is not None else PurePath(location).name
            found.append(InputFile(location=location, name=name))
    if not found:
        raise HeadwaterError("empty_corpus", "no file of a known format", where=", ".join(source.paths))
    return found


def _root(path: str) -> Path | None:
    """The folder that names are counted from: the one given, or what stands before a glob's first wildcard."""
    if "://" in path or Path(path).is_file():
        return None
    parts = Path(path).parts
    wild = next((number for number, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    return Path(path) if Path(path).is_dir() else Path(*parts[:wild])


def fingerprint(source: FilesSource) -> list[tuple[str, str]]:
    """Name and SHA-256 of every input file: what a stage's digest needs to know of a source's content."""
    prints = []
    for item in input_files(source):
        with storage.open_input(item.location) as handle:
            prints.append((item.name, hashlib.file_digest(handle, "sha256").hexdigest()))  # type: ignore[arg-type]
    return prints


def rows(item: InputFile, source: FilesSource, problems: Counter[str]) -> Iterator[Row]:
    """Document rows of one file; `problems` counts what is passed over, by reason.

    Raises HeadwaterError unreadable_input when the file cannot be opened, or when nothing of it can be read.
    """
    storage.open_input(item.location).close()
    any_row = False
    try:
        for row in _read(item, problems):
            any_row = True
            if _wanted(row, source):
                yield _labelled(row, source)
            else:
                problems["files.where"] += 1
    except HeadwaterError as error:
        if error.failure != "unreadable_input" or not any_row:
            raise
        problems["input.truncated"] += 1  # what came before the damage is kept


def _read(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    kind = document.format_of(item.location)
    if kind == "warc":
        yield from warc_rows(item, problems)
        return
    for batch in document.read_file(item.location, problems):
        for row in batch.to_pylist():
            row["meta"] = dict(row["meta"])
            if kind in ("text", "code"):
                _name_whole_file(row, item)
            yield row


def _name_whole_file(row: Row, item: InputFile) -> None:
    """A file that is one document is called by its path below the root, wherever the root lies."""
    parts = item.name.split("/")
    row["url"] = f"file:{item.name}"
    row["source"] = parts[0] if len(parts) > 1 else "file"
    row["id"] = document.document_id(row["source"], row["url"], row["text"])


def warc_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """A document for every HTML page in a WARC file."""
    with storage.open_input(item.location) as handle:
        for record in warc.read_records(handle, problems):
            row = page_row(record, item.name, problems)
            if row is not None:
                yield row


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
    host = host_of(url) if url.startswith("http") else ""
    return {
        "text": page.text,
        "url": url,
        "title": page.title,
        "source": host or "warc",
        "fetched_at": record.date,
        "warc_file": warc_file,
        "warc_offset": record.offset,
        "digest": document.text_digest(page.text),
        "meta": {"html_lang": page.html_lang} if page.html_lang else {},
    }


def _wanted(row: Row, source: FilesSource) -> bool:
    for column, values in source.where.items():
        value = row["meta"].get(column[5:], "") if column.startswith("meta.") else row.get(column, "")
        if value not in values:
            return False
    return True


def _labelled(row: Row, source: FilesSource) -> Row:
    """The source's labels over the row's own; a row without a valid kind or domain is general."""
    own_kind = row.get("kind", "")
    row["kind"] = source.kind or (own_kind if own_kind in document.KINDS else document.KINDS[0])
    row["domain"] = source.domain or row.get("domain") or document.GENERAL_DOMAIN
    for name in ("lang", "license", "source"):
        row[name] = getattr(source, name) or row.get(name) or ""
    row["id"] = row.get("id") or document.document_id(row["source"], row.get("url", ""), row["text"])
    return row
