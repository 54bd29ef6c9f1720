"""Host names resolved once, checked, and connected to by the address that was checked.

In: a host. Out: its addresses, each found global, or PrivateAddress. One bad address among several refuses
the host. The connector asks here too, so that the name is never looked up between the check and the
connection; every redirect is a request of its own and passes the same way.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

from headwater.acquire.addresses import PrivateAddress, literal, verdict

CACHE_S = 300.0
CACHE_FAILURE_S = 30.0
MAX_CACHED_HOSTS = 10_000


class CheckedResolver(AbstractResolver):
    """Resolves a host once, keeps the answer for CACHE_S, and refuses hosts with any address that is not global."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._known: dict[str, tuple[float, list[tuple[str, int]] | Callable[[], OSError]]] = {}
        self._asking: dict[str, asyncio.Task[list[tuple[str, int]]]] = {}

    async def admit(self, host: str) -> None:
        """Resolve and check a host before anything is asked of it.

        Raises PrivateAddress, or another OSError when the name does not resolve.
        """
        address = literal(host)
        if address is None:
            await self._addresses(host)
        elif not self._allow_private and (kind := verdict(address)):
            raise PrivateAddress(host, kind)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=address, port=port, family=found_family, proto=0, flags=flags)
            for address, found_family in await self._addresses(host)
        ]

    async def _addresses(self, host: str) -> list[tuple[str, int]]:
        known = self._known.get(host)
        if known and known[0] > time.monotonic():
            if callable(known[1]):
                raise known[1]()
            return known[1]
        if host not in self._asking:
            self._asking[host] = asyncio.create_task(self._look_up(host))
        return await asyncio.shield(self._asking[host])

    async def _look_up(self, host: str) -> list[tuple[str, int]]:
        keep_s = CACHE_S
        failure: Callable[[], OSError] | None = None
        found: list[tuple[str, int]] = []
        try:
            infos = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys((str(info[4][0]), int(info[0])) for info in infos))
            self._check(host, found)
        except PrivateAddress as error:
            failure = partial(PrivateAddress, host, error.verdict)
        except (OSError, UnicodeError) as error:
            keep_s, failure = CACHE_FAILURE_S, partial(OSError, f"{host}: {error}")
        finally:
            del self._asking[host]
        if len(self._known) >= MAX_CACHED_HOSTS:
            self._known.clear()
        self._known[host] = (time.monotonic() + keep_s, failure or found)
        if failure:
            raise failure()
        return found

    def _check(self, host: str, found: list[tuple[str, int]]) -> None:
        if not found:
            raise OSError(f"{host}: no address")
        if not self._allow_private:
            for address, _ in found:
                if kind := verdict(ipaddress.ip_address(address.partition("%")[0])):
                    raise PrivateAddress(host, kind)

    async def close(self) -> None:
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
