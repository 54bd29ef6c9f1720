"""Rows of a file of facts, whatever table it is: JSONL, JSON, CSV, TSV, Parquet, or text with a statement a line.

In: an address (each but Parquet also .zst, .gz, .bz2, .xz). Out: one value a row, and a Counter of the rows that
could not be read. A row is held alone, so that a file may be of any size.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import document
from headwater.document import encoding, json_rows, streams
from headwater.errors import HeadwaterError

MAX_FIELD_CHARS = 1 << 20
MAX_COLUMNS = 500
DELIMITERS = ",;\t|"
BATCH_ROWS = 1_000


def rows(location: str, problems: Counter[str]) -> Iterator[Any]:
    """Values of the file's rows. Raises HeadwaterError unknown_name or unreadable_input."""
    if "://" not in location and not Path(location).is_file():
        raise HeadwaterError("unknown_name", "no such file of facts", where=location)
    kind = document.format_of(location)
    if kind not in READERS:
        known = ".jsonl, .json, .csv, .tsv, .parquet and .txt"
        raise HeadwaterError("unreadable_input", f"not a table of facts; known are {known}", where=location)
    yield from READERS[kind](location, problems)


def _jsonl(location: str, problems: Counter[str]) -> Iterator[Any]:
    for number, line in enumerate(streams.lines(location, problems)):
        line = line.removeprefix(b"\xef\xbb\xbf") if not number else line
        if line.strip():
            yield from _parsed(line, problems)


def _text(location: str, problems: Counter[str]) -> Iterator[str]:
    yield from (line.strip() for line in _decoded(location, problems) if line.strip())


def _json(location: str, problems: Counter[str]) -> Iterator[Any]:
    """Objects of an array, or objects that follow each other."""
    pieces = streams.chunks(location, problems)
    head = b""
    for piece in pieces:
        head = (head + piece).removeprefix(b"\xef\xbb\xbf").lstrip()
        if head:
            break
    found = json_rows.values(_chain(head, pieces), problems, inside=head[:1] == b"[")
    for text in found:
        yield from _parsed(text, problems)


def _chain(head: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield head
    yield from rest


def _parsed(text: bytes, problems: Counter[str]) -> Iterator[Any]:
    from headwater.document import lenient_json

    try:
        yield lenient_json.loads(text)
    except ValueError:
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            problems["input.invalid_utf8"] += 1
        else:
            problems["input.invalid_json"] += 1


def _csv(location: str, problems: Counter[str]) -> Iterator[dict[str, str]]:
    """Rows by the names of the header line; quotes may hold line breaks."""
    texts = _decoded(location, problems)
    header = next(texts, "")
    tabs = ".tsv" in Path(location).name.lower()
    delimiter = "\t" if tabs else max(DELIMITERS, key=lambda mark: (header.count(mark), -DELIMITERS.index(mark)))
    csv.field_size_limit(MAX_FIELD_CHARS)
    reader = csv.reader(_chain(header, texts), delimiter=delimiter)
    names: list[str] | None = None
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems["input.invalid_csv"] += 1
            reader = csv.reader(texts, delimiter=delimiter)
            continue
        if not any(field.strip() for field in fields):
            continue
        if names is None:
            names = [name.strip() for name in fields][:MAX_COLUMNS]
        elif len(fields) > len(names):
            problems["input.ragged_row"] += 1  # a delimiter that was not quoted: no column can be trusted
        else:
            yield dict(zip(names, fields, strict=False))


def _decoded(location: str, problems: Counter[str]) -> Iterator[str]:
    with streams.open_expanded(location) as handle:
        try:
            with streams.damage(location):
                charset = encoding.stream_charset(handle.read(encoding.GUESS_BYTES))
        except streams.Damaged:
            charset = "utf-8"
    for line in streams.lines(location, problems):
        yield line.decode(charset, "replace").removeprefix("\ufeff")


def _parquet(location: str, problems: Counter[str]) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with streams.local_copy(location) as path, pq.ParquetFile(path) as table:
            for batch in table.iter_batches(batch_size=BATCH_ROWS):
                batch.validate(full=True)  # offsets and UTF-8: the file may be anyone's
                yield from batch.to_pylist()
    except (streams.Damaged, pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        told = f"not a readable Parquet file: {error}"
        raise HeadwaterError("unreadable_input", told[:500], where=location) from error


READERS = {"jsonl": _jsonl, "text": _text, "json": _json, "csv": _csv, "parquet": _parquet}
