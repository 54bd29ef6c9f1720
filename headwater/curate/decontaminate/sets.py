"""Evaluation sets: the rows of their files, whatever the format, as JSON gives them.

In: paths of files, folders, globs or fsspec addresses. Out: (name of the set, number of the row, row), and a Counter
of what could not be read. Tables (JSONL, JSON, CSV, TSV, Parquet, Arrow) keep every column; in a format of texts, a
paragraph is a row.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from headwater.document import columnar, folders, formats, json_rows, reading, streams
from headwater.document.rows import InputFile
from headwater.errors import HeadwaterError

BATCH_ROWS = 512
_BLANK = re.compile(r"\n[ \t]*\n")
Row = dict[str, Any]


class SetRow(NamedTuple):
    set: str
    number: int
    row: Row


def read(paths: Iterable[str], problems: Counter[str]) -> Iterator[SetRow]:
    """Every row of the sets, file after file. Raises HeadwaterError unknown_name, unreadable_input or empty_corpus."""
    names: Counter[str] = Counter()
    for item in folders.found(paths):
        stem = formats.stem_of(item.name)
        names[stem] += 1
        name = stem if names[stem] == 1 else f"{stem}.{names[stem]}"
        own: Counter[str] = Counter()
        number = -1
        for number, row in enumerate(_rows(item, own)):
            yield SetRow(name, number, row)
        problems.update(own)
        if number < 0:
            found = ", ".join(f"{reason} {count}" for reason, count in sorted(own.items())) or "nothing at all"
            raise HeadwaterError(
                "empty_corpus",
                f"no question could be read (found: {found})",
                where=item.location,
                mend="name files of an evaluation set, such as JSONL with a question on each line",
            )


def _rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    reader = _READERS.get(item.kind or "", _text_rows)
    for row in reader(item, problems):
        if isinstance(row, dict) and row:
            yield row
        elif isinstance(row, str) and row.strip():
            yield {"text": row}
        else:
            problems["input.no_text"] += 1


def _jsonl(item: InputFile, problems: Counter[str]) -> Iterator[Any]:
    yield from _parsed(streams.lines(item.location, problems), problems)


def _json(item: InputFile, problems: Counter[str]) -> Iterator[Any]:
    """Objects of an array, of a run of objects, or of the lists inside one object (`{"data": […]}`)."""
    data = streams.whole(item.location, problems)
    if data is None:
        return
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    values = list(_parsed(json_rows.values([start], problems, inside=start[:1] == b"["), problems))
    if not values and start[:1] == b"[":
        values = [entry for value in _parsed([start], problems) for entry in value]  # of strings
    nested = [entry for entry in values[0].values() if isinstance(entry, list)] if len(values) == 1 else []
    rows = [row for entry in nested for row in entry if isinstance(row, dict)]
    yield from rows or values


def _parsed(texts: Iterable[bytes], problems: Counter[str]) -> Iterator[Any]:
    from headwater.document import lenient_json

    for number, text in enumerate(texts):
        text = text.removeprefix(b"\xef\xbb\xbf") if not number else text
        if not text.strip():
            continue
        try:
            yield lenient_json.loads(text)
        except ValueError:
            problems["input.invalid_json"] += 1


def _csv(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    lines = (line.decode("utf-8", "replace") for line in streams.lines(item.location, problems))
    header = next(lines, "").removeprefix("\ufeff")
    tabs = formats.uncompressed_name(item.name.lower()).endswith(".tsv") or "\t" in header
    names: list[str] = next(csv.reader([header], delimiter="\t" if tabs else ","), [])
    records = csv.reader(lines, delimiter="\t" if tabs else ",")
    while True:
        try:
            yield dict(zip(names, next(records), strict=False))
        except StopIteration:
            return
        except csv.Error:
            problems["input.invalid_csv"] += 1


def _parquet(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    try:
        with streams.local_copy(item.location) as path, pq.ParquetFile(path) as parquet:
            for batch in parquet.iter_batches(batch_size=BATCH_ROWS):
                batch.validate(full=True)
                yield from batch.to_pylist()
    except (*columnar.DAMAGE, streams.Damaged) as error:
        raise _unreadable("Parquet", item, error) from error


def _arrow(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    import pyarrow.ipc

    try:
        with streams.local_copy(item.location) as path, open(path, "rb") as handle:
            magic = handle.read(6)
            handle.seek(0)
            reader = pyarrow.ipc.open_file(handle) if magic == b"ARROW1" else pyarrow.ipc.open_stream(handle)
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches)) if magic == b"ARROW1" else reader
            for batch in batches:
                batch.validate(full=True)
                yield from batch.to_pylist()
    except (*columnar.DAMAGE, streams.Damaged) as error:
        raise _unreadable("Arrow", item, error) from error


def _unreadable(kind: str, item: InputFile, error: Exception) -> HeadwaterError:
    return HeadwaterError("unreadable_input", f"not a readable {kind} file: {error}", where=item.location)


def _text_rows(item: InputFile, problems: Counter[str]) -> Iterator[str]:
    """Paragraphs of a format of texts; lines where no blank line parts them."""
    for row in reading.read_rows(item, problems):
        text = row["text"].strip()
        paragraphs = _BLANK.split(text)
        yield from (part for part in (paragraphs if len(paragraphs) > 1 else text.split("\n")) if part.strip())


_READERS: dict[str, Callable[[InputFile, Counter[str]], Iterator[Any]]] = {
    "jsonl": _jsonl,
    "json": _json,
    "csv": _csv,
    "parquet": _parquet,
    "arrow": _arrow,
}
