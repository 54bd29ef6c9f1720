"""What marks an element of a page as something else than its main part, or as that part.

In: elements (lxml) of an HTML page. Out: yes or no, from tags, roles, names and shapes that sites share; nothing here
knows a single site.
"""

from __future__ import annotations

import re
from typing import Any

MAX_NAME_CHARS = 500  # of class and id, looked through
MIN_TEASERS = 3
TEASER_SHARE = 0.8  # of a list's items
LEFT_OUT = (
    "script", "style", "noscript", "template", "svg", "iframe", "nav", "aside", "button", "select", "input", "textarea",
    "object", "embed", "canvas", "video", "audio", "dialog", "head", "footer", "datalist", "map", "frameset", "applet",
)  # fmt: skip
_ROLES = frozenset(
    "navigation banner contentinfo search dialog complementary menu menubar toolbar tablist alert".split()
)
_NEVER = frozenset(("html", "body", "article", "main", "h1", "table", "td", "code", "pre"))
# Words that class names and ids are made of, each whole: between spaces, hyphens, underscores or before a capital.
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|(?:sub)?menu|side-?bar|foot(?:er)?|bread-?crumbs?|comments?|disqus\w*|respond"
    r"|shar(?:e|ing)\w*|social\w*|sociable|related\w*|recommend\w*|newsletter\w*|subscri\w+|signup|promo\w*|advert\w*"
    r"|ads?|sponsor\w*|cookie\w*|gdpr\w*|consent|popup|modal|overlay|tags?|tag-?list|pagination|pager|print-?only|noprint"
    r"|widget|outbrain|taboola|author-?(?:bio|box|info|card)|byline|meta|metadata|teasers?|trending"
    r"|most-?(?:read|popular)|popular|more-?on|read-?more|see-?also|skip-?links?|toolbar|login|rating|reactions?|banner"
    r"|masthead|hidden|hide|sr-only|screen-reader-text|visually-?hidden|timestamp|caption|credits?|edit-?section"
    r"|mw-editsection|toc|reply|replies)(?=$|[\s_-]|(?-i:[A-Z]))",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MARKED = re.compile(
    r"article-?body|article[-_]?(?:content|text)|(?:post|entry|story|page)[-_]?(?:body|content|text)", re.IGNORECASE
)


def is_named_away(element: Any) -> bool:
    """Whether an element says of itself that it is no content, or is not to be seen."""
    given = element.attrib
    if not given:
        return False
    if given.get("role") in _ROLES or given.get("aria-hidden") == "true" or "hidden" in given:
        return True
    style = given.get("style")
    if style and _HIDDEN.search(style):
        return True
    name = f"{given.get('class', '')} {given.get('id', '')}"
    return len(name) > 1 and element.tag not in _NEVER and _NAMED.search(name[:MAX_NAME_CHARS]) is not None


def is_marked(element: Any) -> bool:
    """Whether an element says that it holds the main part."""
    if element.tag in ("article", "main"):
        return True
    given = element.attrib
    name = f"{given.get('itemprop', '')} {given.get('class', '')} {given.get('id', '')}"
    return len(name) > 2 and _MARKED.search(name[:MAX_NAME_CHARS]) is not None


def is_teaser_list(element: Any) -> bool:
    """Whether nearly all of an element's children are headings that link elsewhere, with what belongs to them."""
    if len(element) < MIN_TEASERS or element.tag not in ("ul", "ol", "div", "section"):
        return False
    linked = sum(1 for child in element if any(map(_is_linked, child.iter("h2", "h3", "h4", "h5", "h6"))))
    return linked >= max(MIN_TEASERS, TEASER_SHARE * len(element))


def _is_linked(heading: Any) -> bool:
    return heading.getparent().tag == "a" or (
        len(heading) > 0 and heading[0].tag == "a" and not (heading.text or "").strip()
    )


def drop(element: Any) -> None:
    """Take an element out of its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail and tail.strip():
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)
