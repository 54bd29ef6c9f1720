"""Flat XML lists read leniently: the records of a sitemap or a feed, out of files as the web has them.

In: bytes, perhaps gzipped, in any encoding they declare. Out: their text; then the records in it, each with the
fields directly named in it. No tree is built, no entity is expanded but the five of XML and characters by number,
nothing outside the file is read, and each character is looked at a bounded number of times. A record is whole when
its end is there, or the next one begins: what a damaged or cut file holds before the damage is kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_BYTES = 50 << 20  # what the sitemap protocol allows, expanded
MAX_FIELD_LENGTH = 4096
MAX_FIELDS = 64  # of one record
MAX_RECORDS = 200_000
GZIP_MAGIC = b"\x1f\x8b"
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ATTRIBUTE = re.compile(r"""([\w.:-]{1,64}+)\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")
_CONTENT = re.compile(r"\s*+(?:<!\[CDATA\[(.*?)(?:\]\]>|\Z)|([^<]*+))", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One element of a record. `prefix` is its namespace prefix as written, `attributes` the inside of its tag."""

    name: str
    prefix: str
    attributes: str
    text: str

    def attribute(self, name: str) -> str:
        """The value of an attribute, "" where there is none."""
        for key, double, single in _ATTRIBUTE.findall(self.attributes):
            if key == name:
                return plain(double or single)
        return ""


@dataclass(frozen=True, kw_only=True)
class Record:
    name: str
    prefix: str
    attributes: str
    fields: list[Field] = field(default_factory=list)

    def first(self, *names: str) -> Field | None:
        """The first field of the first of these names that the record has with any text."""
        for name in names:
            for item in self.fields:
                if item.name == name and item.text:
                    return item
        return None


def text_of(data: bytes) -> str:
    """The text of a file, expanded where it is gzipped; at most MAX_BYTES of it, a cut end forgiven."""
    from headwater.acquire.charset import decoded

    if data.startswith(GZIP_MAGIC):
        data = _expanded(data)
    return decoded(data[:MAX_BYTES])


def _expanded(data: bytes) -> bytes:
    parts: list[bytes] = []
    room = MAX_BYTES
    while data.startswith(GZIP_MAGIC) and room > 0:  # a file may be several members in a row
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(data, room))
        except zlib.error:
            break
        room -= len(parts[-1])
        data = member.unused_data
    return b"".join(parts)


def records(text: str, containers: tuple[str, ...], fields: tuple[str, ...]) -> Iterator[Record]:
    """The records named in `containers`, with their fields named in `fields`, in order. Names ignore case."""
    names = "|".join((*containers, *fields))
    token = re.compile(
        r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|"
        rf"<(/?)(?:([\w.-]{{1,64}}+):)?({names})(?=[\s/>])([^<>]*+)>",
        re.DOTALL | re.IGNORECASE,
    )
    record: Record | None = None
    num_records = 0
    for match in token.finditer(text):
        name = (match.group(3) or "").lower()
        if not name:
            continue
        closes, prefix, attributes = bool(match.group(1)), match.group(2) or "", match.group(4)
        if name in containers:
            if record is not None and (name == record.name or not closes):  # a new one ends one left open
                yield record
            record = None if closes else Record(name=name, prefix=prefix, attributes=attributes[:MAX_FIELD_LENGTH])
            num_records += not closes
            if num_records > MAX_RECORDS:
                return
        elif record is not None and not closes and len(record.fields) < MAX_FIELDS:
            content = "" if attributes.endswith("/") else _content_at(text, match.end())
            record.fields.append(
                Field(name=name, prefix=prefix, attributes=attributes[:MAX_FIELD_LENGTH], text=content)
            )


def _content_at(text: str, position: int) -> str:
    match = _CONTENT.match(text, position, position + MAX_FIELD_LENGTH)
    if match is None:
        return ""
    return match.group(1).strip() if match.group(1) is not None else plain(match.group(2).strip())


def plain(text: str) -> str:
    """Text with the references that every XML file may use resolved; any other stays as it is written."""
    if "&" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        name, decimal, hexadecimal = match.groups()
        if name:
            return _NAMED[name]
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return chr(code) if 0 < code < 0xD800 or 0xE000 <= code < 0x110000 else ""

    return _REFERENCE.sub(one, text)
