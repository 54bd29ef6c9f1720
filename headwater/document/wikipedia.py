"""Wikipedia's XML dumps (pages-articles): an article a document.

In: an InputFile, of any size. Out: rows with the title, id and language the dump says and the address on its site.
The stream is cut at its `<page>` marks, which never stand inside text, and each page is parsed alone: damage costs
one page, and memory holds one page.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from headwater.document import streams
from headwater.document.rows import InputFile
from headwater.document.schema import Row, text_digest
from headwater.document.wikitext import Wiki, plain_text

MAX_PAGE_BYTES = 32 << 20
MAX_HEAD_BYTES = 1 << 20
FREE_PROJECTS = ("wikipedia", "wiktionary", "wikibooks", "wikivoyage", "wikiversity", "wikiquote")
FREE_LICENSE = "CC-BY-SA-4.0"  # of all text of these projects: foundation.wikimedia.org, Terms of Use, 7
_OPEN, _CLOSE = b"<page>", b"</page>"
_LANG = re.compile(r"<mediawiki\b[^>]{0,2000}?xml:lang=\"([A-Za-z-]{2,20})\"")
_NAMESPACE = re.compile(r"<namespace key=\"(-?\d+)\"[^>]{0,200}>([^<]{1,200})<")
_REDIRECT = re.compile(r"\s*#(redirect|重定向|リダイレクト|weiterleitung|redirection)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the head of a dump says of its wiki."""

    name: str
    base: str
    lang: str
    wiki: Wiki


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    site: Site | None = None
    for piece in _pieces(item.location, problems):
        if site is None:
            if b"<mediawiki" not in piece:
                if piece:
                    problems["input.not_a_wiki_dump"] += 1
                return
            site = _site(piece.decode("utf-8", "replace"))
            continue
        row = _page_row(piece, site, item, problems)
        if row is not None:
            yield row


def _pieces(location: str, problems: Counter[str]) -> Iterator[bytes]:
    """What stands before the first page, then each page with its tags."""
    held = bytearray()
    in_page = False
    skipping = headed = False
    for chunk in streams.chunks(location, problems):
        at = 0
        held += chunk
        while True:
            mark = _CLOSE if in_page else _OPEN
            end = held.find(mark, at)
            if end < 0:
                break
            if in_page:
                if not skipping:
                    yield bytes(held[at : end + len(_CLOSE)])
                in_page, skipping, at = False, False, end + len(_CLOSE)
            else:
                if not headed:
                    yield bytes(held[:end])
                headed, in_page, at = True, True, end
        del held[:at]
        if in_page and len(held) > MAX_PAGE_BYTES:
            if not skipping:
                problems["input.too_long"] += 1
            skipping = True
            del held[: -len(_CLOSE)]
        elif not in_page and len(held) > MAX_HEAD_BYTES:
            if not headed:
                break
            del held[: -len(_OPEN)]
    if not headed:
        yield bytes(held[:MAX_HEAD_BYTES])
    elif in_page and not skipping:
        problems["input.truncated"] += 1


def _site(head: str) -> Site:
    def element(name: str) -> str:
        found = re.search(rf"<{name}>([^<]{{1,500}})<", head)
        return html.unescape(found.group(1)).strip() if found else ""

    lang = _LANG.search(head)
    name = element("dbname")
    code = (lang.group(1) if lang else name.removesuffix("wiki")).lower()
    names = {int(key): html.unescape(text).lower() for key, text in _NAMESPACE.findall(head)}
    return Site(
        name=name or urlsplit(element("base")).hostname or "wiki",
        base=element("base"),
        lang=code[:2] if re.match(r"[a-z]{2}(-|$)", code) else code,
        wiki=Wiki(lang=code, namespaces=names),
    )


def _page_row(data: bytes, site: Site, item: InputFile, problems: Counter[str]) -> Row | None:
    """The document of one page, or None with the reason counted."""
    page = _parsed(data)
    if page is None:
        problems["input.damaged_page"] += 1
        return None
    if page["ns"] not in ("", "0"):
        problems["wikipedia.not_an_article"] += 1
        return None
    if page["redirect"] or _REDIRECT.match(page["text"]):
        problems["wikipedia.redirect"] += 1
        return None
    text = plain_text(page["text"], site.wiki) if page["model"] in ("", "wikitext") else ""
    if not text:
        problems["input.no_text"] += 1
        return None
    host = (urlsplit(site.base).hostname or "").split(".")
    is_free = len(host) > 2 and host[-2] in FREE_PROJECTS
    return {
        "id": page["id"],
        "text": text,
        "url": _address(site.base, page["title"]),
        "title": page["title"],
        "source": site.name,
        "license": item.license or (FREE_LICENSE if is_free else ""),
        "lang": site.lang,
        "fetched_at": "",
        "digest": text_digest(text),
        "meta": {key: value for key, value in (("page_id", page["id"]), ("date", page["timestamp"])) if value},
    }


def _parsed(data: bytes) -> dict[str, str] | None:
    """The fields of a page, its last revision's where it has several; None where it is no XML."""
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError):
        return None
    revisions = root.findall("revision")
    last = revisions[-1] if revisions else ElementTree.Element("revision")
    fields = {name: root.findtext(name) or "" for name in ("title", "ns", "id")}
    fields |= {name: last.findtext(name) or "" for name in ("timestamp", "model", "text")}
    fields["redirect"] = "yes" if root.find("redirect") is not None else ""
    return {name: value if name == "text" else value.strip() for name, value in fields.items()}


def _address(base: str, title: str) -> str:
    """The address of a page on its wiki: the main page's, with another title."""
    path = quote(title.replace(" ", "_"), safe="/:,()!*'@;~$")
    return f"{base.rpartition('/')[0]}/{path}" if "://" in base else f"file:{path}"
