"""Rows: loose values of any format made into rows of the document schema.

In: a JSON-able object with fields of its own, or the text of a whole file. Out: a row, or None where no text is.
"""

from __future__ import annotations

import base64
import datetime
import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.document import formats, lenient_json
from headwater.document.schema import Row, document_id, text_digest

FIELDS = ("id", "url", "title", "source", "license", "lang", "domain", "kind", "fetched_at", "warc_file", "digest")
TEXT_FIELDS = ("text", "content")  # the first that is there
PAIR_FIELDS = ("prompt", "response")  # stand in where there is no text
READ_FIELDS = (*TEXT_FIELDS, *PAIR_FIELDS, *FIELDS, "warc_offset", "language", "meta")
_SHORT_LANG = re.compile(r"[a-z]{2,3}")
_SPLIT = re.compile(r"(?:^|/)(train|validation|valid|dev|test)(?=[-_./0-9])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """`location` opens it; `name` is its path below the root given, which goes into documents.

    `format`: a key of formats.READERS; empty: by the name. `license`: of the folder it lies in, where a file there
    says. `columns`: which field of a row is the text, the title and so on, where they are called otherwise.
    """

    location: str
    name: str
    format: str = ""
    license: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str | None:
        return self.format or formats.format_of(self.name) or formats.format_of(self.location)


def normalise(value: Any, item: InputFile) -> Row | None:
    """A document row from a loose object, or None when it has no text.

    `content` and `prompt` + `response` stand in for a missing `text`; a field of another type is read as a string.
    """
    if not isinstance(value, dict):
        return None
    if item.columns:
        value = _renamed(value, item.columns)
    text = _text(value)
    if text is None or not text.strip():
        return None
    row: Row = {"text": text}
    for name in FIELDS:
        row[name] = plain(value.get(name))
    language = value.get("language")
    if not row["lang"] and isinstance(language, str) and _SHORT_LANG.fullmatch(language):
        row["lang"] = language
    offset = value.get("warc_offset")
    is_offset = isinstance(offset, int) and not isinstance(offset, bool) and 0 <= offset < 2**63
    row["warc_offset"] = offset if is_offset else -1
    row["meta"] = _meta(value.get("meta"))
    row["source"] = row["source"] or formats.stem_of(item.name)
    row["license"] = row["license"] or item.license
    row["digest"] = text_digest(text)
    row["id"] = row["id"] or document_id(row["source"], row["url"], text)
    return row


def _renamed(value: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """An object with its fields under the names documents give them."""
    found = {**value, "meta": _meta(value.get("meta"))}
    for name, column in columns.items():
        given = lookup(value, column)
        if name.startswith("meta."):
            found["meta"] |= {name.removeprefix("meta."): plain(given)} if given is not None else {}
        else:
            found[name] = given
    return found


def _text(value: dict[str, Any]) -> str | None:
    text = next((value[name] for name in TEXT_FIELDS if value.get(name) is not None), None)
    if text is None and all(isinstance(value.get(name), str) for name in PAIR_FIELDS):
        text = "\n\n".join(value[name] for name in PAIR_FIELDS)
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return text if isinstance(text, str) else None


def _meta(given: Any) -> dict[str, str]:
    if isinstance(given, str) and given.startswith("{"):  # how a data set of ours holds a map
        given = _object(given)
    if isinstance(given, list):  # how Arrow gives a map
        given = {pair[0]: pair[1] for pair in given if isinstance(pair, tuple | list) and len(pair) == 2}
    return {str(key): plain(entry) for key, entry in given.items()} if isinstance(given, dict) else {}


def _object(text: str) -> Any:
    try:
        return lenient_json.loads(text.encode("utf-8", "replace"))
    except ValueError:
        return None


def split_of(name: str) -> str:
    """The split of a data set that a file's name tells, as in `data/train-00000-of-00002.parquet`."""
    match = _SPLIT.search(name)
    return match.group(1).lower() if match else ""


def lookup(value: Mapping[str, Any], column: str) -> Any:
    """A field by its name, or by a path of names joined by dots."""
    if column in value:
        return value[column]
    found: Any = value
    for part in column.split("."):
        if isinstance(found, list) and found and isinstance(found[0], tuple):
            found = dict(found)
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def plain(value: Any) -> str:
    """Any value of a row as a string; what is absent is empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    try:
        return str(value)
    except RecursionError:  # lists in lists by the hundred
        return ""


def whole_file(item: InputFile, text: str, problems: Counter[str], **fields: Any) -> list[Row]:
    """The row of a file that is one document, called by its path below the root; none where it holds no text."""
    text = _encodable(text)
    if not text.strip():
        problems["input.no_text"] += 1
        return []
    parts = item.name.split("/")
    source = parts[0] if len(parts) > 1 else "file"
    meta = {key: _encodable(entry) for key, entry in (fields.pop("meta", None) or {}).items() if entry}
    row: Row = {"text": text, "url": f"file:{item.name}", "source": source, "digest": text_digest(text), "meta": meta}
    row["title"] = _encodable(fields.pop("title", "")).strip()[:500] or posixpath.basename(item.name)
    row["license"] = fields.pop("license", "") or item.license
    row["id"] = document_id(source, row["url"], text)
    return [{**row, **fields}]


def _encodable(text: str) -> str:
    """A text without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
