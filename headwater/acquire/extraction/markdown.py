"""The main part of a page as Markdown: headings, lists, tables, code blocks and quotations.

In: a tree (lxml) of HTML's own tags, or of those that trafilatura makes of a page's main part (head, p, list, item,
table, row, cell, code, quote, lb). Out: text. Nothing is escaped and emphasis is left out, so that words stand as
the page has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MAX_TABLE_CELLS = 20_000
MAX_CELL_CHARS = 1000  # a longer cell that outweighs all others is a page laid out by a table
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_LANGUAGE = re.compile(r"\b(?:lang(?:uage)?|highlight-source|brush:)[-: ]?\s*([A-Za-z0-9+#.-]{1,20})")
_FENCE = re.compile(r"`{3,}")
_TAGS = {
    **{f"h{level}": "head" for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "dl", "menu"), "list"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    "tr": "row",
    "td": "cell",
    "th": "cell",
    "blockquote": "quote",
    "pre": "code",
    "br": "lb",
    "p": "p",
    **dict.fromkeys(("tt", "kbd", "samp"), "code"),
}
_BLOCKS = {
    *("p", "head", "list", "table", "quote", "code", "item", "row", "cell", "fw", "body", "div", "section", "article"),
    *("main", "header", "figure", "figcaption", "center", "details", "summary", "address", "tbody", "thead", "caption"),
}
_LEFT_OUT = {"", "graphic", "media", "del", "script", "style"}


def markdown(body: Any) -> str:
    """The text of a tree, blocks parted by empty lines."""
    return "\n\n".join(markdown_blocks(body))


def markdown_blocks(body: Any) -> list[str]:
    """The blocks of a tree in order, none of them empty."""
    return [block for block in _blocks(body) if block.strip()]


def _tag(element: Any) -> str:
    """An element's tag as one of trafilatura's; "" for a comment."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return _TAGS.get(tag, tag)


def _blocks(element: Any) -> Iterator[str]:
    """The blocks below an element in order; text that stands between them is a paragraph of its own."""
    pending: list[str] = [element.text or ""]
    for child in element:
        tag = _tag(child)
        if tag in _LEFT_OUT:
            pending.append(child.tail or "")
        elif tag in _BLOCKS and not _is_inline_code(child):
            yield _paragraph("".join(pending))
            yield from _block(child)
            pending = [child.tail or ""]
        else:
            pending.append(_inline(child) + (child.tail or ""))
    yield _paragraph("".join(pending))


def _block(element: Any) -> Iterator[str]:
    tag = _tag(element)
    if tag == "head":
        level = re.search(r"[1-6]", element.get("rend") or element.tag)
        text = _paragraph(_inside(element)).replace("\n", " ")
        yield f"{'#' * int(level.group() if level else 2)} {text}" if text else ""
    elif tag == "list":
        yield _list(element)
    elif tag == "table":
        yield from _table(element)
    elif tag == "code":
        yield _fenced(element)
    elif tag == "quote":
        inner = "\n\n".join(block for block in _blocks(element) if block.strip())
        yield "\n".join(f"> {line}".rstrip() for line in inner.split("\n")) if inner else ""
    else:
        yield from _blocks(element)


def _paragraph(text: str) -> str:
    """White space as a browser shows it; a line break of the page stays one."""
    return "\n".join(filter(None, (_SPACE.sub(" ", line).strip() for line in text.split("\x1e"))))


def _inline(element: Any) -> str:
    if _tag(element) == "lb":
        return "\x1e"
    if _tag(element) == "code":
        text = _SPACE.sub(" ", "".join(element.itertext())).strip()
        return f"`{text}`" if text and "`" not in text else text
    return _inside(element)


def _inside(element: Any) -> str:
    """The text of an element with everything in it taken as running text."""
    parts = [element.text or ""]
    for child in element:
        if _tag(child) not in _LEFT_OUT:
            raised = child.tag == "sup" and "".join(parts)[-1:].isdigit() and (child.text or "").strip("+-−").isdigit()
            parts.append("^" * raised + _inline(child))  # 10 to the 6th is not 106
        parts.append(child.tail or "")
    return "".join(parts)


def _list(element: Any) -> str:
    lines: list[str] = []
    number = 0
    for item in element:
        kind = (item.get("rend") or item.tag)[:2] if isinstance(item.tag, str) else ""
        if not kind:
            continue
        number += 1
        ordered = "ol" in (element.get("rend"), element.tag)
        mark = {"dt": "", "dd": ": "}.get(kind, f"{number}. " if ordered else "- ")
        blocks = [block for block in (_block(item) if _tag(item) == "list" else _blocks(item)) if block.strip()]
        inner = "\n".join(blocks).split("\n")
        if inner != [""]:
            lines.append(mark + inner[0])
            lines += [" " * len(mark) + line if line else line for line in inner[1:]]
    return "\n".join(lines)


def _table(element: Any) -> Iterator[str]:
    """Rows of a table of data; what lies in a table of one column only to be laid out is plain blocks."""
    rows = [[cell for cell in row if _tag(cell) == "cell"] for row in _rows(element)]
    rows = [row for row in rows if any("".join(cell.itertext()).strip() for cell in row)]
    width = max(map(len, rows), default=0)
    if width < 2 or sum(map(len, rows)) > MAX_TABLE_CELLS or _is_layout(rows):
        for row in rows:
            for cell in row:
                yield from _blocks(cell)
        return
    lines = []
    for number, row in enumerate(rows):
        cells = [" ".join(_paragraph(_inside(cell)).split("\n")).replace("|", "\\|") for cell in row]
        lines.append("| " + " | ".join(cells + [""] * (width - len(cells))) + " |")
        if number == 0:
            lines.append("|" + "---|" * width)
    yield "\n".join(lines)


def _rows(element: Any) -> Iterator[Any]:
    """The rows of a table itself, not those of tables inside it."""
    for child in element:
        if _tag(child) == "row":
            yield child
        elif _tag(child) in ("tbody", "thead", "tfoot"):
            yield from (row for row in child if _tag(row) == "row")


def _is_layout(rows: list[list[Any]]) -> bool:
    """Whether a table only lays blocks out: cells with blocks in them, or few that hold most of the text."""
    cells = [cell for row in rows for cell in row]
    if any(
        _tag(part) in _BLOCKS and _tag(part) not in ("p", "div") for cell in cells for part in cell.iterdescendants()
    ):
        return True
    lengths = sorted(len("".join(cell.itertext())) for cell in cells)
    return lengths[-1] > MAX_CELL_CHARS and lengths[-1] > 0.5 * sum(lengths)


def _is_inline_code(element: Any) -> bool:
    """Code that stands in a line of text: one line, beside words."""
    if _tag(element) != "code" or element.tag == "pre":
        return False
    text = "".join(element.itertext()).strip("\n")
    parent = element.getparent()
    beside = (element.tail or "").strip() or (parent.text or "").strip() or len(parent) > 1
    return "\n" not in text and (
        _tag(parent) not in ("body", "code", "div") or (_tag(parent) == "div" and bool(beside))
    )


def _fenced(element: Any) -> str:
    """A code block with its indentation, fenced by more backticks than it holds."""
    text = "\n".join(line.rstrip() for line in _verbatim(element).split("\n")).strip("\n")
    if not text.strip():
        return ""
    named = " ".join(part.get("class") or "" for part in element.iter("code", "pre"))
    language = _LANGUAGE.search(named)
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language.group(1).lower() if language else ''}\n{text}\n{fence}"


def _verbatim(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append("\n" if _tag(child) == "lb" else _verbatim(child))
        parts.append(child.tail or "")
    return "".join(parts)
