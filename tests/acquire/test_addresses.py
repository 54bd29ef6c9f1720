"""The crawler cannot be aimed inward: forty ways to spell a private address, and what a name may resolve to."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from headwater.acquire.addresses import PrivateAddress, literal, verdict
from headwater.acquire.canonical import canonical, host_of
from headwater.acquire.resolver import CheckedResolver

INWARD = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://0x7f.1/", "http://0177.0x0.0.1/",
    "http://127.0.0.1./", "http://%31%32%37.0.0.1/", "http://１２７.０.０.１/", "http://127。0。0。1/", "http://0/",
    "http://0.0.0.0/", "http://0x0/", "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/",
    "http://192.168.1.1/", "http://3232235777/", "http://0xc0a80101/", "http://169.254.169.254/",
    "http://2852039166/", "http://0xa9fea9fe/", "http://169.254.170.2/", "http://100.100.100.200/", "http://100.64.0.1/",
    "http://192.0.0.192/", "http://198.18.0.1/", "http://192.0.2.1/", "http://224.0.0.1/", "http://255.255.255.255/",
    "http://240.0.0.1/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:0:0:0:0:80ff:fffe]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/", "http://[fec0::1]/", "http://[ff02::1]/", "http://[::ffff:0:127.0.0.1]/",
    "http://[2001:db8::1]/", "http://user@127.0.0.1/", "http://127.0.0.1:22/", "http://08.8.8.8.8/", "http://256.1/",
    "http://1.2.3.4.5/", "http://localhost/", "http://LOCALHOST./", "http://localhost:8080/",
]  # fmt: skip
OUTWARD = ["http://8.8.8.8/", "http://[2606:4700:4700::1111]/", "http://1.1.1.1/", "http://93.184.215.14/"]


def admitted(host: str, allow_private: bool = False) -> str:
    """`yes`, the verdict that refused the host, or `unresolved`."""

    async def ask() -> None:
        await CheckedResolver(allow_private).admit(host)

    try:
        asyncio.run(ask())
    except PrivateAddress as error:
        return error.verdict
    except OSError:
        return "unresolved"
    return "yes"


def test_the_list_is_long_enough() -> None:
    assert len(INWARD) >= 40


@pytest.mark.parametrize("url", INWARD)
def test_inward_is_refused(url: str) -> None:
    spelt = canonical(url)
    assert spelt is None or admitted(host_of(spelt)) != "yes"


@pytest.mark.parametrize("url", OUTWARD)
def test_outward_is_admitted(url: str) -> None:
    assert admitted(host_of(canonical(url) or "")) == "yes"


def test_private_may_be_allowed() -> None:
    assert admitted("127.0.0.1", allow_private=True) == "yes"


def test_a_private_name_may_be_allowed() -> None:
    try:
        socket.getaddrinfo("localhost", None)
    except OSError:
        pytest.skip("this machine does not know the name localhost")
    assert admitted("localhost", allow_private=True) == "yes"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("169.254.169.254", "metadata"), ("10.1.2.3", "private"), ("100.64.0.1", "shared"), ("127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "v4_mapped_private"), ("64:ff9b::a9fe:a9fe", "nat64_metadata"), ("2002:808:808::1", "6to4"),
        ("fe80::1", "link_local"), ("fec0::1", "site_local"), ("8.8.8.8", None), ("2606:4700::1", None),
    ],
)  # fmt: skip
def test_verdicts_have_names(address: str, kind: str | None) -> None:
    found = literal(address)
    assert found is not None and verdict(found) == kind


def answers(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """Make the machine's resolver give these addresses, one list a call; the names it was asked for."""
    asked: list[str] = []

    async def getaddrinfo(self: Any, host: str, port: Any, **_: Any) -> list[Any]:
        addresses = rounds[min(len(asked), len(rounds) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


def test_one_bad_address_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, ["93.184.215.14", "10.0.0.1"])
    assert admitted("mixed.example") == "private"


def test_a_name_that_changes_its_mind_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])

    async def twice() -> list[str]:
        resolver = CheckedResolver(False)
        await resolver.admit("rebind.example")
        return [entry["host"] for entry in await resolver.resolve("rebind.example", 80)]

    assert asyncio.run(twice()) == ["93.184.215.14"]
    assert asked == ["rebind.example"]
