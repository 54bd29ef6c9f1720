"""The main part of a page: three extractors and one judge between them.

In: the text of an HTML page. Out: its main part as Markdown, and the name of who found it.
Our finder reads every page, and resiliparse (C++) is the witness. The finder is believed where both found about as
much, and the same: nine of ten pages. (So it is on a page too large to be judged.) Elsewhere trafilatura is asked, by
its first rules, and with its own second opinions where those rules do not fit the witness either. Where trafilatura's
text has gaps between paragraphs it kept (documentation whose paragraphs are no `p`), misses much of a witness that is
prose throughout, or is next to nothing, the witness is believed, and `outline` gives its words their structure back.
Measured in benchmarks/extract.py: better than trafilatura alone by all of its metrics, in less time.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from headwater.acquire.extraction.finder import main_blocks
from headwater.acquire.extraction.markdown import markdown
from headwater.acquire.extraction.outline import PROBE_CHARS, outline, squashed
from headwater.acquire.extraction.prepare import prepare

CONFIRMED_LOW, CONFIRMED_HIGH = 0.5, 1.2  # the finder's visible characters for one of the witness's
CONFIRMED_SHARE = 0.7  # of the finder's prose that the witness has too
AGREE_LOW, AGREE_HIGH = 0.4, 2.5  # the first extractor's visible characters for one of the witness's
LOST_SHARE = 0.02  # below this share of the witness's text, and
LOST_CHARS = 400  # with at least this much of it, the page is the witness's
PART_SHARE = 0.6  # a text below this share of a witness that is all but prose misses content
PROSE_SHARE = 0.9  # of its letters in lines of prose
MAX_GAP_SHARE = 0.2  # of the witness's prose missing between what was kept
SHAPED_SHARE = 0.8  # of a short page's words, the least that must come back with their structure
SHORT_CHARS = 200  # visible characters of a page that is a poem, a note, a snippet
PROSE_CHARS = 60  # letters of a line, from here on a paragraph
MAX_JUDGED_TAGS = 50_000  # in a page of more, the others could take minutes, and nobody can stop them
MAX_WITNESS_DEPTH = 4000  # resiliparse takes time with the square of the depth: half a second for this
_HOLDER = re.compile(
    r"<(/?)(?!(?:br|hr|img|input|link|meta|wbr|area|base|col|embed|source|track|p|li)\b)[a-z]", re.IGNORECASE
)
_PRE = re.compile(r"<pre\b[^>]{0,300}>(?!\s{0,20}<code\b)", re.IGNORECASE)
_PRE_END = re.compile(r"(</code>\s{0,20})?</pre\s{0,20}>", re.IGNORECASE)


def main_body(page: str, url: str, extractor: str = "auto") -> tuple[str, str]:
    """The text of a page's main part ("" where there is none) and the extractor that found it."""
    if extractor == "resiliparse":
        return _witness(page), "resiliparse"
    if extractor == "trafilatura":
        tree = parsed(_code_marked(page))
        return ("" if tree is None else _found(tree, url, fast=False)), "trafilatura"
    tree = parsed(page)
    if tree is None:
        return "", extractor
    text = "\n\n".join(main_blocks(tree))
    if page.count("<") > MAX_JUDGED_TAGS:
        return text, "headwater"
    witness = _witness(page)
    if _is_confirmed(text, witness):
        return text, "headwater"
    tree = parsed(_code_marked(page))
    seen = _visible(witness)
    text = _found(tree, url, fast=True)
    if not AGREE_LOW * seen <= _visible(text) <= AGREE_HIGH * seen and not _is_partial(witness, text):
        text = _found(tree, url, fast=False)
    if _is_partial(witness, text):
        return outline(tree, witness) or witness, "resiliparse"
    if seen < SHORT_CHARS and _visible(text) < SHORT_CHARS:
        shaped = outline(tree, witness)
        if _visible(shaped) >= SHAPED_SHARE * max(seen, _visible(text)):
            return shaped, "resiliparse"  # of a short page trafilatura keeps the words alone
    return text, "trafilatura"


