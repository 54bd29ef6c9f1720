"""Places to files: folders walked, globs expanded, here or on any service fsspec knows.

In: a path, folder, glob or fsspec address. Out: the addresses of its files, each with its name below that place,
sorted. Hidden files and installed packages are left out of a walk; links to folders are not followed.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.document import formats, remote
from headwater.errors import HeadwaterError

NEVER_WALKED = ("node_modules", "bower_components", "__pycache__", "site-packages", "venv")
_WILD = re.compile(r"[*?\[]")
_WRAPPERS = re.compile(r"((?:[a-z0-9]+::)+)(?=[a-z0-9+]+://)")
Pair = tuple[str, str]  # address, name below the place given


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`walked`: whether a folder was named, so that what in it is a document is ours to say."""

    files: list[Pair]
    walked: bool = False


def listing(path: str) -> Listing:
    """The files of a place. Raises HeadwaterError unknown_name when there are none by that name."""
    if path.startswith("file://"):
        path = path.removeprefix("file://")
    return _remote(path) if remote.is_remote(path) else _local(path)


def _local(name: str) -> Listing:
    path = Path(name)
    if path.is_dir():
        walked = ((str(file), file.relative_to(path).as_posix()) for file in _walk(path))
        return Listing(files=sorted(walked), walked=True)
    if path.exists():
        return Listing(files=[(name, path.name)])
    root = _before_wildcard(path)
    pattern = str(path.relative_to(root))
    matches = sorted(str(file) for file in root.glob(pattern) if file.is_file()) if _WILD.search(pattern) else []
    pairs = [(file, Path(file).relative_to(root).as_posix()) for file in matches]
    files = [pair for pair in pairs if not _hidden(pair[1]) or _hidden(pattern)]
    if not files:
        raise HeadwaterError("unknown_name", "no such file or folder", where=name)
    return Listing(files=files)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NEVER_WALKED]
        for name in names:
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _before_wildcard(path: Path) -> Path:
    """The folder that a glob's names are counted from."""
    parts = path.parts
    wild = next((number for number, part in enumerate(parts) if _WILD.search(part)), max(0, len(parts) - 1))
    return Path(*parts[:wild])


def _hidden(name: str) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/"))


def _remote(path: str) -> Listing:
    wrappers = match.group(1) if (match := _WRAPPERS.match(path)) else ""
    address = path[len(wrappers) :]
    is_web = address.startswith(("http://", "https://"))
    if is_web and "*" not in address:  # `?` begins a query there, and a web server lists no folders
        return Listing(files=[(path, formats.plain_name(path) or "index")])
    with remote.service_errors(path):
        import fsspec

        system, root = fsspec.core.url_to_fs(address)
        wild = _WILD.search(root)
        if wild:
            base = root[: wild.start()].rpartition("/")[0]
            files = [file for file, info in sorted(system.glob(root, detail=True).items()) if info["type"] == "file"]
        elif system.isdir(root):
            base, files = root, sorted(system.find(root))
        elif system.exists(root):
            return Listing(files=[(path, formats.plain_name(path))])
        else:
            raise FileNotFoundError(path)
        pairs = [(wrappers + _address(address, system, file), _below(base, file)) for file in files]
    pairs = [pair for pair in pairs if not _hidden(pair[1]) and not set(pair[1].split("/")) & set(NEVER_WALKED)]
    if not pairs and wild:
        raise HeadwaterError("unknown_name", "no such file or folder", where=path)
    return Listing(files=pairs, walked=not wild)


def _address(given: str, system: Any, file: str) -> str:
    """The full address of a listed file; in an archive, with the archive's own after it."""
    if "::" in given:
        scheme, _, rest = given.partition("://")
        return f"{scheme}://{file.lstrip('/')}::{rest.partition('::')[2]}"
    return system.unstrip_protocol(file)


def _below(base: str, file: str) -> str:
    return posixpath.relpath(file, base) if base and file.startswith(base) else file.lstrip("/")
