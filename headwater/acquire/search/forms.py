"""A site's search form: which of the forms on a page it is, and the address that it asks.

In: a page. Out: a template, the address with `{query}` in it, or "" where the page has no such form. Only forms that
are sent by GET are asked: their answers have addresses.
"""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from headwater.acquire.search.markup import Attributes, Form
from headwater.acquire.search.website import Website

_NAMES = (
    "q", "query", "search", "s", "keyword", "keywords", "key", "wd", "kw", "word", "term", "text", "searchterm", "k",
)  # fmt: skip
_SEARCH = re.compile(r"search|find|query|lookup|suche|recherche|buscar|搜索|搜尋|查询|查詢|查找|検索", re.I)
_TYPED = ("", "text", "search")
LEAST_SCORE = 3


def template_of(page: Website) -> str:
    """The template of the page's search form."""
    best, template = LEAST_SCORE - 1, ""
    for form in page.offers.forms:
        field = _typed_field(form)
        score = _score(form, field) if field else 0
        if field and score > best and (made := _template(page, form, field)):
            best, template = score, made
    return template


def _typed_field(form: Form) -> Attributes | None:
    """The field that the query is typed into: the only one, or the one that is called so."""
    if form.attributes.get("method", "get").lower() != "get":
        return None
    inputs = [item for item in form.inputs if item["tag"] == "input" and item.get("name")]
    typed = [item for item in inputs if item.get("type", "").lower() in _TYPED]
    named = [item for item in typed if item.get("type", "").lower() == "search" or item["name"].lower() in _NAMES]
    if named:
        return named[0]
    return typed[0] if len(typed) == 1 else None


def _score(form: Form, field: Attributes) -> int:
    """How much a form looks like a search."""
    about = " ".join(form.attributes.get(name, "") for name in ("action", "id", "class", "name", "aria-label"))
    buttons = " ".join(item.get("value", "") for item in form.inputs if item.get("type", "").lower() == "submit")
    hints = " ".join(field.get(name, "") for name in ("placeholder", "aria-label", "id", "title"))
    score = 3 * (form.attributes.get("role", "").lower() == "search") + 3 * (field.get("type", "").lower() == "search")
    score += 3 * bool(_SEARCH.search(about)) + 2 * bool(_SEARCH.search(buttons)) + 2 * bool(_SEARCH.search(hints))
    return score + (2 if field["name"].lower() in _NAMES[:3] else 1 if field["name"].lower() in _NAMES else 0)


def _template(page: Website, form: Form, field: Attributes) -> str:
    """The address that the form asks, its hidden fields filled in as they are."""
    action = page.absolute(form.attributes.get("action", "") or page.url)
    if not action:
        return ""
    hidden = [
        f"{quote_plus(item['name'])}={quote_plus(item.get('value', ''))}"
        for item in form.inputs
        if item.get("type", "").lower() == "hidden" and item.get("name")
    ]
    escaped = action.partition("?")[0].replace("{", "%7B").replace("%s", "%25s")
    return f"{escaped}?" + "&".join([*hidden, f"{quote_plus(field['name'])}={{query}}"])
