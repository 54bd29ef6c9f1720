"""Public addresses of the internet, IPv4 and IPv6.

In: the window of what is written like one. Out: whether it is one. Private, loopback, documentation and other reserved
ranges are nobody's; four small numbers are a version or a section as often as an address.
"""

from __future__ import annotations

import ipaddress
import re

from headwater.curate.clean.pii.window import Window, joins

SMALL = 31  # first numbers of versions and sections; a larger one is an address
LARGE = 99  # numbers that versions seldom have
NEAR_CHARS = 32
_VERSION = re.compile(
    r"(?:\bv|ver|version|release|rev|revision|build|section|sect|chapter|clause|table|figure|fig|rfc|since|upgrade to|"
    r"firmware|driver|kernel|linux|windows|chrome|firefox|safari|edge|opera|python|java|node|api|sdk|update|patch|"
    r"版本|版|第|节|章|条|图|表|§|ASN|OID)\s*[.:：=v]?\s*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\bips?\b|ipv4|address|host|server|ping|dns|gateway|proxy|subnet|netmask|route|resolver|client|remote|peer|from|connect|"
    r"https?://|ssh|地址|主机|服务器|网关|代理|域名|解析",
    re.IGNORECASE,
)


def is_ipv4(window: Window) -> bool:
    """Whether these four numbers are somebody's address."""
    before, after = window.before[-1:], window.after[:2]
    if joins(before) or before in (".", "-", "+", "§") or joins(after[:1]) or after[:1] == "%":
        return False
    if after[:1] in (".", "-") and joins(after[1:]):
        return False
    parts = window.text.split(".")
    numbers = [int(part) for part in parts]
    if max(numbers) > 255 or any(len(part) > 1 and part[0] == "0" for part in parts):
        return False
    network = numbers[3] == 0 and after[:1] == "/"
    if network or not _is_public(window.text) or _VERSION.search(window.before[-NEAR_CHARS:]):
        return False
    if numbers[0] > SMALL or sum(number > LARGE for number in numbers) > 1:
        return True
    return after[:1] == ":" or bool(_ADDRESS.search(window.before[-NEAR_CHARS:]))


def is_ipv6(window: Window) -> bool:
    """Whether this is somebody's address."""
    before, after = window.before[-1:], window.after[:1]
    if joins(before) or before in (":", ".") or joins(after) or after == ":":
        return False
    return _is_public(window.text)


def _is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_global and not found.is_multicast
