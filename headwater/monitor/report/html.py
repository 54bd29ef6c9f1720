"""Building HTML that cannot be broken out of.

In: plain values. Out: Safe strings. Whatever is not Safe is escaped when it becomes a child or an
attribute, so that crawled text can never be markup; characters that steer a terminal or turn the
reading direction are shown by name. Tag and attribute names come from our own code only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard
from urllib.parse import urlsplit

VOID = ("meta", "input", "br", "line", "rect", "circle", "path")
MAX_URL_SHOWN = 120
# C0 and C1 controls but tab and newline, bidirectional marks, invisible characters, tags, surrogates
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
)
_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


class Safe(str):
    """Markup made by this module."""

    __slots__ = ()


def visible(text: str) -> str:
    """The text with hidden and steering characters named, and piles of accents cut to three."""
    return _MARKS.sub(r"\1", _HIDDEN.sub(_name_of, text.replace("\r\n", "\n")))


def _name_of(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def escape(value: Any) -> Safe:
    """Any value as text that is inert in an element and in a quoted attribute."""
    if isinstance(value, Safe):
        return value
    text = visible(value if isinstance(value, str) else str(value))
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(character, entity)
    return Safe(text)


def h(tag: str, *children: Any, **attributes: Any) -> Safe:
    """An element; every attribute is escaped, Safe or not.

    `class_` and `for_` lose their underscore, other underscores become hyphens; None and False leave an attribute out.
    """
    opened = ""
    for key, value in attributes.items():
        if value is not None and value is not False:
            name = key.rstrip("_").replace("_", "-")
            opened += f" {name}" if value is True else f' {name}="{escape(str(value))}"'
    if tag in VOID:
        return Safe(f"<{tag}{opened}>" if tag in ("meta", "input", "br") else f"<{tag}{opened}/>")
    return Safe(f"<{tag}{opened}>{join(children)}</{tag}>")


def join(children: Iterable[Any], separator: str = "") -> Safe:
    """Children one after the other; None is nothing, a list its items."""
    parts = []
    for child in children:
        if child is None:
            continue
        parts.append(join(child) if isinstance(child, list | tuple) else escape(child))
    return Safe(escape(separator).join(parts))


def both(en: Any, zh: Any, tag: str = "span") -> Safe:
    """The same said in English and in Chinese; the page shows one or both."""
    return join([h(tag, en, class_="en", lang="en"), h(tag, zh, class_="zh", lang="zh")])


def sample(text: str, limit: int, style: str = "", is_code: bool = False) -> Safe:
    """Someone else's text, cut to `limit` characters, its direction kept to itself."""
    cut = text[:limit] + (" …" if len(text) > limit else "")
    return h("div", cut, class_=f"sample {style} {'mono' if is_code else ''}".strip(), dir="auto", lang="")


def link(url: Any) -> Safe:
    """A URL: a link when it is plain http or https, else text."""
    text = str(url or "")
    shown = text if len(text) <= MAX_URL_SHOWN else text[:MAX_URL_SHOWN] + "…"
    if not _is_web(text):
        return h("span", shown, class_="url")
    return h("a", shown, class_="url", href=text, rel="noopener noreferrer nofollow", referrerpolicy="no-referrer")


def _is_web(url: str) -> bool:
    if visible(url) != url or re.search(r"[\s\\<>\"'`]", url) or len(url) > 4096:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def table(
    header: Sequence[Any], rows: Iterable[Sequence[Any]], numbers: Sequence[int] = (), caption: Any = None
) -> Safe:
    """A table that scrolls sideways on a narrow screen; `numbers`: columns set flush right."""

    def cells(tag: str, row: Sequence[Any]) -> list[Safe]:
        scope = "col" if tag == "th" else None
        return [h(tag, cell, class_="n" if i in numbers else None, scope=scope) for i, cell in enumerate(row)]

    head = h("thead", h("tr", *cells("th", header))) if any(header) else None
    body = h("tbody", [h("tr", *cells("td", row)) for row in rows])
    return h("div", h("table", h("caption", caption) if caption else None, head, body), class_="wide", tabindex="0")


def fold(title: Any, *children: Any, opened: bool = False) -> Safe:
    """Something to open when wanted."""
    return h("details", h("summary", title), *children, open=opened)


def count(value: Any) -> str:
    """12345 as `12,345`; what is no number as a dash."""
    return f"{value:,.0f}" if is_number(value) else "–"


def bytes_(value: Any) -> str:
    """A number of bytes as `12.3 MB`; what is no number as a dash."""
    if not is_number(value):
        return "–"
    for limit, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(value) >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value:.0f} B"


def figure(value: Any, digits: int = 4) -> str:
    """A number in `digits` significant figures."""
    if not is_number(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def percent(share: Any) -> str:
    """A share in percent; next to nothing and next to all are told from nothing and all."""
    if not is_number(share):
        return "–"
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return "> 99.9 %" if 0.9995 <= share < 1 else f"{100 * share:.1f} %"


def is_number(value: Any) -> TypeGuard[float]:
    """A finite number, and not a truth value."""
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) != float("inf")
    )
