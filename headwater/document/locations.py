"""Places to files: folders walked, globs expanded, here or on any service fsspec knows.

In: a path, folder, glob or fsspec address. Out: the addresses of its files, each with its name below that place,
sorted. Hidden files and installed packages are left out of a walk; links to folders are not followed. A folder that a
glob names is walked.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from headwater.document import formats, remote
from headwater.errors import HeadwaterError

NEVER_WALKED = ("node_modules", "bower_components", "__pycache__", "site-packages", "venv")
_WILD = re.compile(r"[*?\[]")
_WRAPPERS = re.compile(r"((?:[a-z0-9]+::)+)(?=[a-z0-9+]+://)")
Pair = tuple[str, str]  # address, name below the place given


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`walked`: those of the files that lie in a folder that was named: what of them is a document is ours to say."""

    files: list[Pair] = field(default_factory=list)
    walked: list[Pair] = field(default_factory=list)


def listing(path: str) -> Listing:
    """The files of a place. Raises HeadwaterError unknown_name when there are none by that name."""
    if path.startswith("file://"):
        path = path.removeprefix("file://")
    return _remote(path) if remote.is_remote(path) else _local(path)


def _local(name: str) -> Listing:
    path = Path(name)
    if path.is_dir():
        walked = sorted((str(file), file.relative_to(path).as_posix()) for file in _walk(path))
        return Listing(files=walked, walked=walked)
    if path.exists():
        return Listing(files=[(name, path.name)])
    root = _before_wildcard(path)
    pattern = str(path.relative_to(root))
    found = [(file, file.relative_to(root).as_posix()) for file in root.glob(pattern)] if _WILD.search(pattern) else []
    matches = sorted((str(file), below) for file, below in found if not _hidden(below) or _hidden(pattern))
    files = [pair for pair in matches if Path(pair[0]).is_file()]
    folders = _outermost([pair for pair in matches if Path(pair[0]).is_dir()])
    if not files and not folders:
        raise HeadwaterError("unknown_name", "no such file or folder", where=name)
    inside = {(str(file), file.relative_to(root).as_posix()) for folder, _ in folders for file in _walk(Path(folder))}
    return Listing(files=sorted(inside | set(files)), walked=sorted(inside - set(files)))


def _outermost(folders: list[Pair]) -> list[Pair]:
    """The folders that a walk goes into, without those inside another of them: `**` names every one."""
    wanted = [pair for pair in folders if not set(pair[1].split("/")) & set(NEVER_WALKED)]
    names = {name for _, name in wanted}
    return [pair for pair in wanted if not any(str(parent) in names for parent in PurePosixPath(pair[1]).parents)]


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
            matches = [(name, info["type"]) for name, info in sorted(system.glob(root, detail=True).items())]
            files = [name for name, kind in matches if kind == "file"]
            folders = _outermost([(name, _below(base, name)) for name, kind in matches if kind == "directory"])
            inside = {file for folder, _ in folders for file in system.find(folder)} - set(files)
        elif system.isdir(root):
            base, files, inside = root, [], set(system.find(root))
        elif system.exists(root):
            return Listing(files=[(path, formats.plain_name(path))])
        else:
            raise FileNotFoundError(path)
        named, walked = (
            [(wrappers + _address(address, system, file), _below(base, file)) for file in group]
            for group in (files, sorted(inside))
        )
    named, walked = _shown(named), _shown(walked)
    if not named and not walked and wild:
        raise HeadwaterError("unknown_name", "no such file or folder", where=path)
    return Listing(files=sorted(named + walked), walked=walked)


def _shown(pairs: list[Pair]) -> list[Pair]:
    """Files of a service without what a walk here leaves out."""
    return [pair for pair in pairs if not _hidden(pair[1]) and not set(pair[1].split("/")) & set(NEVER_WALKED)]


def _address(given: str, system: Any, file: str) -> str:
    """The full address of a listed file; in an archive, with the archive's own after it."""
    if "::" in given:
        scheme, _, rest = given.partition("://")
        return f"{scheme}://{file.lstrip('/')}::{rest.partition('::')[2]}"
    return system.unstrip_protocol(file)


def _below(base: str, file: str) -> str:
    return posixpath.relpath(file, base) if base and file.startswith(base) else file.lstrip("/")
