"""Power cuts: a layer that records what reached the disk, and the states a crash may leave.

A file's bytes are sure only after its fsync, a name only after the fsync of its folder. A crash
state takes what was sure at a moment, and of everything since then a random part: names kept or
lost one by one, unsynced bytes whole, cut or gone.
"""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from headwater import storage


@dataclass
class File:
    sure: bytes | None = None  # bytes at the last fsync
    path_now: str = ""  # where to find its volatile bytes
    link: str | None = None  # a symbolic link's target


@dataclass
class Folder:
    names: dict[str, File | Folder] = field(default_factory=dict)
    sure: dict[str, File | Folder] = field(default_factory=dict)
    pending: list[tuple[str, ...] | tuple] = field(default_factory=list)


class PowerLayer(storage.Layer):
    """Records every operation below `root`; calls `crash(layer)` after each with the state as it is."""

    def __init__(self, root: Path, on_operation) -> None:
        self.root, self.tree, self.on_operation = root, Folder(), on_operation

    def _folder(self, path: Path) -> Folder:
        node = self.tree
        for part in path.relative_to(self.root).parts:
            child = node.names.get(part)
            if not isinstance(child, Folder):
                child = Folder()
                node.names[part] = child
                node.pending.append(("set", part, child))
            node = child
        return node

    def _set(self, path: Path, node: File | Folder) -> None:
        parent = self._folder(path.parent)
        parent.names[path.name] = node
        parent.pending.append(("set", path.name, node))

    def _file(self, path: Path) -> File:
        node = self._folder(path.parent).names.get(path.name)
        if not isinstance(node, File):
            node = File(path_now=str(path))
            self._set(path, node)
        return node

    def open(self, path, mode):
        handle = super().open(path, mode)
        self._file(path)
        self.on_operation(self)
        return handle

    def fsync(self, handle):
        super().fsync(handle)
        file = self._file(Path(handle.name))
        file.sure = Path(handle.name).read_bytes()
        self.on_operation(self)

    def fsync_folder(self, path):
        super().fsync_folder(path)
        folder = self._folder(path)
        folder.sure, folder.pending = dict(folder.names), []
        self.on_operation(self)

    def replace(self, source, target):
        super().replace(source, target)
        node = self._folder(source.parent).names.pop(source.name)
        if isinstance(node, File):
            node.path_now = str(target)
        parent = self._folder(target.parent)
        parent.names[target.name] = node
        if source.parent == target.parent:
            parent.pending.append(("rename", source.name, target.name, node))
        else:
            self._folder(source.parent).pending.append(("drop", source.name))
            parent.pending.append(("set", target.name, node))
        self.on_operation(self)

    def symlink(self, source, target):
        super().symlink(source, target)
        self._set(target, File(link=source, sure=b""))
        self.on_operation(self)

    def make_folder(self, path):
        super().make_folder(path)
        self._folder(path)


def crash_state(layer: PowerLayer, target: Path, rng: random.Random) -> None:
    """Write one state that a power cut now might leave into `target`."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    _write(layer.tree, target, rng)


def _write(folder: Folder, target: Path, rng: random.Random) -> None:
    names = dict(folder.sure)
    luck = rng.choice([0.0, 0.5, 0.9, 1.0])
    for operation in folder.pending:
        if rng.random() >= luck:
            continue
        if operation[0] == "set":
            names[operation[1]] = operation[2]
        elif operation[0] == "drop":
            names.pop(operation[1], None)
        else:
            names.pop(operation[1], None)
            names[operation[2]] = operation[3]
    for name, node in names.items():
        path = target / name
        if isinstance(node, Folder):
            path.mkdir(exist_ok=True)
            _write(node, path, rng)
        elif node.link is not None:
            os.symlink(node.link, path)
        else:
            path.write_bytes(_bytes(node, rng))


def _bytes(file: File, rng: random.Random) -> bytes:
    """The synced bytes, or those with an unsynced tail: written, cut or zeroes."""
    sure = file.sure or b""
    now = Path(file.path_now)
    current = now.read_bytes() if now.is_file() else sure
    if current == sure or not current.startswith(sure):
        return sure if rng.random() < 0.5 else current
    tail = current[len(sure) :]
    how = rng.randrange(4)
    return sure + (b"", tail, tail[: rng.randrange(len(tail) + 1)], b"\x00" * len(tail))[how]
