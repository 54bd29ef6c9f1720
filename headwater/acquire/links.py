"""Links of an HTML page, found without building a tree.

In: the bytes of a page, its canonical URL and its character set. Out: canonical URLs in document order, each
once, and what the page asks of robots. One pass over the bytes, each looked at a bounded number of times,
so that no page is slow; comments, scripts and text areas are passed over as a browser would.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from headwater.acquire import canonical

MAX_LINKS = 10_000
MAX_LINK_BYTES = 4096
ROBOT_NAMES = (b"robots", b"headwater")
_TAG = re.compile(rb"<(?:(!--)|(script|style|textarea|title|xmp|noembed)[\s>/]|(a|area|base|meta)[\s/])", re.IGNORECASE)
_ENDS = {
    name: re.compile(rb"</" + name + rb"[\s>/]", re.IGNORECASE)
    for name in (b"script", b"style", b"textarea", b"title", b"xmp", b"noembed")
}
_TAG_BODY = re.compile(rb"""(?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+""")
_ATTRIBUTE = re.compile(rb"""([^\s=>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]++)))?""")


@dataclass(frozen=True, kw_only=True)
class PageLinks:
    """`links` is empty where the page says nofollow; `noindex`: the page asks not to be kept."""

    links: list[str]
    noindex: bool


def page_links(data: bytes, url: str, charset: str = "utf-8") -> PageLinks:
    """Canonical http and https links of a page; at most MAX_LINKS."""
    hrefs, base, directives = _scan(data)
    if directives & {"nofollow", "none"}:
        return PageLinks(links=[], noindex=bool(directives & {"noindex", "none"}))
    folder = canonical.folder_of(url)
    if base is not None and (target := canonical.join(folder, _text(base, charset))):
        folder = canonical.folder_of(target)
    found: dict[str, None] = {}
    for href in hrefs:
        text = _text(href, charset)
        if text.startswith("?"):  # a bare query belongs to the page, not to its folder
            text = (url if base is None else folder).partition("?")[0] + text
        if link := canonical.join(folder, text):
            found[link] = None
    return PageLinks(links=list(found), noindex="noindex" in directives)


def _scan(data: bytes) -> tuple[list[bytes], bytes | None, set[str]]:
    """Link targets as written, the first base, and the robots directives of a page's meta tags."""
    hrefs: dict[bytes, None] = {}
    base: bytes | None = None
    directives: set[str] = set()
    position = 0
    while (match := _TAG.search(data, position)) and len(hrefs) < MAX_LINKS:
        position = match.end()
        if match.group(1):
            end = data.find(b"-->", position - 2)
            position = len(data) if end < 0 else end + 3
        elif match.group(2):
            if match.group(0)[-1:] == b"/":  # such as <script/>: still open by the rules of HTML
                position -= 1
            closing = _ENDS[match.group(2).lower()].search(data, position)
            position = len(data) if closing is None else closing.start() + 2
        else:
            body = _TAG_BODY.match(data, position)
            position = body.end() if body else position
            name, written = match.group(3).lower(), body.group(0) if body else b""
            if name == b"meta":
                directives |= _robots_directives(written)
            elif b"href" in written.lower():
                href = _href(written)
                if href is None:
                    continue
                if name != b"base":
                    hrefs[href] = None
                elif base is None:
                    base = href
    return list(hrefs), base, directives


def _attributes(written: bytes) -> dict[bytes, bytes]:
    """Attributes by lower-case name; the first of a name counts."""
    found: dict[bytes, bytes] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written):
        found.setdefault(name.lower(), double or single or bare)
    return found


def _href(written: bytes) -> bytes | None:
    attributes = _attributes(written)
    href = attributes.get(b"href", b"").strip()
    if not href or href.startswith(b"#") or len(href) > MAX_LINK_BYTES:
        return None
    if b"nofollow" in attributes.get(b"rel", b"").lower():
        return None
    return None if href[:11].lower().startswith((b"javascript:", b"mailto:", b"data:", b"tel:")) else href


def _robots_directives(written: bytes) -> set[str]:
    attributes = _attributes(written)
    if attributes.get(b"name", b"").strip().lower() not in ROBOT_NAMES:
        return set()
    return directives_in(attributes.get(b"content", b"").decode("ascii", "replace"))


def directives_in(text: str) -> set[str]:
    """`noindex`, `nofollow` and such in a robots meta tag or an X-Robots-Tag header meant for all robots or for us."""
    found: set[str] = set()
    meant = True
    for part in text.lower().split(","):
        agent, colon, rest = part.strip().partition(":")
        if colon and agent not in ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"):
            meant, part = agent.encode() in ROBOT_NAMES or agent == "*", rest
        if meant:
            found.add(part.strip())
    return found


def _text(href: bytes, charset: str) -> str:
    if href.isascii():
        text = href.decode("ascii")
    else:
        try:
            text = href.decode(charset, "replace")
        except (LookupError, ValueError):
            text = href.decode("utf-8", "replace")
    return html.unescape(text) if "&" in text else text
