"""Addresses as keys: two spellings of one page's address are one key.

In: addresses as documents give them. Out: their canonical spelling. Left out are the scheme (http and https serve the
same page), `www.`, a default port, a user name, the fragment of a crawled page, tracking parameters, and the slash at
the end; host and percent escapes are spelled in one way. A corpus of files may tell its documents apart by fragment,
so that of what was not crawled stays.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

MAX_CHARS = 4096  # a longer address is no key
TRACKING = re.compile(
    r"(?:utm_[a-z_]+|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|igshid|mc_[ce]id|_openstat)(?:=|$)", re.IGNORECASE
)
_PORTS = {"http": 80, "https": 443}
_SAFE = "!$&'()*+,;=:@/?[]~%"


def canonical(url: str, crawled: bool) -> str:
    """The canonical spelling without its scheme; empty where this is no web address."""
    if len(url) > MAX_CHARS:
        return ""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _PORTS or not host:
        return ""
    host = host.removeprefix("www.")
    if not host.isascii():
        host = _ascii_host(host)
    place = f":{port}" if port and port != _PORTS[parts.scheme.lower()] else ""
    query = "&".join(part for part in parts.query.split("&") if part and not TRACKING.match(part))
    path = _spelled(parts.path).rstrip("/")
    fragment = "" if crawled or not parts.fragment else f"#{_spelled(parts.fragment)}"
    return host + place + path + (f"?{_spelled(query)}" if query else "") + fragment


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _spelled(part: str) -> str:
    """Escapes in capitals and only where needed; one of a sign that has a meaning of its own stays."""
    if "%" not in part and part.isascii() and not re.search(r"[\s\"<>\\^`{|}]", part):
        return part
    kept = re.sub(r"%(?=(?:2[0-9A-Fa-f]|3[A-Fa-f]|40|5[BDbd])(?![^%]))", "%25", part)
    kept = re.sub(r"%(2[0-9A-Fa-f]|3[A-Fa-f]|40|5[BDbd])", lambda match: f"%25{match.group(1).upper()}", part)
    return quote(unquote(kept, errors="surrogateescape"), safe=_SAFE, errors="surrogateescape")
