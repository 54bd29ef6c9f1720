"""Lists of hosts and patterns for the rules on addresses, and the spellings of a host.

In: files of hosts as people keep them; addresses. Out: hashes for the kernel; both spellings of an international host.
A line of a list is a host (`example.com`, also `.example.com`, `*.example.com`, `||example.com^`), an address of which
the host counts, or a line of a hosts file (`0.0.0.0 example.com`). A host stands for itself and all names below it.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from headwater.curate import lists
from headwater.errors import HeadwaterError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MAX_HOST_CHARS = 253
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)*(\[[^\]]*\]|[^/?#:\\]*)", re.IGNORECASE)
# Public offices and universities; a path of an encyclopaedia, of its own name or by its host in the list.
_PUBLIC = (
    r"(?i)^https?://(?:[^/?#@]*@)?(?:[^/?#:@]*\.)?"
    r"(?:gov|edu|mil|int|(?:gov|edu|ac|gob|gouv|mil)\.[a-z]{2}|go\.(?:jp|kr|th|id|ke|tz|ug))\.?(?:[:/?#]|$)"
)
_WORK = (
    r"(?i)^https?://(?:[^/?#@]*@)?(?:[^/?#:@]*/(?:wiki|baike|w/index\.php)/"
    r"|(?:[^/?#:@]*\.)?(?:wiki|baike|encyclopedia|dictionary|(?:{hosts}))(?:\.[^/?#:@]*)?(?:[:/?#]|$))"
)
_PLAIN = re.compile(r"[a-z0-9_.-]+")


@lru_cache(maxsize=4)
def hosts(ours: bool, paths: tuple[str, ...]) -> np.ndarray:
    """Sorted hashes of the blocked hosts: of our list where asked for, and of the files."""
    from headwater.kernels import endings
    from headwater.kernels.arrow import text_array, text_buffers

    found = [host for section in lists.sections("url_domains.txt").values() for host in section] if ours else []
    for path in paths:
        for line in lists.own(path, "curate.url.block_domains"):
            host = host_of_line(line)
            if not host:
                raise HeadwaterError(
                    "data",
                    f"{line[:80]!r} in {path} is no host",
                    where="curate.url.block_domains",
                    mend="write one host a line, such as example.com",
                )
            found.append(host)
    return endings.hashes(*text_buffers(text_array(found)), hosts=True)


def of_reference(urls: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(rows whose hosts are public offices or universities, rows whose paths are titles of a work of reference)."""
    import pyarrow.compute as pc

    named = "|".join(re.escape(host) for host in lists.sections("url_words.txt")["reference"])
    patterns = (_PUBLIC, _WORK.format(hosts=named))
    public, work = (pc.match_substring_regex(urls, pattern).to_numpy(zero_copy_only=False) for pattern in patterns)
    return public, work


def host_of_line(line: str) -> str:
    """The host that a line of a list names, in ASCII and small letters; empty where it names none."""
    line = line.split(" #")[0].strip()
    entry = line.split()[-1] if line else ""
    matched = _HOST.match(entry)
    host = matched.group(1) if matched else entry.removeprefix("||").removesuffix("^").split("/")[0]
    return ascii_host(host.removeprefix("*").strip("."))


@lru_cache(maxsize=1 << 14)
def ascii_host(host: str) -> str:
    """A host in small ASCII letters (IDNA); empty where it can be none."""
    host = unquote(host).lower()
    if len(host) > MAX_HOST_CHARS:
        return ""
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError:
            return ""
    return host if _PLAIN.fullmatch(host) else ""


@lru_cache(maxsize=1 << 14)
def unicode_host(host: str) -> str:
    """A host as people read it; itself where its ASCII form cannot be read."""
    if "xn--" not in host or len(host) > MAX_HOST_CHARS:
        return host
    import idna

    try:
        return idna.decode(host, uts46=True)
    except idna.IDNAError:
        return host


def both_spellings(url: str) -> tuple[str, str]:
    """An address with its host in ASCII, and with its host as people read it."""
    matched = _HOST.match(url)
    if not matched:
        return url, url
    host = matched.group(1)
    readable = unicode_host(unquote(host).lower())
    head, tail = url[: matched.start(1)], url[matched.end(1) :]
    return head + (ascii_host(readable) or host) + tail, head + readable + tail


def is_public_number(url: str) -> bool:
    """Whether the host of an address is a public IP address, also written as one number or with fewer than four."""
    matched = _HOST.match(url)
    host = unquote(matched.group(1)).strip(".[]").lower() if matched else ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        value = _number_of(host)
    return value is not None and ipaddress.IPv4Address(value).is_global


def _number_of(host: str) -> int | None:
    """An IPv4 address as resolvers read it: parts in decimal, octal or hexadecimal, the last filling what is left."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or any(len(part) > 12 for part in parts):
        return None
    try:
        numbers = [
            int(part, 16 if part[:2] == "0x" else 8 if part[:1] == "0" and part != "0" else 10) for part in parts
        ]
    except ValueError:
        return None
    value = 0
    for number in numbers[:-1]:
        if number > 255:
            return None
        value = value * 256 + number
    room = 256 ** (5 - len(parts))
    return value * room + numbers[-1] if numbers[-1] < room else None


def pattern_problem(pattern: str) -> str:
    """What is wrong with a regular expression; empty where it is one that RE2 reads."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        return f"{pattern!r} is no regular expression that RE2 reads: {str(error).splitlines()[0][:120]}"
    return ""
