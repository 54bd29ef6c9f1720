"""Web servers on the loopback address that live as long as the demonstration.

In: a folder of pages, or nothing (Python's own documentation). Out: an address; the server ends with its block.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HOST = "127.0.0.1"
START_TIMEOUT_S = 20.0
COMMON_PORTS = range(8701, 8750)  # tried in order; the recipe names the first two


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing; connections stay open, as on a real server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every page of an open connection waits 40 ms for an acknowledgement

    def log_message(self, format: str, *args: object) -> None:
        """The crawler counts the requests already."""


@contextlib.contextmanager
def folder_server(folder: Path, port: int) -> Iterator[str]:
    """Serve the files of a folder; the address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    http.server.ThreadingHTTPServer.daemon_threads = True
    with http.server.ThreadingHTTPServer((HOST, port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{HOST}:{port}/"
        finally:
            server.shutdown()


@contextlib.contextmanager
def pydoc_server(port: int, folder: Path) -> Iterator[str]:
    """Serve the documentation of Python's standard library by its own `pydoc`; the address.

    It runs without site packages (-I -S), so that only the standard library is shown, and ends when its input
    closes: also when this process is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-m", "pydoc", "-n", HOST, "-p", str(port)],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "BROWSER": "true"},  # some modules open one when they are imported
        start_new_session=True,  # Ctrl-C is for the demonstration, which then ends this one
    )
    try:
        address = f"http://{HOST}:{port}/"
        _wait_for(address, process)
        yield address
    finally:
        process.kill()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):  # not listening yet
            opener.open(address, timeout=5).close()
            return
        time.sleep(0.1)
    raise TimeoutError(f"no server came up at {address}")


def ports(memory: Path, names: tuple[str, ...]) -> tuple[dict[str, int], bool]:
    """A port for each name, and whether all are those of the first time.

    The addresses are part of what was crawled: with the same ports a second run finds the first one's pages. A
    port that another program has taken since is replaced for this time, and remembered all the same.
    """
    try:
        known = {str(name): int(port) for name, port in json.loads(memory.read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        known = {}
    chosen = {name: known[name] for name in names if _free(known.get(name, 0))}
    for name in names:
        if name not in chosen:
            taken = {*chosen.values(), *known.values()}
            chosen[name] = next((c for c in COMMON_PORTS if c not in taken and _free(c)), 0) or _any_free()
    known = {name: port for name, port in known.items() if 1024 <= port < 65536}
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(chosen | known, indent=1) + "\n")
    return chosen, all(known.get(name, port) == port for name, port in chosen.items())


def _free(port: int) -> bool:
    if not 1024 <= port < 65536:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
