"""Where runs and shared stage outputs live, and who may write there.

`store/STAGE-digest8/` holds finished stages, shared by every run; `runs/NAME/` holds a run and a
link a stage into the store. A file lock, released by the system when a process dies, keeps two
processes off the same folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headwater import storage
from headwater.errors import HeadwaterError

PARTIAL = ".partial-"
LOCK = ".lock-"


@dataclass(frozen=True)
class Workspace:
    root: Path

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def store_lock(self) -> Path:
        """Runs hold it together; `headwater clean` holds it alone."""
        return self.store / ".lock"

    def run_folder(self, name: str) -> Path:
        return self.runs / name

    def entry(self, stage: str, digest: str) -> Path:
        """The store folder of a stage's output: the stage's name without its number, and 8 digits."""
        return self.store / f"{stage.split('.')[0]}-{digest[:8]}"

    def partial(self, stage: str, digest: str) -> Path:
        return self.store / f"{PARTIAL}{stage.split('.')[0]}-{digest[:8]}"


@contextlib.contextmanager
def locked(path: Path, busy: str, wait: bool = False, shared: bool = False) -> Iterator[None]:
    """Hold a lock on `path`, a file or a folder, for the block: an exclusive one, or one shared with `shared` holders.

    With `wait` it waits for the other holder; without, raises HeadwaterError in_use with `busy`.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    storage.make_folder(path.parent)
    with storage.disk_errors(path):
        fd = os.open(path, os.O_RDONLY) if path.is_dir() else os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(fd, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            where = str(path if path.is_dir() else path.parent)
            raise HeadwaterError("in_use", busy, where=where, mend="wait for it, or end that process") from error
        yield
    finally:
        os.close(fd)


def used_entries(workspace: Workspace) -> set[Path]:
    """Store folders that some run links to."""
    links = (path for path in workspace.runs.glob("*/*") if path.is_symlink())
    return {path.resolve() for path in links}


def unused_entries(workspace: Workspace) -> list[Path]:
    """Finished store entries that no run names, and work folders of runs that were given up.

    Certain only while the caller holds the store lock alone: a run at work links an entry when it is done.
    """
    used = used_entries(workspace)
    return [
        path
        for path in sorted(workspace.store.glob("*"))
        if path.is_dir() and path.resolve() not in used and (path.name.startswith(PARTIAL) or path.name[0] != ".")
    ]


def size_bytes(path: Path) -> int:
    """The bytes of the files below a folder."""
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file() and not p.is_symlink())


def remove(path: Path) -> int:
    """Remove one store entry; the bytes it held. A rename first, so that a half-removed entry is never read."""
    size = size_bytes(path)
    doomed = path.parent / f"{storage.TEMPORARY_PREFIX}removed-{path.name}"
    with storage.disk_errors(path):
        os.replace(path, doomed)
        shutil.rmtree(doomed)
    return size
