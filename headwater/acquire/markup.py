"""What the tags of an HTML page say, as written: where it links to and what it declares of itself.

In: the bytes of a page, in a character set that keeps ASCII as it is. Out: a Scan, its values still bytes. One pass,
each byte looked at a bounded number of times; comments, scripts and text areas are passed over as a browser would.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from headwater.acquire import licenses
from headwater.acquire.directives import ROBOT_NAMES, directives_in

MAX_LINKS = 50_000
MAX_LINK_BYTES = 4096
MAX_ATTRIBUTES = 1000  # of one tag
MAX_CLAIMS = 20  # of one sort
FEED_TYPES = frozenset(
    (b"application/rss+xml", b"application/atom+xml", b"application/rdf+xml", b"application/feed+json", b"text/xml",
     b"application/xml")
)  # fmt: skip
# Relations to a page of the same site that a reader may turn to.
PAGE_RELATIONS = frozenset(
    b"next prev previous first last up start home top contents toc index chapter section subsection appendix glossary "
    b"help bookmark".split()
)
RIGHTS_NAMES = frozenset(
    b"dc.rights dc.rights.license dc.license dcterms.rights dcterms.license license licence cc:license rights "
    b"copyright og:license article:license".split()
)
_TAG = re.compile(
    rb"<(?=[!abfilmnstx])(?:(!--)|(script|style|textarea|title|xmp|noembed)[\s>/]"
    rb"|(a|area|base|meta|link|i?frame)[\s/]|(body)[\s>/])",
    re.IGNORECASE,
)
_ENDS = {
    name: re.compile(rb"</" + name + rb"[\s>/]", re.IGNORECASE)
    for name in (b"script", b"style", b"textarea", b"title", b"xmp", b"noembed")
}
_COMMENT_END = re.compile(rb"--!?>")
# A quote means something only right after an equals sign: `<a title=it's href=x>` has no quoted value.
_TAG_BODY = re.compile(rb"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)*+""")
_ATTRIBUTE = re.compile(rb"""([^\s=>/]++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]++)))?""")
_HREF_ALONE = re.compile(rb"""\s*+href="([^"]*+)"\s*+""", re.IGNORECASE)
_REFRESH = re.compile(rb"""\s*+[\d.]*+\s*+[;,\s]\s*+(?:url\s*+=\s*+)?+["']?+([^"'\s][^"']*+)""", re.IGNORECASE)
_NO_LINKS = (b"javascript:", b"mailto:", b"data:", b"tel:")
_JSON_LD = b"ld+json"
_SCRIPT_TAG_BYTES = 256


@dataclass(kw_only=True)
class Scan:
    """What has been met, as written; dicts keep each once, in order. `directives` are those for robots."""

    links: dict[bytes, None] = field(default_factory=dict)
    frames: dict[bytes, None] = field(default_factory=dict)
    base: bytes | None = None
    directives: set[str] = field(default_factory=set)
    canonicals: dict[bytes, None] = field(default_factory=dict)
    feeds: dict[bytes, None] = field(default_factory=dict)
    rights: dict[bytes, None] = field(default_factory=dict)  # links to licences in the head, or words
    license_anchors: dict[bytes, None] = field(default_factory=dict)
    json_ld_license: str = ""
    tdm_values: set[bytes] = field(default_factory=set)
    in_body: bool = False


def scan(data: bytes) -> Scan:
    """Everything of interest in a page; links beyond MAX_LINKS are left out."""
    found = Scan()
    position = 0
    while match := _TAG.search(data, position):
        position = match.end()
        comment, raw, name, _ = match.groups()
        if comment:
            end = _COMMENT_END.search(data, position - 2)
            position = end.end() if end else len(data)
        elif raw:
            position = _past_raw_text(data, match, found)
        elif name:
            body = _TAG_BODY.match(data, position)
            written = body.group(0) if body else b""
            position += len(written)
            _HANDLERS[name.lower()](written, found)
        else:
            found.in_body = True
    return found


