"""Archives: .zip and .tar (plain or compressed), each file in them read by its own format.

In: an InputFile. Out: the rows of its members in the archive's order, named `archive/member`. A member is written to
a temporary file under a size limit, read and removed; links, devices and archives inside archives are passed over.
"""

from __future__ import annotations

import posixpath
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from headwater import storage
from headwater.document import formats, locations, remote, streams
from headwater.document.rows import InputFile
from headwater.document.schema import Row
from headwater.errors import HeadwaterError

MAX_MEMBERS = 1_000_000
MAX_MEMBER_BYTES = 4 << 30
MAX_TOTAL_BYTES = 1 << 40
MAX_HEADER_BYTES = 1 << 20
TAR_NAMES = (".tar", ".tgz", ".tbz2", ".txz")
Member = tuple[str, IO[bytes]]


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    left = MAX_TOTAL_BYTES
    try:
        for number, (name, handle) in enumerate(_members(item, problems)):
            if number >= MAX_MEMBERS or left <= 0:
                problems["input.too_long"] += 1
                return
            suffix = posixpath.basename(name)[-60:].replace("/", "_")
            with tempfile.NamedTemporaryFile(prefix="headwater-", suffix=f"-{suffix}") as copy:
                size = _copied(handle, copy, min(MAX_MEMBER_BYTES, left), problems)
                left -= size or 0
                if size is not None:
                    yield from _member_rows(
                        replace(item, location=copy.name, name=f"{item.name}/{name}", format=""), problems
                    )
    except streams.Damaged:
        problems["input.truncated"] += 1


def _member_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    from headwater.document.reading import read_rows

    try:
        yield from read_rows(item, problems)
    except HeadwaterError as error:
        if error.failure not in ("unreadable_input", "unsafe_file"):
            raise
        problems["input.damaged_member"] += 1


def _copied(handle: IO[bytes], copy: Any, limit: int, problems: Counter[str]) -> int | None:
    """Copy one member; its size, or None with the reason counted."""
    size = 0
    try:
        with streams.damage(copy.name):
            while piece := handle.read(remote.BUFFER_BYTES):
                size += len(piece)
                if size > limit:
                    problems["input.too_long"] += 1
                    return None
                with storage.disk_errors(copy.name):
                    copy.write(piece)
    except (streams.Damaged, tarfile.TarError, zipfile.BadZipFile, RuntimeError, NotImplementedError):  # or encrypted
        problems["input.damaged_member"] += 1
        return None
    copy.flush()
    return size


def _members(item: InputFile, problems: Counter[str]) -> Iterator[Member]:
    """Name and stream of each file in an archive that a reader knows; the others are counted."""
    stem = formats.uncompressed_name(formats.plain_name(item.location).lower())
    for name, handle in _tar(item) if stem.endswith(TAR_NAMES) else _zip(item):
        clean = posixpath.normpath(name.replace("\\", "/")).lstrip("/")
        parts = set(clean.split("/"))
        if any(part.startswith(".") for part in parts) or parts & {*locations.NEVER_WALKED, "__MACOSX"}:
            continue
        if formats.format_of(clean) in (None, "archive"):
            problems["input.unknown_format"] += 1
            continue
        yield clean, handle


def _tar(item: InputFile) -> Iterator[Member]:
    name = formats.plain_name(item.location).lower()
    packed = {".tgz": "gz", ".tbz2": "bz2", ".txz": "xz"}.get(posixpath.splitext(name)[1], "")
    opened = remote.open_location(item.location) if packed else streams.open_expanded(item.location)
    with opened as handle, streams.damage(item.location):
        try:
            with tarfile.open(fileobj=handle, mode=f"r|{packed}", tarinfo=_Bounded) as archive:  # type: ignore[call-overload]
                for member in archive:
                    stream = archive.extractfile(member) if member.isreg() else None
                    if stream is not None:
                        yield member.name, stream
                    archive.members = []  # type: ignore[attr-defined]  # it would remember every one
        except (tarfile.TarError, OverflowError, IndexError, UnicodeError) as error:
            raise streams.Damaged(str(error)) from error


class _Bounded(tarfile.TarInfo):
    """An entry whose long name or attributes are read into memory only where they are small."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if self.size > MAX_HEADER_BYTES and self.type not in (*tarfile.REGULAR_TYPES, tarfile.GNUTYPE_SPARSE):
            raise tarfile.ReadError("an oversized header")
        return super()._proc_member(archive)  # type: ignore[misc]


def _zip(item: InputFile) -> Iterator[Member]:
    with streams.local_copy(item.location) as path:
        try:
            with streams.damage(path):
                archive = zipfile.ZipFile(path)
            with archive:
                for info in archive.infolist():
                    if info.filename and not info.is_dir():
                        yield info.filename, _Lazy(archive, info)  # type: ignore[misc]
        except (zipfile.BadZipFile, UnicodeError, OverflowError, NotImplementedError) as error:
            raise streams.Damaged(str(error)) from error


class _Lazy:
    """A member of a zip file that is opened when it is first read, so that a bad one is one bad member."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive, self._info = archive, info
        self._handle: IO[bytes] | None = None

    def read(self, size: int) -> bytes:
        if self._handle is None:
            self._handle = self._archive.open(self._info)
        return self._handle.read(size)
