"""Books (.epub): the chapters in reading order, headings, lists and code as Markdown.

In: an InputFile. Out: its row; title, author, date, language and rights by the package's own metadata.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

from headwater.document import encoding, zipped
from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.document.zipped import BadPart, first_text, local_name

MAX_CHAPTERS = 5_000
MAX_CHARS = 32 << 20
_TAG = re.compile(r"<(/?)(h[1-6]|p|ul|ol|li|pre|br)\b[^>]*>|(\n[ \t]*)|([^<\n]+|<)")
_LANG = re.compile(r"([a-z]{2,3})([-_]|$)", re.IGNORECASE)


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    text, about, read = "", None, False
    with zipped.counted(problems), zipped.opened(item) as archive:
        container = zipped.tree(archive, "META-INF/container.xml")
        root = next((e.get("full-path", "") for e in container.iter() if local_name(e) == "rootfile"), "")
        about = zipped.tree(archive, root)
        text = "\n\n".join(_chapters(archive, about, posixpath.dirname(root), problems))
        read = True
    if not read or about is None:
        return
    meta = {"author": first_text(about, "creator"), "date": first_text(about, "date")[:10]}
    meta["rights"] = first_text(about, "rights")[:300]
    lang = _LANG.match(first_text(about, "language"))
    given = {"lang": lang.group(1).lower()} if lang and len(lang.group(1)) == 2 else {}
    yield from whole_file(item, text, problems, title=first_text(about, "title"), meta=meta, **given)


def _chapters(
    archive: zipfile.ZipFile, package: ElementTree.Element, folder: str, problems: Counter[str]
) -> Iterator[str]:
    places = {e.get("id", ""): e.get("href", "") for e in package.iter() if local_name(e) == "item"}
    order = [e.get("idref", "") for e in package.iter() if local_name(e) == "itemref" and e.get("linear") != "no"]
    left = MAX_CHARS
    for name in order[:MAX_CHAPTERS]:
        place = posixpath.normpath(posixpath.join(folder, unquote(places.get(name, ""))))
        try:
            data = zipped.part(archive, place)
        except BadPart:
            problems["input.damaged_chapter"] += 1
            continue
        found = encoding.text_of(data, Counter())
        chapter = markdown_of(found[0])[:left] if found else ""
        left -= len(chapter)
        if chapter:
            yield chapter


def markdown_of(page: str) -> str:
    """All the text of a page, its headings, lists and code marked."""
    from resiliparse.extract.html2text import extract_plain_text

    reduced = extract_plain_text(page, preserve_formatting="minimal_html", main_content=False)
    return _marked(reduced)


def _marked(reduced: str) -> str:
    """Markdown of the few tags that are left; they are well nested, for a parser wrote them."""
    out: list[str] = []
    depth, in_code = 0, False
    for match in _TAG.finditer(reduced.replace("<br>\n", "<br>")):
        closing, tag, space, text = match.groups()
        if text is not None:
            out.append(html.unescape(text))
        elif space is not None:
            out.append(space if in_code else "\n" if depth == 0 else " ")
        elif tag == "pre":
            out.append("\n```\n" if closing else "\n\n```\n")
            in_code = not closing
        elif tag in ("ul", "ol"):
            depth = max(0, depth - 1) if closing else depth + 1
            out.append("\n" if depth == (0 if closing else 1) else "")
        elif tag == "li" and not closing:
            out.append(f"\n{'  ' * min(depth - 1, 8)}- ")
        elif tag == "br":
            out.append("\n")
        elif tag[0] == "h" and not closing:
            out.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag != "li":
            out.append("\n\n" if depth == 0 else "")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(out))).strip()