def _past_raw_text(data: bytes, match: re.Match[bytes], found: Scan) -> int:
    """Where the text of a script and its like ends, once the licence in it has been read."""
    position = match.end()
    if match.group(0)[-1:] == b"/":  # such as <script/>: still open by the rules of HTML
        position -= 1
    closing = _ENDS[match.group(2).lower()].search(data, position)
    end = len(data) if closing is None else closing.start()
    if not found.json_ld_license and _JSON_LD in data[position : min(end, position + _SCRIPT_TAG_BYTES)]:
        found.json_ld_license = licenses.in_json_ld(data[data.find(b">", position) + 1 : end])
    return end if closing is None else end + 2


def _attributes(written: bytes) -> dict[bytes, bytes]:
    """Attributes by lower-case name; the first of a name counts."""
    found: dict[bytes, bytes] = {}
    for match in islice(_ATTRIBUTE.finditer(written), MAX_ATTRIBUTES):
        name, double, single, bare = match.groups()
        found.setdefault(name.lower(), double or single or bare or b"")
    return found


def _on_anchor(written: bytes, found: Scan) -> None:
    if alone := _HREF_ALONE.fullmatch(written):
        _add_link(alone.group(1).strip(), found)
        return
    if b"href" not in written.lower():
        return
    attributes = _attributes(written)
    href = attributes.get(b"href", b"").strip()
    relations = attributes.get(b"rel", b"").lower().split()
    if b"license" in relations or attributes.get(b"itemprop", b"").lower() == b"license":
        _claim(href, found.license_anchors)
    if b"nofollow" not in relations:
        _add_link(href, found)


def _on_base(written: bytes, found: Scan) -> None:
    if found.base is None and (href := _attributes(written).get(b"href", b"").strip()[:MAX_LINK_BYTES]):
        found.base = href


def _on_frame(written: bytes, found: Scan) -> None:
    _claim(_attributes(written).get(b"src", b"").strip(), found.frames)


def _on_link(written: bytes, found: Scan) -> None:
    attributes = _attributes(written)
    href = attributes.get(b"href", b"").strip()
    relations = frozenset(attributes.get(b"rel", b"").lower().split())
    content_type = attributes.get(b"type", b"").partition(b";")[0].strip().lower()
    if b"canonical" in relations and not found.in_body:  # in the body a visitor may have written it
        _claim(href, found.canonicals)
    if b"license" in relations or attributes.get(b"itemprop", b"").lower() == b"license":
        _claim(href, found.rights)
    if b"feed" in relations or (b"alternate" in relations and content_type in FEED_TYPES):
        _claim(href, found.feeds)
    elif b"alternate" in relations and b"hreflang" in attributes and content_type in (b"", b"text/html"):
        _add_link(href, found)  # the page in another language
    elif relations & PAGE_RELATIONS and b"stylesheet" not in relations:
        _add_link(href, found)


def _on_meta(written: bytes, found: Scan) -> None:
    attributes = _attributes(written)
    content = attributes.get(b"content", b"").strip()
    name = (
        (attributes.get(b"name") or attributes.get(b"property") or attributes.get(b"itemprop") or b"").strip().lower()
    )
    if name.decode("ascii", "replace") in ROBOT_NAMES:
        found.directives |= directives_in(content.decode("ascii", "replace"))
    elif name in (b"tdm-reservation", b"tdm:reservation"):
        found.tdm_values.add(content[:2])
    elif name in RIGHTS_NAMES:
        _claim(content, found.rights)
    elif attributes.get(b"http-equiv", b"").strip().lower() == b"refresh" and (match := _REFRESH.match(content)):
        _add_link(match.group(1).strip(), found)


def _add_link(href: bytes, found: Scan) -> None:
    if not href or href.startswith(b"#") or len(href) > MAX_LINK_BYTES or len(found.links) >= MAX_LINKS:
        return
    if not href[:11].lower().startswith(_NO_LINKS):
        found.links[href] = None


def _claim(value: bytes, claims: dict[bytes, None]) -> None:
    if 0 < len(value) <= MAX_LINK_BYTES and len(claims) < MAX_CLAIMS:
        claims[value] = None


_HANDLERS: dict[bytes, Callable[[bytes, Scan], None]] = {
    b"a": _on_anchor,
    b"area": _on_anchor,
    b"base": _on_base,
    b"frame": _on_frame,
    b"iframe": _on_frame,
    b"link": _on_link,
    b"meta": _on_meta,
}
