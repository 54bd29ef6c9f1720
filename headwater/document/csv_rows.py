"""Tables of text: CSV and TSV, with a header line that names the columns.

In: an InputFile. Out: document rows. Quotes may hold line breaks; a quote that never closes costs the rows up to
MAX_LINE_BYTES, not the file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator

from headwater.document import encoding, formats, streams
from headwater.document.rows import PAIR_FIELDS, TEXT_FIELDS, InputFile, normalise
from headwater.document.schema import Row
from headwater.errors import HeadwaterError

MAX_FIELD_CHARS = 16 << 20
MAX_COLUMNS = 2_000
DELIMITERS = ",;\t|"


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """Raises HeadwaterError unreadable_input when the header names no column of text."""
    texts = _decoded(item, problems)
    header = next(texts, None)
    if header is None:
        return
    delimiter = _delimiter(header, item.name)
    reader = _reader(_chain(header, texts), delimiter, problems)
    names = [name.strip() for name in next(reader, [])][:MAX_COLUMNS]
    check_columns(names, item)
    for fields in reader:
        if not fields:
            continue
        if len(fields) > len(names):
            problems["input.ragged_row"] += 1  # a delimiter that was not quoted: no column can be trusted
            continue
        if not _is_whole(fields):
            problems["input.invalid_utf8"] += 1
            continue
        row = normalise(dict(zip(names, fields, strict=False)), item)
        if row is None:
            problems["input.no_text"] += 1
        else:
            yield row


def _is_whole(fields: list[str]) -> bool:
    """Whether every byte of a record was text; the others are marked by halves of characters."""
    try:
        "".join(fields).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def check_columns(names: list[str], item: InputFile) -> None:
    """Raise HeadwaterError unreadable_input when no column of a table is its text."""
    wanted = item.columns.get("text")
    if wanted is not None:
        found = wanted in names or wanted.split(".")[0] in names
    else:
        found = any(name in names for name in TEXT_FIELDS) or all(name in names for name in PAIR_FIELDS)
    if not found:
        raise HeadwaterError(
            "unreadable_input",
            f"has no column `{wanted or 'text'}` (it has {', '.join(names[:20]) or 'none'})",
            where=item.name,
            mend="in a recipe, `columns: {text: NAME}` says which column is the text",
        )


def _decoded(item: InputFile, problems: Counter[str]) -> Iterator[str]:
    with streams.open_expanded(item.location) as handle:
        try:
            with streams.damage(item.location):
                charset = encoding.stream_charset(handle.read(encoding.GUESS_BYTES))
        except streams.Damaged:
            charset = "utf-8"
    for line in streams.lines(item.location, problems):
        yield line.decode(charset, "surrogateescape" if charset == "utf-8" else "replace").removeprefix("\ufeff")


def _chain(head: str, texts: Iterator[str]) -> Iterator[str]:
    yield head
    yield from texts


def _delimiter(header: str, name: str) -> str:
    """The delimiter most used in the header; a .tsv's is the tab."""
    if formats.uncompressed_name(name.lower()).endswith(".tsv"):
        return "\t"
    return max(DELIMITERS, key=lambda mark: (header.count(mark), -DELIMITERS.index(mark)))


def _reader(texts: Iterator[str], delimiter: str, problems: Counter[str]) -> Iterator[list[str]]:
    """Records of a table; one that cannot be read is counted, and reading goes on at the next line."""
    csv.field_size_limit(MAX_FIELD_CHARS)
    reader = csv.reader(texts, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems["input.invalid_csv"] += 1
            reader = csv.reader(texts, delimiter=delimiter)
