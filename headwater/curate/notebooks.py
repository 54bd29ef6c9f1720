"""Notebooks that came as raw JSON: the code of their cells, without outputs and pictures.

In: the text of an .ipynb file. Out: a script: code cells as they stand, prose cells as comments, each cell under a
`# %%` line, as editors and Jupytext write it. Files that are read as notebooks never come here (`document/notebook.py`
makes Markdown of them); this is for corpora that hold them as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

HEAD_CHARS = 4096


def is_raw(text: str) -> bool:
    """Whether a text is a notebook's JSON, by what stands near its ends."""
    head, tail = text[:HEAD_CHARS].lstrip(), text[-HEAD_CHARS:]
    if not head.startswith("{"):
        return False
    return '"nbformat"' in head + tail and ('"cells"' in head + tail or '"cell_type"' in head + tail)


def source_of(text: str | bytes) -> str:
    """The script of a notebook; empty where the JSON is none."""
    import orjson

    try:
        value = orjson.loads(text)
    except ValueError:
        return ""
    parts = []
    for kind, source in _cells(value):
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
