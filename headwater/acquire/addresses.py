"""Which addresses may be connected to, so that no page can aim the crawler inward.

In: an address, or a host that spells one out in whatever form. Out: None, or the name of the kind of place
it leads to.
"""

from __future__ import annotations

import ipaddress
import re

METADATA = frozenset(
    ipaddress.ip_address(a)
    for a in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
# Prefixes that carry an IPv4 address: (network, bit offset of the address from the right, verdict).
CARRIERS = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0, "v4_mapped"),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0, "v4_translated"),
    (ipaddress.IPv6Network("::/96"), 0, "v4_compatible"),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0, "nat64"),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0, "nat64"),
    (ipaddress.IPv6Network("2002::/16"), 80, "6to4"),
    (ipaddress.IPv6Network("2001::/32"), 0, "teredo"),
)
REFUSED_V6 = (
    (ipaddress.IPv6Network("fec0::/10"), "site_local"),
    (ipaddress.IPv6Network("100::/64"), "discard"),
    (ipaddress.IPv6Network("2001:db8::/32"), "documentation"),
    (ipaddress.IPv6Network("3fff::/20"), "documentation"),
    (ipaddress.IPv6Network("5f00::/16"), "segment_routing"),
)
SHARED = ipaddress.IPv4Network("100.64.0.0/10")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddress(OSError):
    """A host that leads inward; `verdict` names the kind of address."""

    def __init__(self, host: str, verdict: str) -> None:
        super().__init__(f"{host} is not a public address ({verdict})")
        self.host, self.verdict = host, verdict


def verdict(address: IPAddress) -> str | None:
    """None when the address is global, else the kind of place it leads to."""
    if address in METADATA:
        return "metadata"
    if isinstance(address, ipaddress.IPv6Address):
        for network, shift, name in CARRIERS:
            if address in network and int(address) > 1:
                return _carried(int(address) >> shift & 0xFFFFFFFF, name)
        for network, name in REFUSED_V6:
            if address in network:
                return name
    elif address in SHARED:
        return "shared"
    for name in ("is_unspecified", "is_loopback", "is_link_local", "is_multicast", "is_private", "is_reserved"):
        if getattr(address, name):
            return name[3:]
    return None if address.is_global else "not_global"


def _carried(v4: int, name: str) -> str:
    """An IPv6 address that carries an IPv4 one is refused whatever it carries: no public site needs it."""
    inner = verdict(ipaddress.IPv4Address(v4))
    return f"{name}_{inner}" if inner else name


def literal(host: str) -> IPAddress | None:
    """The address a host spells out, in any form that a resolver or browser accepts; None for a name.

    Decimal, octal and hexadecimal numbers, one to four of them, are read as inet_aton does.
    """
    host = host.strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return _numeric_v4(host)


def _numeric_v4(host: str) -> ipaddress.IPv4Address | None:
    parts = host.rstrip(".").split(".")
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"0[xX][0-9a-fA-F]*|[0-9]+", part) for part in parts):
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None for number in numbers):
        return ipaddress.IPv4Address(0)  # such as 08: no address at all, refused as unspecified
    *head, tail = [number or 0 for number in numbers]
    if any(number > 255 for number in head) or tail >= 256 ** (4 - len(head)):
        return ipaddress.IPv4Address(0)
    value = tail
    for index, number in enumerate(head):
        value += number << (8 * (3 - index))
    return ipaddress.IPv4Address(value)


def _number(part: str) -> int | None:
    try:
        if part[:2].lower() == "0x":
            return int(part[2:] or "0", 16)
        return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)
    except ValueError:
        return None
