"""Canonical URLs: one spelling an address, so that a page is asked for once and sorted the same everywhere.

In: a base URL and a link as written. Out: an absolute http or https URL in canonical spelling, or None.
The rules: scheme and host in lower case, host in its ASCII form, no default port, no user name, no
fragment, dot segments resolved, percent escapes in capitals and only where needed, no tracking parameters, and
no session ids: each visit is given another one, so that a page would have a new address on every page that links
to it. They are told by their names and by their shape together, so that an id of a page is not taken for one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 2048
TRACKING = re.compile(
    r"(?:utm_[a-z_]+|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|igshid|mc_[ce]id|_openstat)(?:=|$)"
    r"|spm=[\w-]+(?:\.[\w-]+){2,}$",
    re.IGNORECASE,
)
SESSION = re.compile(
    r"(?:phpsessid|jsessionid|aspsessionid[a-z]{8}|oscsid|zenid|xtcsid|sessionid|session_id|cftoken|cfid)=[\w.!~-]{6,}$"
    r"|(?:sid|sess|session)=[0-9a-f]{16,64}$",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid|sessionid)=[\w.!~-]{6,}", re.IGNORECASE)
_SIMPLE = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?")  # no dot segment
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|%|[^!$&'()*+,;=:@/?A-Za-z0-9._~\[\]-]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NO_HOST = re.compile(r"(?:https?:)?//+", re.IGNORECASE)  # `urljoin` takes it for the folder itself


@lru_cache(maxsize=1 << 16)
def join(folder: str, link: str) -> str | None:
    """The canonical URL of `link` on a page whose canonical URL, cut after its last slash, is `folder`."""
    if _SIMPLE.fullmatch(link) and len(folder) + len(link) <= MAX_URL_LENGTH:
        return folder + link
    try:
        cleaned = _cleaned(link)
        return None if _NO_HOST.fullmatch(cleaned) else canonical(urljoin(folder, cleaned))
    except ValueError:
        return None


def target(url: str, named: str) -> str | None:
    """The canonical spelling of an address that a header of `url` names, or None where it names none."""
    try:
        return canonical(urljoin(url, named)) if named else None
    except ValueError:  # what cannot be joined is no address
        return None


def folder_of(url: str) -> str:
    """A canonical URL up to its last slash: what relative links of the page resolve against."""
    path = url.partition("?")[0]
    return path[: path.rindex("/") + 1]


def canonical(url: str) -> str | None:
    """The canonical spelling of an absolute http or https URL, or None when it is not one."""
    try:
        parts = urlsplit(_cleaned(url))
        scheme, port = parts.scheme.lower(), parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:
        return None
    if scheme not in DEFAULT_PORTS or not host:
        return None
    netloc = host if port in (None, DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    path = _without_dots(escaped(parts.path)) or "/"
    if ";" in path:
        path = _PATH_SESSION.sub("", path)
    query = "&".join(filter(_matters, escaped(parts.query).split("&"))) if parts.query else ""
    found = f"{scheme}://{netloc}{path}" + (f"?{query}" if query else "")
    return found if len(found) <= MAX_URL_LENGTH else None


def _matters(parameter: str) -> bool:
    """Whether a part of a query says which page is meant."""
    return not (TRACKING.match(parameter) or SESSION.match(parameter))


def _cleaned(url: str) -> str:
    """White space round the link and line ends inside it removed; a backslash before the query is a slash."""
    url = url.strip(" \t\r\n\f\x00").replace("\t", "").replace("\r", "").replace("\n", "")
    head, mark, rest = url.partition("?")
    return head.replace("\\", "/") + mark + rest


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str:
    """A host in lower case and ASCII (IDNA); an IPv6 address keeps its brackets.

    Raises ValueError when it cannot be a host.
    """
    if ":" in host:
        import ipaddress

        return f"[{ipaddress.IPv6Address(host.partition('%')[0])}]"
    from urllib.parse import unquote

    host = unquote(host).lower()
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
    host = host[:-1] if host.endswith(".") else host
    if not host or len(host) > 253 or not re.fullmatch(r"[a-z0-9_.-]+", host) or ".." in host:
        raise ValueError(f"not a host: {host!r}")
    return host


def escaped(part: str) -> str:
    """Percent escapes in capitals; unreserved characters plain, everything else that needs it escaped as UTF-8."""

    def one(match: re.Match[str]) -> str:
        hexadecimal = match.group(1)
        if hexadecimal:
            character = chr(int(hexadecimal, 16))
            return character if character in _UNRESERVED else f"%{hexadecimal.upper()}"
        return "".join(f"%{byte:02X}" for byte in match.group(0).encode("utf-8", "replace"))

    return _ESCAPE.sub(one, part)


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path if path.startswith("/") else f"/{path}"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
            continue
        if last:
            kept.append("")
    return "/" + "/".join(kept)


def netloc_of(url: str) -> str:
    """`host` or `host:port` of a canonical URL."""
    return url.split("/", 3)[2]


def host_of(url: str) -> str:
    """The host of a canonical URL, without its port."""
    netloc = netloc_of(url)
    return netloc[: netloc.index("]") + 1] if netloc.startswith("[") else netloc.partition(":")[0]


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of a canonical URL."""
    return url[: url.index("/", 8)]