def _is_confirmed(text: str, witness: str) -> bool:
    """Whether the witness saw about as much as `text` has, and most of what it says."""
    seen, found = _visible(witness), _visible(text)
    if not CONFIRMED_LOW * seen <= found <= CONFIRMED_HIGH * seen:
        return False
    known = squashed(witness)
    every = [line for line in map(squashed, text.split("\n")) if line]
    lines = [line for line in every if len(line) >= PROSE_CHARS] or every  # a poem has no other lines
    both = sum(len(line) for line in lines if line[:PROBE_CHARS] in known)
    return both > CONFIRMED_SHARE * sum(map(len, lines))


def _is_partial(witness: str, text: str) -> bool:
    """Whether `text` lacks what surely is content: a gap inside it, much of a witness that is prose, or nearly all."""
    seen, found = _visible(witness), _visible(text)
    if seen < LOST_CHARS or found >= seen:
        return False
    lines = [squashed(line) for line in witness.split("\n")]
    letters = sum(map(len, lines)) or 1
    prose = [line for line in lines if len(line) >= PROSE_CHARS]
    if found < LOST_SHARE * seen or (found < PART_SHARE * seen and sum(map(len, prose)) > PROSE_SHARE * letters):
        return True
    known = squashed(text)
    both = [line[:PROBE_CHARS] in known for line in prose]
    if not any(both):
        return False
    inside = slice(both.index(True), len(both) - both[::-1].index(True))
    missing = sum(len(line) for line, found_too in zip(prose[inside], both[inside], strict=True) if not found_too)
    return missing > MAX_GAP_SHARE * sum(map(len, prose[inside]))


def parsed(page: str) -> Any:
    """The tree of a page, or None where it has none.

    Its elements are lxml.html's without lxml.html's look-up of a class for each, which costs a tenth of the time.
    """
    from lxml import etree, html

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        tree = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None
    if tree is not None:
        prepare(tree, page)
    return tree


def _found(tree: Any, url: str, fast: bool) -> str:
    """What trafilatura takes for the main part; `fast`: by its first rules alone."""
    import trafilatura
    from trafilatura.settings import Extractor

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # the reason is counted instead
    options = Extractor(output_format="txt", fast=fast, comments=False, tables=True, url=url or None)
    if fast:
        options.focus = "first"  # neither of its names, so that a short text is not looked for again: we judge that
    found: Any = trafilatura.bare_extraction(tree, options=options)
    return "" if found is None or found.body is None else markdown(found.body)


def _witness(page: str) -> str:
    """What resiliparse takes for the main part; "" for a page nested so deep that it would take minutes."""
    if _depth(page) > MAX_WITNESS_DEPTH:
        return ""
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(
        page, main_content=True, alt_texts=False, links=False, form_fields=False, noscript=False
    ).strip()


def _depth(page: str) -> int:
    """How deep the elements that hold others are nested, counted only where a page has very many of them."""
    if page.count("<") - page.count("</") <= MAX_WITNESS_DEPTH:
        return 0  # fewer tags open anything at all
    depth = deepest = 0
    for match in _HOLDER.finditer(page):
        depth += -1 if match.group(1) else 1
        deepest = max(deepest, depth)
    return deepest


def _visible(text: str) -> int:
    """Characters that are no white space: a measure that is as fair to Chinese as to English."""
    return len(text) - sum(map(text.count, (" ", "\n", "\t", "\u3000")))


def _code_marked(page: str) -> str:
    """Preformatted text as code: trafilatura takes a bare `pre` for a quotation."""
    if "<pre" not in page and "<PRE" not in page:
        return page
    parts: list[str] = []
    position = 0
    while match := _PRE.search(page, position):
        end = _PRE_END.search(page, match.end())
        if end is None:
            break
        inside = page[match.end() : end.start()]
        parts += [page[position : match.end()], "<code>", inside, "</code></pre>"]
        position = end.end()
    return "".join([*parts, page[position:]])
