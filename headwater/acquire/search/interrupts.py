"""A coroutine run to its end, or to a SIGTERM: what the process's handler raises comes out of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from headwater.acquire import sigterm

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a loop of its own. Raises what it raises, and what the SIGTERM handler does."""
    raised: list[BaseException] = []

    async def relayed() -> T:
        task = asyncio.current_task()
        assert task is not None

        def stop(error: BaseException) -> None:
            raised.append(error)
            task.cancel()

        with sigterm.relayed(stop):
            return await main

    try:
        return asyncio.run(relayed())
    except asyncio.CancelledError:
        if raised:
            raise raised[0] from None
        raise
