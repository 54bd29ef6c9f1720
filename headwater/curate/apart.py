"""What a command writes, kept apart from what it reads and from what is a person's.

In: the folders that a command writes, with the names of what it makes in each; the inputs that a person named. Out:
the files among them to be read, so that the same command again reads what it read before; or one clear refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from headwater import storage
from headwater.curate.dedup import index
from headwater.document import InputFile, folders, remote
from headwater.errors import HeadwaterError

INDEX_NAMES = (index.NAME, "segments", "lock")  # what an index holds; `lock` and `segments` come first


@dataclass(frozen=True, kw_only=True)
class Written:
    """A folder that a command writes, and the names in it that are its own."""

    folder: Path
    names: tuple[str, ...]


def check_inputs(inputs: list[str], written: tuple[Written, ...]) -> None:
    """No input is written over. Raises HeadwaterError arguments."""
    for name in inputs:
        for own in written:
            below = _below(name, own.folder.resolve())
            told = ""
            if below is not None and not below.parts:
                told = "is the output folder itself"
            elif below is not None and below.parts[0] in own.names:
                told = f"lies in {own.folder / below.parts[0]}, which is replaced"
            if told:
                raise HeadwaterError("arguments", told, where=name, mend="name another folder for the results")


def _below(name: str, root: Path) -> Path | None:
    """The way from a folder to what a name (a path or a glob) points at, where that lies in it."""
    name = name.removeprefix("file://")
    path = Path(name).resolve()
    return path.relative_to(root) if not remote.is_remote(name) and path.is_relative_to(root) else None


def left(
    items: list[InputFile], names: list[str], written: tuple[Written, ...], say: Callable[[str], None]
) -> list[InputFile]:
    """The files that do not lie in a folder that is written.

    Read are those that a name points at in there (a person's own files), unless they are what the command makes.
    """
    resolved = cache(lambda folder: folder.resolve())
    for own in written:
        root = own.folder.resolve()
        inside = [name for name in names if _below(name, root) is not None]
        named = {item.location for item in folders.found(inside)} if inside else set()

        def is_read(item: InputFile, own: Written = own, root: Path = root, named: set[str] = named) -> bool:
            path = Path(item.location)
            if remote.is_remote(item.location) or not (path := resolved(path.parent) / path.name).is_relative_to(root):
                return True
            return item.location in named and path.relative_to(root).parts[0] not in own.names

        kept = [item for item in items if is_read(item)]
        if len(kept) < len(items):
            say(f"{own.folder}: written by this command; the {len(items) - len(kept)} files in it are not read")
        items = kept
    return items


def check_index(folder: Path) -> None:
    """An index is added to, and nothing else is. Raises HeadwaterError arguments, foreign_version or damaged_file."""
    where, another = f"--index {folder}", "name a folder for the index: an empty one, or one that is not there yet"
    if not folder.exists():
        return
    if not folder.is_dir():
        raise HeadwaterError("arguments", "is no folder", where=where, mend=another)
    if not (folder / index.NAME).is_file():
        known = (*INDEX_NAMES, storage.TEMPORARY_PREFIX)  # the last where its first writer was killed
        others = sorted(path.name for path in folder.iterdir() if not path.name.startswith(known))
        if others:
            told = f"holds {others[0]!r} and no {index.NAME}: it is not an index"
            raise HeadwaterError("arguments", told, where=where, mend=another)
        return
    index.read(folder)
