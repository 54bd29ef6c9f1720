"""What is put right in a page's tree before anyone looks for its main part.

In: the tree (lxml) of a page. Out: the same tree, in which formulas stand as TeX between backslashed brackets, and
the numbers beside the lines of a listing are gone.
"""

from __future__ import annotations

import re
from typing import Any

MAX_TEX_CHARS = 5_000
_TEX_IMAGES = ("latex", "tex", "mwe-math-fallback-image-inline", "mwe-math-fallback-image-display")
_LINE_NUMBERS = re.compile(r"(?:^|[\s_-])(?:linenos?|line-?numbers?|gutter|blob-num|lineno(?:div)?)(?=$|[\s_-])", re.I)
_HINTS = ("<math", "math/tex", "mwe-math", "latex", '"tex', "lineno", "line-num", "linenum", "gutter", "blob-num")


def prepare(tree: Any, page: str) -> None:
    """Put formulas and listings right, where the page has any."""
    lower = page.lower()
    if not any(hint in lower for hint in _HINTS):
        return
    for element in list(tree.iter("math", "script", "img", "td", "pre", "span", "div", "a")):
        if element.getparent() is None:
            continue
        if element.tag in ("math", "script", "img"):
            if tex := _tex(element):
                _replace(element, tex)
        elif (
            _LINE_NUMBERS.search(element.get("class") or "") and "".join("".join(element.itertext()).split()).isdigit()
        ):
            _replace(element, "")


def _tex(element: Any) -> str:
    """The TeX of a formula, delimited; "" where the element is none, or shows its formula itself."""
    if element.tag == "script":
        kind = (element.get("type") or "").lower()
        source = element.text if kind.startswith("math/tex") else ""
        display = "mode=display" in kind
    elif element.tag == "img":
        named = set((element.get("class") or "").lower().split())
        source, display = (element.get("alt") if named & set(_TEX_IMAGES) else ""), False
    else:
        notes = [note.text for note in element.iter("annotation") if "tex" in (note.get("encoding") or "").lower()]
        source, display = (notes[0] if notes else element.get("alttext")), element.get("display") == "block"
    source = " ".join((source or "").split())[:MAX_TEX_CHARS]
    return (f"\\[{source}\\]" if display else f"\\({source}\\)") if source else ""


def _replace(element: Any, text: str) -> None:
    """Put text in an element's place; what follows it stays."""
    parent, before = element.getparent(), element.getprevious()
    text += element.tail or ""
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    parent.remove(element)


def _is_numbers(element: Any) -> bool:
    return "".join("".join(element.itertext()).split()).isdigit()
