"""The main part of a page by how its text lies: where the prose is, and what around it is links or says what it is.

In: the tree (lxml) of a page, which is used up. Out: the blocks of its main part as Markdown, in time linear in the
page. Three steps: leave out what names itself as something else (navigation, comments, sharing), go down from the
body as long as one child holds nearly all of the prose, and there leave out the blocks that are mostly links.
Scoring prose less its links is Readability's idea (Arc90, 2009); going down instead of voting up keeps a text
together that a page holds in several elements.
"""

from __future__ import annotations

from typing import Any

from headwater.acquire.extraction.boilerplate import LEFT_OUT, drop, is_marked, is_named_away, is_teaser_list
from headwater.acquire.extraction.markdown import markdown_blocks

DOMINANT_SHARE = 0.72  # of an element's prose, held by one child: the search goes on there
BESIDE_SHARE = 0.08  # of an element's prose, held by paragraphs beside that child: it does not
MIN_BESIDE = 2
MARKED_SHARE = 0.5  # of all prose, held by an element marked as the article
GUARD_SHARE = 0.3  # of all prose: an element that holds this much stays, whatever its name
LEAD_CHARS = 80  # of a paragraph that leads into the main part
MAX_LEAD_SHARE = 0.5  # of the main part's prose
MIN_BLOCK_CHARS = 20  # less is a label
MAX_LINK_SHARE = 0.5  # of a block's characters
MAX_TEASER_SHARE = 0.5  # of the main part's prose: a list with more is what the page is about
LINK_COST = 3  # characters of prose that a character of link text outweighs
_INLINE = frozenset(
    "a abbr b bdi bdo big br cite code del em font i ins kbd mark q s samp small span strike strong sub sup time tt u "
    "var wbr".split()
)
_NO_HOLDER = frozenset("p pre table ul ol dl tbody tr blockquote".split())
_NO_LEAD = ("figure", "li", "table", "form", "dl")
_THINNED = ("ul", "ol", "dl", "div", "section", "table", "p", "header", "form", "h2", "h3", "h4")
Sums = tuple[int, int, int]  # characters, those of them in links, prose


def main_blocks(tree: Any) -> list[str]:
    """The blocks of the main part; none where the page has no prose."""
    from lxml import etree

    body = tree.find("body") if tree.tag == "html" else tree
    if body is None:
        return []
    etree.strip_elements(body, *LEFT_OUT, with_tail=False)
    sums: dict[Any, Sums] = {}
    _weigh(body, sums)
    _prune(body, sums, int(GUARD_SHARE * sums[body][2]))
    top = _top(body, sums)
    lead = [block for element in _lead(body, top, sums) for block in markdown_blocks(element)]
    _thin(top, sums)
    blocks = lead + markdown_blocks(top)
    while blocks and blocks[-1].startswith("#"):  # of something that was left out
        blocks.pop()
    return blocks


def _weigh(element: Any, sums: dict[Any, Sums]) -> Sums:
    """The sums of an element and all below it; recursion is bounded by the depth that libxml2 keeps."""
    own = _length(element.text)
    own_linked = chars = linked = prose = 0
    for child in element:
        child_chars, child_linked, child_prose = _weigh(child, sums)
        if child.tag in _INLINE:
            own += child_chars
            own_linked += child_linked
        else:
            chars += child_chars
            linked += child_linked
        prose += child_prose
        own += _length(child.tail)
    if element.tag == "a":
        own_linked, linked, prose = own, chars, 0
    elif own >= MIN_BLOCK_CHARS and element.tag not in _INLINE:
        prose += max(0, own - LINK_COST * own_linked)
    found = (chars + own, linked + own_linked, prose)
    sums[element] = found
    return found


def _prune(element: Any, sums: dict[Any, Sums], most: int) -> Sums:
    """Remove what says it is no content, and lower the sums of what it lay in; returns what was taken."""
    chars = linked = prose = 0
    for child in list(element):
        if sums[child][2] <= most and is_named_away(child):
            taken = sums[child]
            drop(child)
        else:
            taken = _prune(child, sums, most)
        chars, linked, prose = chars + taken[0], linked + taken[1], prose + taken[2]
    if chars:
        before = sums[element]
        sums[element] = (before[0] - chars, before[1] - linked, before[2] - prose)
    return chars, linked, prose


def _top(body: Any, sums: dict[Any, Sums]) -> Any:
    """The element that holds the main part: the innermost marked one that holds most of the prose, else by descent."""
    least = MARKED_SHARE * sums[body][2]
    element = body
    for marked in body.iter("article", "main", "div", "section"):
        if sums[marked][2] >= least and is_marked(marked):
            element = marked
    while True:
        prose = sums[element][2]
        best = max(element, key=lambda child: sums[child][2], default=None)
        if best is None or best.tag in _NO_HOLDER or sums[best][2] < DOMINANT_SHARE * prose:
            return element
        beside = [sums[child][2] for child in element if child is not best and _is_paragraph(child, sums)]
        if len(beside) >= MIN_BESIDE and sum(beside) > BESIDE_SHARE * prose:
            return element
        element = best


def _lead(body: Any, top: Any, sums: dict[Any, Sums]) -> list[Any]:
    """The paragraphs between the page's headline and its main part, where the headline stands outside of that part.

    Without a headline, those right before the main part.
    """
    if next(top.iter("h1"), None) is not None:
        return []
    around = list(top.iterancestors())
    near = around[1] if len(around) > 1 else body
    found: list[Any] = []
    is_under = is_near = False
    for element in body.iter("*"):
        if element is top:
            break
        if element.tag == "h1":
            found, is_under = [], True
        elif element is near:
            found, is_near = found if is_under else [], True
        elif element not in around and sums[element][2] >= LEAD_CHARS and _is_paragraph(element, sums):
            found.append(element)
    found = [element for element in found if next(element.iterancestors(*_NO_LEAD), None) is None]
    prose = sum(sums[element][2] for element in found)
    return found if (is_under or is_near) and prose < MAX_LEAD_SHARE * sums[top][2] else []


def _is_paragraph(element: Any, sums: dict[Any, Sums]) -> bool:
    """Whether an element's prose is its own, and no block's inside it."""
    return element.tag in ("p", "div", "blockquote", "pre") and (
        sums[element][2] > 0 and not any(sums[child][2] for child in element if child.tag not in _INLINE)
    )


def _thin(top: Any, sums: dict[Any, Sums]) -> None:
    """Remove lists of teasers of other pages, and the blocks that are mostly links."""
    most = MAX_TEASER_SHARE * sums[top][2]
    for element in list(top.iter(*_THINNED)):
        chars, linked, prose = sums[element]
        if element is top or not chars:
            continue
        if linked > MAX_LINK_SHARE * chars or (prose < most and is_teaser_list(element)):
            drop(element)


def _length(text: str | None) -> int:
    """The UTF-8 bytes of a text: a Han character says about as much as three letters do."""
    if not text:
        return 0
    return len(text.strip()) if text.isascii() else len(text.strip().encode("utf-8", "replace"))
