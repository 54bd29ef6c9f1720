"""Word documents (.docx): headings, lists and tables as Markdown.

In: an InputFile. Out: its row; title, author and date by the file's own properties. Deleted text, comments and
footnotes are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

from headwater.document import zipped
from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row
from headwater.document.zipped import first_text, local_name

MAX_DEPTH = 40  # of tables in tables and boxes in boxes
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading\s*([1-9])$|标题\s*([1-9])$", re.IGNORECASE)
Element = ElementTree.Element


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    text = ""
    about: dict[str, str] = {}
    read = False
    with zipped.counted(problems), zipped.opened(item) as archive:
        names = set(archive.namelist())
        levels = _levels(zipped.tree(archive, "word/styles.xml")) if "word/styles.xml" in names else {}
        body = next(iter(zipped.tree(archive, "word/document.xml")), None)
        text = "\n\n".join(_blocks(body, levels, 0)) if body is not None else ""
        if "docProps/core.xml" in names:
            core = zipped.tree(archive, "docProps/core.xml")
            about = {name: first_text(core, name) for name in ("title", "creator", "created")}
        read = True
    if read:
        meta = {"author": about.get("creator", ""), "date": about.get("created", "")[:10]}
        title = about.get("title") or next((line[2:] for line in text.split("\n") if line.startswith("# ")), "")
        yield from whole_file(item, text, problems, title=title, meta=meta)


def _levels(styles: Element) -> dict[str, int]:
    """The heading level of each style that has one, by its id."""
    levels: dict[str, int] = {}
    for style in styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        match = _HEADING.match(name.get(f"{_W}val", "") if name is not None else "")
        if match:
            levels[style.get(f"{_W}styleId", "")] = int(match.group(1) or match.group(2))
        elif name is not None and name.get(f"{_W}val", "").lower() == "title":
            levels[style.get(f"{_W}styleId", "")] = 1
    return levels


def _blocks(parent: Element, levels: dict[str, int], depth: int) -> Iterator[str]:
    """Paragraphs and tables in order; a run of list items is one block."""
    items: list[str] = []
    for child in parent if depth < MAX_DEPTH else []:
        kind = local_name(child)
        block, is_item = _paragraph(child, levels) if kind == "p" else ("", False)
        if items and not is_item:
            yield "\n".join(items)
            items = []
        if is_item:
            items.append(block)
        elif block:
            yield block
        elif kind == "tbl" and (table := _table(child)):
            yield table
        elif kind in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _blocks(child, levels, depth + 1)
    if items:
        yield "\n".join(items)


def _paragraph(paragraph: Element, levels: dict[str, int]) -> tuple[str, bool]:
    """The text of a paragraph with its Markdown mark, and whether it is an item of a list."""
    text = _text(paragraph)
    properties = paragraph.find(f"{_W}pPr")
    if not text or properties is None:
        return text, False
    style = properties.find(f"{_W}pStyle")
    level = levels.get(style.get(f"{_W}val", ""), 0) if style is not None else 0
    if level:
        return f"{'#' * min(level, 6)} {' '.join(text.split())}", False
    numbering = properties.find(f"{_W}numPr")
    if numbering is None:
        return text, False
    indent = numbering.find(f"{_W}ilvl")
    deep = indent.get(f"{_W}val", "0") if indent is not None else "0"
    return f"{'  ' * (min(int(deep), 8) if deep.isdecimal() and len(deep) < 3 else 0)}- {text}", True


def _text(element: Element) -> str:
    parts: list[str] = []
    for node in element.iter():
        kind = local_name(node)
        if kind == "t":
            parts.append(node.text or "")
        elif kind == "tab":
            parts.append("\t")
        elif kind in ("br", "cr"):
            parts.append("\n")
    return "".join(parts).strip()


def _table(table: Element) -> str:
    """A table as Markdown, its first row as its head."""
    lines = []
    for row in table.findall(f"{_W}tr"):
        cells = [" ".join(_text(cell).split()).replace("|", "\\|") for cell in row.findall(f"{_W}tc")]
        if any(cells):
            lines.append(f"| {' | '.join(cells)} |")
            if len(lines) == 1:
                lines.append(f"|{' --- |' * len(cells)}")
    return "\n".join(lines)
