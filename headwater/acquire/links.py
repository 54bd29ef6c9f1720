"""Links of a page, and what it says of itself, in its markup and in the headers it came with.

In: the bytes of a page, its canonical URL and its character set; or the headers of a response. Out: canonical URLs
in document order, each once; what is asked of robots and of miners; the address the page calls its own; its feeds;
its licence as a tag of licenses.py.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html.entities import html5

from headwater.acquire import canonical, licenses
from headwater.acquire.directives import directives_in
from headwater.acquire.markup import Scan, scan

MAX_HEADERS = 100
MAX_HEADER_BYTES = 8192
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}+;?|#[xX][0-9a-fA-F]{1,6}+;?|([A-Za-z][A-Za-z0-9]{0,31}+(?:;|(?!=))))")
_NOT_OVER_ASCII = re.compile(r"utf[-_]?(?:16|32)|iso-?2022|hz", re.IGNORECASE)
_LINK_HEADER = re.compile(r"""<([^<>]*+)>((?:\s*+;\s*+[^\s=;,<>"]++(?:\s*+=\s*+(?:"[^"]*+"|[^\s;,"<>]*+))?+)*+)""")
_RELATION = re.compile(r""";\s*+rel\s*+=\s*+(?:"([^"]*+)"|([^\s;,"]++))""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class PageLinks:
    """`links` and `feeds` are empty where the page says nofollow; `noindex`: the page asks not to be kept.

    `tdm_reserved`: text and data mining is reserved (TDMRep); `tdm_released`: the page says that it is not, which by
    the protocol counts for more than what a header says.
    """

    links: list[str]
    noindex: bool
    nofollow: bool
    canonical: str | None
    feeds: tuple[str, ...]
    license: str
    tdm_reserved: bool
    tdm_released: bool = False


@dataclass(frozen=True, kw_only=True)
class HeaderSays:
    """As PageLinks; `canonical` is as the header has it, perhaps relative."""

    noindex: bool
    nofollow: bool
    canonical: str | None
    license: str
    tdm_reserved: bool
    tdm_released: bool = False


def page_links(data: bytes, url: str, charset: str = "utf-8") -> PageLinks:
    """Canonical http and https links of a page, and what it says of itself."""
    data, charset = _over_ascii(data, charset)
    found = scan(data)
    page = _Page(url, charset, found.base)
    follow = "nofollow" not in found.directives
    own = page.targets(found.canonicals)
    links = page.targets(found.links)
    if found.frames:  # those of other hosts are advertisements and players
        host = canonical.host_of(url)
        frames = [target for target in page.targets(found.frames) if canonical.host_of(target) == host]
        links = list(dict.fromkeys(links + frames))
    return PageLinks(
        links=links if follow else [],
        noindex="noindex" in found.directives,
        nofollow=not follow,
        canonical=own[0] if len(own) == 1 else None,  # a page that names two names none
        feeds=tuple(page.targets(found.feeds)) if follow else (),
        license=_license(found, page),
        tdm_reserved=b"1" in found.tdm_values,
        tdm_released=b"0" in found.tdm_values and b"1" not in found.tdm_values,
    )


def header_says(headers: tuple[tuple[bytes, bytes], ...], now_s: float | None = None) -> HeaderSays:
    """What the headers of a response say of its page."""
    directives: set[str] = set()
    links: dict[str, str] = {}
    tdm_values: set[str] = set()
    for name, value in headers[:MAX_HEADERS]:
        name, text = name.lower(), value[:MAX_HEADER_BYTES].decode("utf-8", "replace")
        if name == b"x-robots-tag":
            directives |= directives_in(text, now_s)
        elif name == b"tdm-reservation":
            tdm_values.add(text.strip())
        elif name == b"link":
            for target, relation in _header_links(text):
                links.setdefault(relation, target)
    return HeaderSays(
        noindex="noindex" in directives,
        nofollow="nofollow" in directives,
        canonical=links.get("canonical"),
        license=licenses.tag(links.get("license", "")),
        tdm_reserved="1" in tdm_values,
        tdm_released="0" in tdm_values and "1" not in tdm_values,
    )


def _header_links(text: str) -> list[tuple[str, str]]:
    """The targets in a Link header, one for each relation. Source: RFC 8288."""
    found: list[tuple[str, str]] = []
    for match in _LINK_HEADER.finditer(text):
        relation = _RELATION.search(match.group(2))
        if relation:
            names = (relation.group(1) or relation.group(2) or "").lower().split()
            found += [(match.group(1).strip(), name) for name in names]
    return found


class _Page:
    """Where a page's links are resolved. `base`: the target of its base element, as written."""

    def __init__(self, url: str, charset: str, base: bytes | None) -> None:
        self._charset = charset
        self._url, self._folder = url, canonical.folder_of(url)
        if base is not None and (target := self._target(base)):
            self._url, self._folder = target, canonical.folder_of(target)

    def targets(self, hrefs: dict[bytes, None]) -> list[str]:
        """The canonical URLs that links as written lead to, each once."""
        return list(dict.fromkeys(target for href in hrefs if (target := self._target(href))))

    def text(self, written: bytes) -> str:
        """The value of an attribute."""
        if written.isascii():
            text = written.decode("ascii")
        else:
            try:
                text = written.decode(self._charset, "replace")
            except (LookupError, ValueError):
                text = written.decode("utf-8", "replace")
        return _resolved(text) if "&" in text else text

    def _target(self, href: bytes) -> str | None:
        path, mark, query = href.partition(b"?")
        if mark and not query.isascii():  # a query is sent in the page's own character set
            href = path + mark + b"".join(b"%%%02X" % byte if byte > 127 else bytes((byte,)) for byte in query)
        text = self.text(href)
        if text.startswith("?"):  # a bare query belongs to the page, not to its folder
            text = self._url.partition("?")[0] + text
        return canonical.join(self._folder, text)


def _over_ascii(data: bytes, charset: str) -> tuple[bytes, str]:
    """A page in a character set whose bytes below 128 are always ASCII, so that tags can be found in it."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data.decode(name, "replace").encode("utf-8", "replace"), "utf-8"
    if not _NOT_OVER_ASCII.match(charset):
        return data, charset
    if charset.lower().startswith("utf") and b"\x00" not in data[:1024]:
        return data, "utf-8"  # whatever it says: it was readable enough to say so
    try:
        return data.decode(charset, "replace").encode("utf-8", "replace"), "utf-8"
    except (LookupError, ValueError):
        return data, "utf-8"


def _license(found: Scan, page: _Page) -> str:
    """The licence of a page: its head comes first, then its metadata, then a licence link that stands alone."""
    for value in found.rights:
        text = page.text(value)
        if tag := licenses.tag(text) or licenses.tag((page.targets({value: None}) or [""])[0] if "/" in text else ""):
            return tag
    if found.json_ld_license:
        return found.json_ld_license
    tags = {tag for target in page.targets(found.license_anchors) if (tag := licenses.tag(target))}
    return tags.pop() if len(tags) == 1 else ""


def _resolved(text: str) -> str:
    """Character references as HTML has them in attributes: `&lang=zh` and `&region` are none, `&amp` is one."""
    return _REFERENCE.sub(_one_resolved, text)


def _one_resolved(match: re.Match[str]) -> str:
    import html

    if match.group(1) is None:
        return html.unescape(match.group(0))
    return html5.get(match.group(1), match.group(0))
