"""Notebooks (.ipynb): prose as Markdown, code in fences, outputs left out.

In: an InputFile. Out: its row; `lang` is `code` where most of it is code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from headwater.document import lenient_json, markdown, streams
from headwater.document.rows import InputFile, whole_file
from headwater.document.schema import Row

Cell = tuple[str, str]  # kind, source


def rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    data = streams.whole(item.location, problems)
    if data is None:
        return
    try:
        value = lenient_json.loads(data)
    except ValueError:
        problems["input.invalid_json"] += 1
        return
    cells = list(_cells(value))
    if not cells and not (isinstance(value, dict) and isinstance(value.get("cells"), list)):
        problems["input.not_a_notebook"] += 1
        return
    language = _language(value)
    texts = [source if kind == "markdown" else _fenced(source, language) for kind, source in cells]
    code = sum(len(source) for kind, source in cells if kind == "code")
    is_code = code > sum(len(source) for kind, source in cells if kind == "markdown")
    text = "\n\n".join(texts)
    fields = {"lang": "code"} if is_code else {}
    meta = {"programming_language": language if code else ""}
    prose = "\n\n".join(source for kind, source in cells if kind == "markdown")
    yield from whole_file(
        item, f"{text}\n" if text else "", problems, title=markdown.heading(prose), meta=meta, **fields
    )


def _cells(value: Any) -> Iterator[Cell]:
    """The cells that are prose or code, of notebook formats 3 and 4."""
    if not isinstance(value, dict):
        return
    found = value.get("cells")
    if not isinstance(found, list):
        sheets = value.get("worksheets")
        sheet = sheets[0] if isinstance(sheets, list) and sheets else {}
        found = sheet.get("cells") if isinstance(sheet, dict) else None
    for cell in found if isinstance(found, list) else []:
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("markdown", "code", "heading"):
            continue
        source = cell.get("source", cell.get("input", ""))
        text = "".join(line for line in source if isinstance(line, str)) if isinstance(source, list) else source
        if isinstance(text, str) and text.strip():
            yield ("code" if cell["cell_type"] == "code" else "markdown"), text.strip("\n")


def _language(value: dict[str, Any]) -> str:
    metadata = value.get("metadata")
    for name in ("language_info", "kernelspec"):
        info = metadata.get(name) if isinstance(metadata, dict) else None
        found = (
            (info.get("name") if name == "language_info" else info.get("language")) if isinstance(info, dict) else ""
        )
        if isinstance(found, str) and found.isprintable() and found:
            return found.lower()[:40]
    return "python"


def _fenced(source: str, language: str) -> str:
    fence = "```"
    while fence in source:
        fence += "`"
    return f"{fence}{language}\n{source}\n{fence}"
