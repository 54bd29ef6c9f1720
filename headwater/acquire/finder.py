"""The main part of a page by how its text lies: where the prose is, and what around it is links or says what it is.

In: the tree (lxml) of a page, which is used up. Out: the blocks of its main part as Markdown, in time linear in the
page. Three steps: leave out what names itself as something else (navigation, comments, sharing), go down from the
body as long as one child holds nearly all of the prose, and there leave out the blocks that are mostly links.
"""

from __future__ import annotations

import re
from typing import Any

from headwater.acquire.markdown import markdown_blocks

DOMINANT_SHARE = 0.72  # of an element's prose, held by one child: the search goes on there
MARKED_SHARE = 0.5  # of all prose, held by an element marked as the article
GUARD_SHARE = 0.3  # of all prose: an element that holds this much stays, whatever its name
MIN_BLOCK_CHARS = 20  # less is a label
MAX_LINK_SHARE = 0.5  # of a block's characters
MIN_TEASERS = 3
LINK_COST = 3.0  # characters of prose that a character of link text outweighs
_LEFT_OUT = frozenset(
    "script style noscript template svg iframe nav aside button select input textarea object embed canvas video audio "
    "dialog head footer datalist option label map area frame frameset applet".split()
)
_ROLES = frozenset("navigation banner contentinfo search dialog complementary menu menubar toolbar tablist alert".split())
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|(?:sub)?menu|side-?bar|foot(?:er)?|bread-?crumbs?|comments?|disqus\w*|respond"
    r"|shar(?:e|ing)\w*|social\w*|sociable|related\w*|recommend\w*|newsletter\w*|subscri\w+|signup|promo\w*|advert\w*|ads?"
    r"|sponsor\w*|cookie\w*|gdpr\w*|consent|popup|modal|overlay|tags?|tag-?list|pagination|pager|print-?only|noprint|widget|outbrain"
    r"|taboola|author-?(?:bio|box|info|card)|byline|meta|metadata|teasers?|trending|most-?(?:read|popular)|popular|more-?on"
    r"|read-?more|see-?also|skip-?links?|toolbar|login|rating|reactions?|banner|masthead|hidden|hide|sr-only"
    r"|screen-reader-text|visually-?hidden|timestamp|caption|credits?|edit-?section|mw-editsection|toc|reply|replies)"
    r"(?=$|[\s_-]|[A-Z])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MARKED = re.compile(r"articlebody|article[-_]?(?:body|content|text)|(?:post|entry|story|page)[-_]?(?:body|content|text)", re.I)
_PROSE_TAGS = frozenset(
    "p div pre blockquote td li dd article section main body center font h1 h2 h3 h4 h5 h6 figure th dt tt".split()
)
_INLINE = frozenset("a b i em strong span font u s sub sup code tt small big abbr cite q kbd samp var mark ins time br wbr".split())


def main_blocks(tree: Any) -> list[str]:
    """The blocks of the main part; none where the page has no prose."""
    body = tree.find("body") if tree.tag == "html" else tree
    if body is None:
        return []
    weights = Weights(body)
    weights.prune(body)
    top = weights.top(body)
    weights.thin(top)
    return markdown_blocks(top)


