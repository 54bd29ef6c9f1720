"""A page's main part with its structure, where only its words are known.

In: the tree of an HTML page and the lines that a plain-text extractor took for its main part. Out: Markdown of the
smallest element that holds nearly all of those lines, without the blocks that none of them stands in.
"""

from __future__ import annotations

import re
from typing import Any

from headwater.acquire.extraction.markdown import markdown_blocks

HOLDS_SHARE = 0.85  # of the lines' characters, the least that the element must hold
PROBE_CHARS = 48  # of a block, looked up in the lines
_SQUASH = re.compile(r"[\W_]+")
_BOILERPLATE = ("script", "style", "noscript", "template", "svg", "nav", "form", "button", "select", "iframe", "footer")
_HOLDERS = {"div", "section", "article", "main", "td", "body", "center", "blockquote"}


def outline(tree: Any, lines: str) -> str:
    """The main part as Markdown; "" where the page has no element that holds the lines. The tree is used up."""
    from lxml import etree

    wanted = squashed(lines)
    etree.strip_elements(tree, *_BOILERPLATE, with_tail=False)
    holder = _holder(tree, wanted)
    if holder is None:
        return ""
    blocks = markdown_blocks(holder)
    return "\n\n".join(block for block in blocks if _is_wanted(block, wanted))


def squashed(text: str) -> str:
    """Letters and digits alone, so that texts compare whatever their marks and white space."""
    return _SQUASH.sub("", text)


def _holder(tree: Any, wanted: str) -> Any:
    """The smallest element whose own and inner texts cover HOLDS_SHARE of what is wanted."""
    held: dict[Any, int] = {}
    total = 0
    for element in tree.iter():
        own = squashed(" ".join([element.text or "", *(child.tail or "" for child in element)]))
        if own and own[:PROBE_CHARS] in wanted:
            total += len(own)
            held[element] = len(own)
    order = list(tree.iter())
    for element in reversed(order):  # children before their parents
        parent = element.getparent()
        if parent is not None and element in held:
            held[parent] = held.get(parent, 0) + held[element]
    fitting = [element for element in order if held.get(element, 0) >= HOLDS_SHARE * total and element.tag in _HOLDERS]
    return fitting[-1] if total and fitting else None


def _is_wanted(block: str, wanted: str) -> bool:
    """Whether any line of a block is among the wanted ones; a fence or a table's rule says nothing."""
    return any(line[:PROBE_CHARS] in wanted for line in map(squashed, block.split("\n")[:8]) if line)
