"""What a page offers besides its text: anchors with the words round them, `link` tags and forms.

In: the text of a page. Out: its Offers. One pass; each character is looked at a bounded number of times and nothing
nests, so that no page is slow or deep; scripts, styles and comments are passed over.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_PAGE_CHARS = 4 << 20
MAX_ANCHORS = 5_000
MAX_FORMS, MAX_INPUTS, MAX_LINKS = 50, 100, 200
MAX_VALUE_CHARS = 4096
MAX_WORDS_CHARS = 300
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(/?)([a-zA-Z][\w:-]{0,30})"
    r"((?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)>?",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]++)))?""")
_SILENT = {name: re.compile(rf"</{name}[\s>/]", re.IGNORECASE) for name in ("script", "style", "noscript", "svg")}
_SPACE = re.compile(r"\s+")
Attributes = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """`text`: the words inside; `after`: the place in the page's pieces where the words after it begin."""

    href: str
    rel: str
    text: str
    before: int
    after: int


@dataclass
class Form:
    """`inputs`: the attributes of each field; `words`: what its buttons say."""

    attributes: Attributes
    inputs: list[Attributes] = field(default_factory=list)
    words: str = ""


@dataclass
class Offers:
    """`pieces`: the text between tags, in order. `base`: where relative links resolve, "" for the page itself."""

    anchors: list[Anchor] = field(default_factory=list)
    links: list[Attributes] = field(default_factory=list)
    metas: list[Attributes] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    base: str = ""

    def words(self, first: int, last: int) -> str:
        """The text of some pieces in one line, at most MAX_WORDS_CHARS of it."""
        return _words(self.pieces, first, last)


def read(page: str) -> Offers:
    """The offers of a page."""
    offers = Offers()
    opened: tuple[Attributes, int] | None = None  # the anchor that is open, and where its words begin
    form: Form | None = None
    for name, closes, written in _tags(page[:MAX_PAGE_CHARS], offers.pieces):
        if name == "a":
            if opened is not None and len(offers.anchors) < MAX_ANCHORS:
                offers.anchors.append(_anchor(opened, offers.pieces))
            opened = None if closes else (_attributes(written), len(offers.pieces))
        elif closes:
            form = None if name == "form" else form
        elif name == "form" and len(offers.forms) < MAX_FORMS:
            form = Form(attributes=_attributes(written))
            offers.forms.append(form)
        elif name in ("input", "button", "select") and form is not None and len(form.inputs) < MAX_INPUTS:
            form.inputs.append({"tag": name, **_attributes(written)})
        elif name in ("link", "meta"):
            found = offers.links if name == "link" else offers.metas
            if len(found) < MAX_LINKS:
                found.append(_attributes(written))
        elif name == "base":
            offers.base = offers.base or _attributes(written).get("href", "")
    return offers


def _tags(page: str, pieces: list[str]) -> Iterator[tuple[str, bool, str]]:
    """(name, whether it closes, attributes as written) of each tag; the text before each goes to `pieces`."""
    position = 0
    while match := _TOKEN.search(page, position):
        if match.start() > position:
            pieces.append(page[position : match.start()])
        position = match.end()
        name = (match.group(2) or "").lower()
        if not name:
            continue
        closes = bool(match.group(1))
        if name in _SILENT and not closes and not match.group(3).endswith("/"):
            end = _SILENT[name].search(page, position)
            position = end.start() if end else len(page)
        yield name, closes, match.group(3)
    if position < len(page):
        pieces.append(page[position:])


def _anchor(opened: tuple[Attributes, int], pieces: list[str]) -> Anchor:
    attributes, first = opened
    return Anchor(
        href=attributes.get("href", "").strip(),
        rel=attributes.get("rel", "").lower(),
        text=_words(pieces, first, len(pieces)) or attributes.get("title", "")[:MAX_WORDS_CHARS],
        before=first,
        after=len(pieces),
    )


def _attributes(written: str) -> Attributes:
    """Attributes by lower-case name; the first of a name counts."""
    found: Attributes = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written[: 16 * MAX_VALUE_CHARS]):
        found.setdefault(name.lower(), html.unescape((double or single or bare)[:MAX_VALUE_CHARS]))
    return found


def _words(pieces: list[str], first: int, last: int) -> str:
    parts: list[str] = []
    size = 0
    for index in range(first, min(last, len(pieces), first + 200)):
        parts.append(pieces[index][: 4 * MAX_WORDS_CHARS])
        size += len(parts[-1])
        if size > 4 * MAX_WORDS_CHARS:
            break
    return _SPACE.sub(" ", html.unescape("".join(parts))).strip()[:MAX_WORDS_CHARS].strip()
