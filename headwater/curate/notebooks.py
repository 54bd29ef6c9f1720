"""Notebooks that came as raw JSON: the code of their cells, without outputs and pictures.

In: the text of an .ipynb file. Out: a script: code cells as they stand, prose cells as comments, each cell under a
`# %%` line, as editors and Jupytext write it; the prose alone where no cell is code. Files that are read as notebooks
never come here (`document/notebook.py` makes Markdown of them); this is for corpora that hold them as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from headwater.document import lenient_json

HEAD_CHARS = 4096
MARKS = (b'"nbformat"', b'"cell_type"')  # one of them stands near an end of every notebook
BOM_AND_SPACE = "\ufeff \t\r\n"
_FIRST_CELL = re.compile(r'\{\s*"cells"\s*:\s*\[\s*\{')
_OF_CELLS = ('"source"', '"input"', '"outputs"', '"execution_count"')  # those of code may stand behind pictures


def is_raw(text: str) -> bool:
    """Whether a text is a notebook's JSON, by what stands near its ends; its end may be cut off."""
    head, tail = text[:HEAD_CHARS].lstrip(BOM_AND_SPACE), text[-HEAD_CHARS:]
    if not head.startswith("{"):
        return False
    if '"nbformat"' in head + tail and ('"cells"' in head + tail or '"cell_type"' in head + tail):
        return True
    is_cell = '"cell_type"' in head and any(field in head for field in _OF_CELLS)
    return is_cell and _FIRST_CELL.match(head) is not None


def source_of(text: str | bytes) -> str:
    """The script of a notebook, or its prose where none of it is code; empty where the JSON is none."""
    try:
        value = lenient_json.loads(text.encode("utf-8", "replace") if isinstance(text, str) else text)
    except ValueError:
        return ""
    cells = list(_cells(value))
    if not any(kind == "code" for kind, _ in cells):
        return "".join(f"{source}\n\n" for _, source in cells).removesuffix("\n")
    parts = []
    for kind, source in cells:
        if kind == "code":
            parts.append(f"# %%\n{source}\n")
        else:
            commented = "\n".join(f"# {line}".rstrip() for line in source.splitlines())
            parts.append(f"# %% [markdown]\n{commented}\n")
    return "\n".join(parts)


def _cells(value: Any) -> Iterator[tuple[str, str]]:
    """(cell type, source) of the cells that hold something, of notebook formats 3 and 4."""
    if not isinstance(value, dict):
        return
    sheets = value.get("worksheets")
    sheet = sheets[0] if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict) else value
    cells = sheet.get("cells")
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "heading"):
            continue
        source = cell.get("source", cell.get("input"))
        if isinstance(source, list):
            source = "".join(line for line in source if isinstance(line, str))
        if isinstance(source, str) and source.strip():
            yield cell["cell_type"], source.strip("\n")
