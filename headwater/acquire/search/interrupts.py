"""A run of coroutines that SIGTERM stops: inside a callback of the loop a handler's exception would be lost.

In: a coroutine. Out: its result, or the exception that the process's SIGTERM handler raises. The handlers set aside
are kept here, for signals are the process's own: a crawl inside a search takes them over while it lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
_set_aside: list[Any] = []


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end. Raises what it raises, and what the SIGTERM handler does."""

    async def relayed() -> T:
        with _relayed():
            return await main

    return asyncio.run(relayed())


@contextlib.contextmanager
def _relayed() -> Iterator[None]:
    previous, task = signal.getsignal(signal.SIGTERM), asyncio.current_task()
    if not callable(previous) or task is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    raised: list[BaseException] = []

    def relay() -> None:
        try:
            previous(signal.SIGTERM, None)
        except BaseException as error:
            raised.append(error)
            task.cancel()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, relay)
    _set_aside.append(previous)
    try:
        yield
    except asyncio.CancelledError:
        if raised:
            raise raised[0] from None
        raise
    finally:
        _set_aside.pop()
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, previous)


@contextlib.contextmanager
def handed_over() -> Iterator[None]:
    """Put the process's own handler back for a block that relays it by itself, as a crawl does."""
    if not _set_aside or threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, _set_aside[-1])
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, ours)
