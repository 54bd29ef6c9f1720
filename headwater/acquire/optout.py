"""The list of those who do not want to be crawled: hosts and URL prefixes never to be asked for.

In: text files with one entry a line: `example.com` (that host), `*.example.com` (it and every host under it), or
a URL prefix such as `https://example.com/private/`, which holds for http and https alike. `#` begins a comment.
Out: whether a canonical URL is on the list; a look-up takes as long for a million entries as for ten.
"""

from __future__ import annotations

import re
from pathlib import Path

from headwater.acquire import canonical
from headwater.errors import HeadwaterError

MAX_LINE_LENGTH = 4096
_PLAIN_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)+")
_HOST = re.compile(r"(?:\*\.)?[^\s*?#@,;<>/\\]+")
_COMMENT = re.compile(r"(?:^|\s)#.*")


class OptOut:
    """Hosts, domains with all their hosts, and URL prefixes without their scheme, by host."""

    def __init__(self) -> None:
        self._hosts: set[str] = set()
        self._domains: set[str] = set()
        self._prefixes: set[str] = set()
        self._lengths: dict[str, list[int]] = {}  # of the prefixes of a host, shortest first

    def __len__(self) -> int:
        return len(self._hosts) + len(self._domains) + len(self._prefixes)

    @classmethod
    def load(cls, *paths: str | Path) -> OptOut:
        """The entries of all files together. Raises HeadwaterError that names the line where one is no entry."""
        found = cls()
        for path in paths:
            try:
                with open(path, encoding="utf-8-sig") as lines:
                    for number, line in enumerate(lines, 1):
                        found._add(line, f"{path}:{number}")
            except UnicodeDecodeError as error:
                raise HeadwaterError(
                    "unreadable_input", f"not UTF-8 text: {error.reason}", where=str(path), mend="save it as UTF-8"
                ) from error
            except OSError as error:
                raise HeadwaterError(
                    "unknown_name",
                    f"cannot read the opt-out list: {error.strerror}",
                    where=str(path),
                    mend="name a text file with one host or URL prefix a line",
                ) from error
        for lengths in found._lengths.values():
            lengths.sort()
        return found

    def matches(self, url: str) -> bool:
        """Whether a canonical URL is on the list."""
        netloc = canonical.netloc_of(url)
        host = canonical.host_of(url)
        if host in self._hosts or netloc in self._hosts:
            return True
        if self._domains and self._in_domain(host):
            return True
        bare = url.partition("://")[2]
        return any(bare[:length] in self._prefixes for length in self._lengths.get(netloc, ()) if length <= len(bare))

    def _in_domain(self, host: str) -> bool:
        while host:
            if host in self._domains:
                return True
            host = host.partition(".")[2]
        return False

    def _add(self, line: str, where: str) -> None:
        entry = line.strip()
        if _PLAIN_HOST.fullmatch(entry):
            self._add_host(entry)
            return
        entry = _COMMENT.sub("", entry).strip()
        if not entry:
            return
        if len(entry) > MAX_LINE_LENGTH:
            raise _not_an_entry(entry, where)
        lower = entry.lower()
        if _PLAIN_HOST.fullmatch(lower):
            self._add_host(lower)
        elif "/" not in entry:
            self._add_host(self._spelled(entry, where))
        else:
            url = canonical.canonical(entry if "://" in entry else f"https://{entry}")
            if url is None or "*" in canonical.netloc_of(url):
                raise _not_an_entry(entry, where)
            self._add_prefix(url, entry)

    def _add_host(self, host: str) -> None:
        if host.startswith("*."):
            self._domains.add(host[2:])
        else:
            self._hosts.add(host)

    def _add_prefix(self, url: str, entry: str) -> None:
        netloc, prefix = canonical.netloc_of(url), url.partition("://")[2]
        if prefix == f"{netloc}/":  # a site's root stands for the whole site
            self._hosts.add(netloc)
            return
        self._prefixes.add(prefix)
        lengths = self._lengths.setdefault(netloc, [])
        if len(prefix) not in lengths:
            lengths.append(len(prefix))

    def _spelled(self, entry: str, where: str) -> str:
        """A host as canonical URLs spell it: in ASCII, with its port where it has an unusual one."""
        star = "*." if entry.startswith("*.") else ""
        url = canonical.canonical(f"https://{entry.removeprefix(star)}/") if _HOST.fullmatch(entry) else None
        if url is None:
            raise _not_an_entry(entry, where)
        return star + canonical.netloc_of(url).removesuffix(":80")


def _not_an_entry(entry: str, where: str) -> HeadwaterError:
    return HeadwaterError(
        "unreadable_input",
        f"{entry[:80]!r} is neither a host nor a URL prefix",
        where=where,
        mend="write `example.com`, `*.example.com` or `https://example.com/folder/`; a comment begins with #",
    )
