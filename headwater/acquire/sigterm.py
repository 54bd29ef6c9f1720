"""SIGTERM inside an event loop: a handler that raises must reach the crawl, not be lost in a callback."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def relayed(stop: Callable[[BaseException], None]) -> Iterator[None]:
    """Call the process's own handler within the running loop, and `stop` with what it raises."""
    previous = signal.getsignal(signal.SIGTERM)
    if not callable(previous) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def relay() -> None:
        try:
            previous(signal.SIGTERM, None)
        except BaseException as error:
            stop(error)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, relay)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, previous)