class Weights:
    """Characters, linked characters and prose below each element; sums are taken once, children first."""

    def __init__(self, body: Any) -> None:
        self.chars: dict[Any, int] = {}
        self.linked: dict[Any, int] = {}
        self.prose: dict[Any, float] = {}
        self._weigh(body)

    def _weigh(self, body: Any) -> None:
        order = list(body.iter("*"))
        own_chars: dict[Any, int] = dict.fromkeys(order, 0)
        own_linked: dict[Any, int] = dict.fromkeys(order, 0)
        prose: dict[Any, float] = dict.fromkeys(order, 0.0)
        for element in reversed(order):
            tag = element.tag
            if tag in _LEFT_OUT:
                own_chars[element] = own_linked[element] = 0
                prose[element] = 0.0
            else:
                own_chars[element] += _length(element.text)
                if tag == "a":
                    own_linked[element] = own_chars[element]
            parent = element.getparent()
            if element is not body and parent is not None:
                if tag in _INLINE:
                    own_chars[parent] += own_chars[element]
                    own_linked[parent] += own_linked[element]
                own_chars[parent] += _length(element.tail)
        self._add_up(body, order, own_chars, own_linked, prose)

    def _add_up(self, body: Any, order: list[Any], chars: dict[Any, int], linked: dict[Any, int], prose: Any) -> None:
        for element in reversed(order):
            if element.tag not in _INLINE:
                if chars[element] >= MIN_BLOCK_CHARS and element.tag in _PROSE_TAGS:
                    prose[element] += max(0.0, chars[element] - LINK_COST * linked[element])
            parent = element.getparent()
            if element is not body and parent is not None and element.tag not in _LEFT_OUT:
                prose[parent] += prose[element]
        total_chars, total_linked = dict(chars), dict(linked)
        for element in reversed(order):
            parent = element.getparent()
            if element is not body and parent is not None and element.tag not in _INLINE:
                total_chars[parent] += total_chars[element]
                total_linked[parent] += total_linked[element]
        self.chars, self.linked, self.prose = total_chars, total_linked, prose

    def prune(self, body: Any) -> None:
        """Remove what is no content by its tag, its role, its name or its being hidden, and its prose from the sums."""
        most = GUARD_SHARE * self.prose[body]
        for element in list(body.iter("*")):
            if element is body or element not in self.prose:
                continue
            if element.tag in _LEFT_OUT or (self.prose[element] <= most and is_named_away(element)):
                self._remove(element, body)

    def _remove(self, element: Any, body: Any) -> None:
        parent = element.getparent()
        if parent is None:
            return
        prose, chars, linked = self.prose[element], self.chars[element], self.linked[element]
        above = parent
        while above is not None and element.tag not in _LEFT_OUT:
            self.prose[above] -= prose
            self.chars[above] -= chars
            self.linked[above] -= linked
            above = None if above is body else above.getparent()
        drop(element)

    def top(self, body: Any) -> Any:
        """The element that holds the main part: a marked one where it holds most, else by descent."""
        total = self.prose[body]
        element = body
        for marked in body.iter("article", "main", "div", "section"):
            if self.prose.get(marked, 0) >= MARKED_SHARE * total and (marked.tag in ("article", "main") or _is_marked(marked)):
                element = marked
        while True:
            best = max(element, key=lambda child: self.prose.get(child, 0.0), default=None)
            if best is None or self.prose.get(best, 0.0) < DOMINANT_SHARE * self.prose[element] or best.tag in ("p", "pre", "table", "ul", "ol", "dl", "tbody"):
                return element
            element = best

    def thin(self, top: Any) -> None:
        """Remove lists of teasers of other pages, and the blocks that are mostly links."""
        for element in list(top.iter("ul", "ol", "div", "section")):
            if element is not top and self.prose.get(element, 0) < 0.5 * self.prose[top] and is_teaser_list(element):
                drop(element)
        for element in list(top.iter("ul", "ol", "dl", "div", "section", "table", "p", "header", "form", "h2", "h3", "h4")):
            chars = self.chars.get(element, 0)
            if element is not top and chars and self.linked[element] > MAX_LINK_SHARE * chars and element.getparent() is not None:
                drop(element)


def is_named_away(element: Any) -> bool:
    """Whether an element says of itself that it is no content."""
    given = element.attrib
    if not given:
        return False
    if given.get("role") in _ROLES or given.get("aria-hidden") == "true" or "hidden" in given:
        return True
    style = given.get("style")
    if style and _HIDDEN.search(style):
        return True
    name = f"{given.get('class', '')} {given.get('id', '')}"
    return len(name) > 1 and element.tag not in ("html", "body", "article", "main", "h1", "table", "td") and _NAMED.search(name) is not None


def is_teaser_list(element: Any) -> bool:
    """Whether nearly all of an element's three or more children are headings that link, with what belongs to them."""
    if len(element) < MIN_TEASERS:
        return False
    linked = sum(1 for child in element if any(_is_linked(head) for head in child.iter("h2", "h3", "h4", "h5", "h6")))
    return linked >= max(MIN_TEASERS, 0.8 * len(element))


def _is_linked(head: Any) -> bool:
    parent = head.getparent()
    return parent.tag == "a" or (len(head) > 0 and head[0].tag == "a" and not (head.text or "").strip())


def drop(element: Any) -> None:
    """Take an element out of its tree; the text after it stays."""
    parent = element.getparent()
    tail = element.tail
    if tail and tail.strip():
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)


def _is_marked(element: Any) -> bool:
    given = element.attrib
    return _MARKED.search(f"{given.get('itemprop', '')} {given.get('class', '')} {given.get('id', '')}") is not None


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0
