"""Documents that are zip files of XML (.docx, .epub): their parts, read under limits.

In: an open zip file and a part's name. Out: its bytes or its tree, or a BadPart that says what is wrong.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

from headwater.document import streams
from headwater.document.rows import InputFile
from headwater.errors import HeadwaterError

MAX_FILE_BYTES = 256 << 20
MAX_PART_BYTES = 32 << 20
MAX_PARTS = 20_000


class BadPart(ValueError):
    """A part that is missing, damaged or too large; `reason` is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextlib.contextmanager
def counted(problems: Counter[str]) -> Iterator[None]:
    """What is wrong with a document inside the block is counted, and ends the block."""
    try:
        yield
    except BadPart as error:
        problems[error.reason] += 1
    except (streams.Damaged, zipfile.BadZipFile, UnicodeError, OverflowError, NotImplementedError):
        problems["input.truncated"] += 1
    except HeadwaterError as error:
        if error.failure != "unsafe_file":
            raise
        problems["input.too_long"] += 1


@contextlib.contextmanager
def opened(item: InputFile) -> Iterator[zipfile.ZipFile]:
    """The zip file of a document."""
    with streams.local_copy(item.location, MAX_FILE_BYTES) as path:
        with streams.damage(path):
            archive = zipfile.ZipFile(path)
        with archive:
            if len(archive.filelist) > MAX_PARTS:
                raise BadPart("input.too_long")
            yield archive


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a part. Raises BadPart."""
    try:
        with streams.damage(name), archive.open(name) as handle:
            data = handle.read(MAX_PART_BYTES + 1)
    except KeyError as error:
        raise BadPart("input.missing_part") from error
    except (streams.Damaged, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # encrypted, or damaged
        raise BadPart("input.damaged_part") from error
    if len(data) > MAX_PART_BYTES:
        raise BadPart("input.too_long")
    return data


def tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """The XML tree of a part. Raises BadPart, also where it declares entities, which these documents never need."""
    data = part(archive, name)
    if b"<!ENTITY" in data:
        raise BadPart("input.damaged_part")
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadPart("input.damaged_part") from error


def local_name(element: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def first_text(root: ElementTree.Element, name: str) -> str:
    """The text of the first element of a name; "" where there is none."""
    return next(((found.text or "").strip() for found in root.iter() if local_name(found) == name), "")
