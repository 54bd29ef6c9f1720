"""Documents out of files: what a FilesSource names, in order, and the rows of each.

In: a FilesSource. Out: its input files (each with its name below the root it was found under, so that no absolute
path gets into a document), and for each file document rows after `where` and the source's own labels.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from headwater import document
from headwater.acquire.pages import page_row, warc_rows
from headwater.acquire.sources.files import FilesSource
from headwater.document import folders, formats, locations, remote
from headwater.document.rows import InputFile
from headwater.errors import HeadwaterError

__all__ = ["InputFile", "chosen", "fingerprint", "input_files", "page_row", "rows", "warc_rows"]
PRINTS = ("ETag", "etag", "sha256", "md5Hash", "blob_id", "checksum")  # what services call the digest of a content
Row = dict[str, Any]


def input_files(source: FilesSource) -> list[InputFile]:
    """The files of a source, sorted below each path given.

    Raises HeadwaterError unknown_name for paths that name nothing, and unreadable_input for a format not known.
    """
    format = "" if source.format == "auto" else source.format
    found = folders.found(source.paths, format=format, columns=source.columns, exclude=source.exclude)
    for item in found:
        if item.kind is None:
            mend = "in a recipe, `format: NAME` says what it is"
            raise HeadwaterError(
                "unreadable_input", f"unknown format; known are {formats.KNOWN}", where=item.location, mend=mend
            )
    if not found:
        raise HeadwaterError("empty_corpus", "no file of a known format", where=", ".join(source.paths))
    return found


def all_there(sources: Iterable[Any]) -> None:
    """Raise HeadwaterError unknown_name with every path of every files source that names nothing."""
    missing = []
    for number, source in enumerate(sources):
        for position, path in enumerate(source.paths if isinstance(source, FilesSource) else ()):
            try:
                locations.listing(path)
            except HeadwaterError as error:
                if error.failure != "unknown_name":
                    raise
                missing.append(f"{path} (sources.{number}.files.paths.{position})")
    if missing:
        raise HeadwaterError(
            "unknown_name",
            "no such file or folder" if len(missing) == 1 else f"{len(missing)} files or folders are not there",
            where=", ".join(missing),
            mend="paths are looked up from the folder the command is given in",
        )


def fingerprint(source: FilesSource) -> list[tuple[str, str]]:
    """Name and digest of every input file: what a stage's digest needs to know of a source's content."""
    return [
        (item.name, f"{_print(item)}:{item.license}" if item.license else _print(item)) for item in input_files(source)
    ]


def _print(item: InputFile) -> str:
    """SHA-256 of a file; for a remote one the service's own digest of it, where it keeps one."""
    if remote.is_remote(item.location):
        known = remote.described(item.location)
        for name in PRINTS:
            if known.get(name):
                return f"{name}:{known[name]}:{known.get('size', '')}"
    with remote.open_location(item.location) as handle:
        digest = hashlib.sha256()
        while piece := handle.read(remote.BUFFER_BYTES):
            digest.update(piece)
        return digest.hexdigest()


def rows(item: InputFile, source: FilesSource, problems: Counter[str]) -> Iterator[Row]:
    """Document rows of one file; `problems` counts what is passed over, by reason.

    Raises HeadwaterError unreadable_input when the file cannot be opened, or when nothing of it can be read.
    """
    any_row = False
    try:
        for row in document.read_rows(item, problems):
            any_row = True
            if _wanted(row, source):
                yield _labelled(row, source)
            else:
                problems["files.where"] += 1
    except HeadwaterError as error:
        if error.failure != "unreadable_input" or not any_row:
            raise
        problems["input.truncated"] += 1  # what came before the damage is kept


def chosen(found: Iterator[Row], source: FilesSource, problems: Counter[str]) -> Iterator[Row]:
    """The rows a source asks for: a sample by the hash of their ids, in their order, or the first ones."""
    if not source.sample:
        yield from islice(found, source.max_documents or None)
        return
    kept: list[tuple[int, int, Row]] = []  # the worst of those kept stands first: hashes are negative
    for number, row in enumerate(found):
        draw = int.from_bytes(hashlib.sha256(row["id"].encode("utf-8", "replace")).digest()[:8])
        entry = (-draw, -number, row)
        if len(kept) < source.sample:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)
            problems["files.not_sampled"] += 1
    yield from (row for _, _, row in sorted(kept, key=lambda entry: -entry[1]))


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
