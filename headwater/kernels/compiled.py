"""Compiled kernels on disk: which folder they are in, and one process at a time that fills it.

In: a plain function. Out: the same function, compiled by numba on its first call (nogil) and kept for later processes.

The folder carries a key of every kernel's source and of what compiled it, since numba itself looks only at the file of
the outermost function and would serve old code when a function that it calls has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

_one_thread = threading.Lock()
_warm: set[str] = set()


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator: `function` compiled on its first call, without the interpreter's lock."""
    folder = cache_folder()
    settings: Any = numba.config
    previous, settings.CACHE_DIR = settings.CACHE_DIR, folder
    try:
        return numba.njit(nogil=True, cache=bool(folder))(function)
    finally:
        settings.CACHE_DIR = previous


@cache
def cache_folder() -> str:
    """Where compiled kernels are kept; empty where no such folder can be written."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "headwater"
    key = hashlib.sha256(f"{sys.version} numba {numba.__version__} numpy {np.__version__}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        key.update(path.name.encode() + b"\0" + path.read_bytes())
    folder = root / f"kernels-{key.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # nobody else's: what lies there is run
    except OSError:
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


def warm(name: str, call: Callable[[], Any]) -> None:
    """Once a process: `call()`, which runs the kernels of `name` on a little input, while no other process compiles.

    Two processes that fill one cache at once can crash (numba/numba#10128).
    """
    if name in _warm:
        return
    with _one_thread:
        if name not in _warm:
            with _one_process():
                call()
            _warm.add(name)


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
