"""The one way headwater writes.

In: bytes, text, JSON-able values, or a block that writes to a file handle.
Out: a file that is either wholly there or not there at all.

Every write goes to a temporary name in the target's own folder, is flushed to the disk, and is then
renamed. All calls that touch the disk go through a Layer, which a test replaces to record, drop or
fail the n-th operation.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from headwater.errors import HeadwaterError

TEMPORARY_PREFIX = ".tmp-"


class Layer:
    """The disk operations, each a method so that a test may fail or record it."""

    def open(self, path: Path, mode: str) -> IO[Any]:
        return open(path, mode, encoding=None if "b" in mode else "utf-8", newline=None if "b" in mode else "\n")

    def fsync(self, handle: IO[Any]) -> None:
        handle.flush()
        os.fsync(handle.fileno())

    def fsync_folder(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        os.link(source, target)

    def symlink(self, source: str, target: Path) -> None:
        os.symlink(source, target)

    def make_folder(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)


_layer = Layer()


@contextlib.contextmanager
def layer(replacement: Layer) -> Iterator[None]:
    """Put another layer under every write for the length of a block (tests only)."""
    global _layer
    previous, _layer = _layer, replacement
    try:
        yield
    finally:
        _layer = previous


@contextlib.contextmanager
def disk_errors(path: Path | str) -> Iterator[None]:
    """Turn the operating system's disk errors into ours, with the place and a mend."""
    try:
        yield
    except OSError as error:
        raise _translated(error, str(path)) from error


def _translated(error: OSError, where: str) -> BaseException:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HeadwaterError(
            "disk_full",
            "no space left on the disk",
            where=where,
            mend="free some space (`headwater clean` removes what no run uses), then give the same command again",
        )
    if error.errno == errno.EIO:
        return HeadwaterError("disk_failing", f"the disk failed: {error.strerror}", where=where)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return HeadwaterError("permission", f"{error.strerror}", where=where, mend="choose a folder you may write to")
    if error.errno in (errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EEXIST, errno.ENOENT):
        return HeadwaterError("arguments", f"{error.strerror}", where=where)
    return error


@contextlib.contextmanager
def open_atomic(path: Path | str, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open `path` for writing; it appears whole when the block ends, and not at all if the block fails.

    Raises HeadwaterError disk_full, disk_failing or permission.
    """
    path = Path(path)
    temporary = path.parent / f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(4)}-{path.name}"
    with disk_errors(path):
        _layer.make_folder(path.parent)
        handle = _layer.open(temporary, mode)
        try:
            with handle:
                yield handle
                _layer.fsync(handle)
            _layer.replace(temporary, path)
            _layer.fsync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def write_bytes(path: Path | str, data: bytes) -> None:
    with open_atomic(path) as handle:
        handle.write(data)


def write_text(path: Path | str, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path | str, value: Any) -> None:
    """Write a JSON value, keys sorted and indented, so that equal values are equal bytes."""
    write_text(path, json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n")


def read_json(path: Path | str) -> Any:
    """Read a JSON file of ours. Raises HeadwaterError damaged_file when it does not parse."""
    try:
        return json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise HeadwaterError("damaged_file", f"not valid JSON: {error}", where=str(path)) from error


def open_append(path: Path | str) -> IO[bytes]:
    """Open a file for appending bytes; what was written is sure only after `sync`."""
    with disk_errors(path):
        _layer.make_folder(Path(path).parent)
        return _layer.open(Path(path), "ab")


def sync(handle: IO[Any]) -> None:
    """Bring what was written to an open file to the disk."""
    with disk_errors(getattr(handle, "name", "")):
        _layer.fsync(handle)


class AppendLog:
    """An append-only JSONL file that survives `kill -9`.

    Rows are flushed as they are written and reach the disk at `sync` and `close`. A torn last line,
    left by a kill, is cut off when the log is opened.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with disk_errors(self.path):
            _layer.make_folder(self.path.parent)
            self._cut_torn_line()
            self._handle = open_append(self.path)

    def _cut_torn_line(self) -> None:
        if not self.path.exists():
            return
        with open(self.path, "rb+") as handle:
            size = handle.seek(0, os.SEEK_END)
            keep = size
            while keep > 0:
                start = max(0, keep - 65536)
                handle.seek(start)
                block = handle.read(keep - start)
                newline = block.rfind(b"\n")
                if newline >= 0:
                    keep = start + newline + 1
                    break
                keep = start
            if keep < size:
                handle.truncate(keep)

    def append(self, row: dict[str, Any]) -> None:
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        with disk_errors(self.path):
            self._handle.write(line + b"\n")
            self._handle.flush()

    def sync(self) -> None:
        sync(self._handle)

    def close(self) -> None:
        if not self._handle.closed:
            self.sync()
            self._handle.close()

    def __enter__(self) -> AppendLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_rows(path: Path | str) -> Iterator[dict[str, Any]]:
    """Rows of a JSONL log of ours; a torn last line is passed over, damage elsewhere is an error."""
    path = Path(path)
    if not path.exists():
        return
    with open(path, "rb") as handle:
        for number, line in enumerate(handle, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise HeadwaterError("damaged_file", "not valid JSON", where=f"{path}:{number}") from error


def publish_folder(temporary: Path, final: Path) -> None:
    """Rename a finished folder to its final name; its files were each written by open_atomic."""
    with disk_errors(final):
        _layer.fsync_folder(temporary)
        _layer.replace(temporary, final)
        _layer.fsync_folder(final.parent)


def link_file(source: Path, target: Path) -> None:
    """Make `target` the same file as `source` (a hard link, or a copy where links are refused)."""
    with disk_errors(target):
        _layer.make_folder(target.parent)
        if target.exists():
            return
        try:
            _layer.link(source, target)
            _layer.fsync_folder(target.parent)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
                raise
            with open(source, "rb") as reader, open_atomic(target) as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)


def point(link: Path, target: Path) -> None:
    """Make `link` a relative symbolic link to `target`, replacing an older link in one step."""
    with disk_errors(link):
        _layer.make_folder(link.parent)
        temporary = link.parent / f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(4)}-{link.name}"
        _layer.symlink(os.path.relpath(target, link.parent), temporary)
        _layer.replace(temporary, link)


def make_folder(path: Path) -> Path:
    with disk_errors(path):
        _layer.make_folder(path)
    return path


def sweep(folder: Path) -> int:
    """Remove temporaries that a killed writer left under `folder`; the number removed."""
    count = 0
    for path in sorted(folder.rglob(f"{TEMPORARY_PREFIX}*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        count += 1
    return count


def file_digest(path: Path | str) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def value_digest(value: Any) -> str:
    """SHA-256 of a JSON-able value in canonical form, in hexadecimal."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def open_input(location: str | Path) -> IO[bytes]:
    """Open a local path or any fsspec URL for reading bytes.

    Raises HeadwaterError unreadable_input when nothing is there.
    """
    name = str(location)
    try:
        if "://" in name:
            import fsspec

            return fsspec.open(name, "rb").open()
        return open(name, "rb")
    except (OSError, ImportError, ValueError) as error:
        raise HeadwaterError("unreadable_input", f"cannot be opened: {error}", where=name) from error
