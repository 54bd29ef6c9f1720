"""Reading: every document under some paths, whatever their format.

In: paths, folders, globs and fsspec addresses. Out: rows or Arrow record batches of SCHEMA, and a Counter of what
could not be read, by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from headwater.document import folders, formats
from headwater.document.rows import InputFile
from headwater.document.schema import Row, batches_of, document_id
from headwater.errors import HeadwaterError


def read(paths: str | Path | Iterable[str | Path], problems: Counter[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Arrow batches of every document under `paths`, whatever their format.

    `problems` receives a count a reason for the rows that could not be read.
    Raises HeadwaterError unknown_name or unreadable_input.
    """
    problems = Counter() if problems is None else problems
    names = [str(paths)] if isinstance(paths, str | Path) else [str(p) for p in paths]
    for item in folders.found(names):
        yield from batches_of(_named(read_rows(item, problems)))


def read_file(name: str, problems: Counter[str]) -> Iterator[pa.RecordBatch]:
    """Arrow batches of one file, by the format its name says."""
    item = InputFile(location=name, name=formats.plain_name(name))
    yield from batches_of(_named(read_rows(item, problems)))


def _named(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with an id each: pages of a WARC file get theirs by their source, which a recipe may yet set."""
    for row in rows:
        row["id"] = row.get("id") or document_id(row.get("source", ""), row.get("url", ""), row["text"])
        yield row


def read_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """The document rows of one file. Raises HeadwaterError unreadable_input."""
    kind = item.kind
    if kind is None or kind not in formats.READERS:
        raise HeadwaterError("unreadable_input", f"unknown format; known are {formats.KNOWN}", where=item.location)
    module, _, name = formats.READERS[kind].partition(":")
    yield from getattr(import_module(module), name)(item, problems)


def nothing_read(where: str, problems: Mapping[str, int]) -> HeadwaterError:
    """The error of a command that found no document: what was there instead, by reason."""
    found = ", ".join(f"{reason} {count}" for reason, count in sorted(problems.items())) or "nothing at all"
    return HeadwaterError(
        "empty_corpus",
        f"no document could be read (found: {found})",
        where=where,
        mend="name files that hold documents",
    )
