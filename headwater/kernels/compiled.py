"""Compiled kernels on disk: which folder they are in, and one process at a time that fills it.

In: a plain function. Out: the same function, compiled by numba on its first call (nogil) and kept for later processes.

The folder carries a key of every kernel's source and of what compiled it, since numba itself looks only at the file of
the outermost function and would serve old code when a function that it calls has changed. Where a source lies and when
it was written are in the key too: numba takes no code that was compiled from a file elsewhere or of another time.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numba.core.entrypoints
import numpy as np

APART = "HEADWATER_KERNELS_APART"  # set for a process that compiles into a folder of its own
FILLED = ".filled"
_one_thread = threading.Lock()
_warm: set[str] = set()
FRAME_SLOTS = 1 << 16  # of 8 bytes: room for any depth of calls that numba goes to
# numba imports every package that registers with it, needed or not: a third of a second for awkward, which gigatoken
# brings. Kernels know no types but numpy's; a program that uses such a package's has imported it before.
if "awkward" not in sys.modules:
    numba.core.entrypoints._already_initialized = True


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator: `function` compiled on its first call, without the interpreter's lock."""
    folder = cache_folder()
    settings: Any = numba.config
    previous, settings.CACHE_DIR = settings.CACHE_DIR, folder
    try:
        bare: Any = {"no_cfunc_wrapper": True}  # nothing calls a kernel from C, and a wrapper holds a copy of its code
        return numba.njit(nogil=True, cache=bool(folder), **bare)(function)
    finally:
        settings.CACHE_DIR = previous


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for what only kernels call: compiled into each of them, not kept on disk, not callable from Python.

    It compiles faster without what the interpreter would need, and two processes may compile it at once.
    """
    bare: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(nogil=True, **bare)(function)


@cache
def cache_folder() -> str:
    """Where compiled kernels are kept; empty where no such folder can be written."""
    if apart := os.environ.get(APART):
        return apart
    root = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "headwater"
    key = hashlib.sha256(f"{sys.version} numba {numba.__version__} numpy {np.__version__}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        key.update(f"{path} {path.stat().st_mtime_ns}\0".encode() + path.read_bytes())
    folder = root / f"kernels-{key.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # nobody else's: what lies there is run
    except OSError:
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


def is_filled(name: str) -> bool:
    """Whether `fill` was done under this name, or there is no folder to fill."""
    folder = cache_folder()
    return not folder or (Path(folder) / f"{name}{FILLED}").exists()


def fill(name: str, compile_apart: Callable[[Callable[[str], dict[str, str]]], None]) -> None:
    """Let several processes compile at once, each into a folder of its own, and join what they made.

    `compile_apart(environment)` starts them and waits; `environment(part)` is what a process needs to be one of them.
    """
    folder = Path(cache_folder())
    with _one_process(), tempfile.TemporaryDirectory(prefix="filling-", dir=folder) as apart:
        if is_filled(name):  # by the process that had the lock before
            return

        def environment(part: str) -> dict[str, str]:
            (Path(apart) / part).mkdir()
            return {**os.environ, APART: str(Path(apart) / part)}

        compile_apart(environment)
        for part in sorted(Path(apart).iterdir()):
            _join(part, folder)
        (folder / f"{name}{FILLED}").touch()


def _join(part: Path, folder: Path) -> None:
    """Move a process's kernels to where all look: a function's index goes with its code, or not at all."""
    for index in sorted(part.rglob("*.nbi")):
        target = folder / index.relative_to(part)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for code in index.parent.glob(f"{glob.escape(index.stem)}.*.nbc"):
            os.replace(code, target.parent / code.name)
        os.replace(index, target)


def warm(name: str, call: Callable[[], Any]) -> None:
    """Once a process: `call()`, which runs the kernels of `name` on a little input, while no other process compiles.

    Two processes that fill one cache at once can crash (numba/numba#10128).
    """
    if name in _warm:
        return
    with _one_thread:
        if name not in _warm:
            with _one_process():
                with_room(call)
            _warm.add(name)


def with_room(call: Callable[[], Any]) -> Any:
    """`call()`, all of whose Python frames lie in one block of memory.

    CPython keeps frames in blocks of 16 KiB and gives a block back when the first frame in it ends. A loop that calls
    at the edge of one asks the kernel for memory at every turn, and numba, which calls deep, spent a fifth of its time
    on that. A frame that says it needs more than a block gets a block of twice its size; unused, it costs nothing.
    """
    return call()


with_room.__code__ = with_room.__code__.replace(co_stacksize=FRAME_SLOTS)


@contextlib.contextmanager
def _one_process() -> Iterator[None]:
    folder = cache_folder()
    if not folder:
        yield
        return
    with open(Path(folder) / "lock", "ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # given up when the file is closed, also by a kill
        yield


def frozen(array: np.ndarray, dtype: Any) -> np.ndarray:
    """A contiguous read-only view (a copy only where it must be): one type, so one compilation of a kernel."""
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
