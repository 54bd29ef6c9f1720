"""Public addresses of the internet, IPv4 and IPv6.

In: the window of what is written like one. Out: whether it is one. Private, loopback, documentation and other reserved
ranges are nobody's; four small numbers are a version or a section as often as an address.
"""

from __future__ import annotations

import ipaddress
import re

from headwater.curate.clean.pii.window import Window

SMALL = 31  # numbers of a section or a version
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
_LINE_START = re.compile(r"(?:^|\n)[ \t#*>|()\[\]-]*$")


def is_ipv4(window: Window) -> bool:
    """Whether these four numbers are somebody's address."""
    before, after = window.before[-1:], window.after[:2]
    if before.isalnum() or before in ("_", ".", "-", "+", "§") or after[:1].isalnum() or after[:1] in ("_", "%"):
        return False
    if after[:1] in (".", "-") and after[1:].isalnum():
        return False
    numbers = [int(part) for part in window.text.split(".")]
    if max(numbers) > 255 or any(len(part) > 1 and part[0] == "0" for part in window.text.split(".")):
        return False
    if not _is_public(window.text) or _VERSION.search(window.before[-NEAR_CHARS:]):
        return False
    if max(numbers) > SMALL or (len(set(numbers)) == 1 and numbers[0] > 1):
        return not (_LINE_START.search(window.before) and max(numbers) <= SMALL and window.after[:1] in (" ", "\t"))
    return bool(_ADDRESS.search(window.before[-NEAR_CHARS:])) or after[:1] == ":"


def is_ipv6(window: Window) -> bool:
    """Whether this is somebody's address."""
    before, after = window.before[-1:], window.after[:1]
    if before.isalnum() or before in ("_", ":", ".") or after.isalnum() or after in ("_", ":"):
        return False
    return _is_public(window.text)


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
