"""The tags of wikitext: comments and decoration cut out, verbatim parts kept aside, HTML taken off the rest.

In: wikitext. Out: wikitext without them, in which a marked number stands for each verbatim part, and those parts.
A tag that never closes is looked for once, so that a page of opening tags costs no more than another.
"""

from __future__ import annotations

import html
import re

MARK, END = "\ue000", "\ue001"  # private characters round the number of a verbatim part
GONE = "\ue002"
DROPPED = (
    "ref references gallery timeline score imagemap templatedata mapframe maplink graph indicator categorytree "
    "inputbox templatestyles section includeonly style script noinclude"
).split()
VERBATIM = "nowiki pre syntaxhighlight source math chem ce".split()
_OPEN = re.compile(rf"<({'|'.join(DROPPED + VERBATIM)})\b([^<>]{{0,500}}?)(/?)>|<!--", re.IGNORECASE)
_MARKS = re.compile("[\ue000-\ue002]")
_LANG = re.compile(r"\blang\s*=\s*[\"']?([\w+#-]{1,30})", re.IGNORECASE)
_BREAK = re.compile(
    r"<(?:br|hr)\b[^<>]{0,100}>|</?(?:p|div|blockquote|center|li|ul|ol|poem|tr)\b[^<>]{0,500}>", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,20}(?:\s[^<>]{0,1000})?/?>")
_PLACE = re.compile(f"{MARK}(\\d{{1,9}}){END}")
_SPLIT_LINE = re.compile(r"\n{3,}")


def cut(source: str, verbatim: list[str]) -> str:
    """The source without comments and dropped tags; verbatim parts go to the list, ready to be put back."""
    source = _MARKS.sub("", source)
    lower = source.lower() if len(source.lower()) == len(source) else source
    kept: list[str] = []
    unclosed: set[str] = set()
    at = 0
    while match := _OPEN.search(source, at):
        kept.append(source[at : match.start()])
        name = (match.group(1) or "").lower()
        if not name:
            end = source.find("-->", match.end())
            if end < 0:
                return "".join(kept)  # a comment that never closes goes to the end of the page
            at = end + 3
            continue
        at = match.end()
        if match.group(3):
            continue
        end = -1 if name in unclosed else lower.find(f"</{name}", at)
        if end < 0:
            unclosed.add(name)
            continue
        if name in VERBATIM:
            kept.append(_aside(name, match.group(2), source[at:end], verbatim))
        close = source.find(">", end)
        at = close + 1 if close >= 0 else len(source)
    kept.append(source[at:])
    return "".join(kept)


def _aside(name: str, attributes: str, content: str, verbatim: list[str]) -> str:
    lang = _LANG.search(attributes)
    if name in ("syntaxhighlight", "source", "pre"):
        body = html.unescape(content).strip("\n")
        text = body if "inline" in attributes else f"\n```{lang.group(1).lower() if lang else ''}\n{body}\n```\n"
    elif name == "math":
        mark = "$$" if "block" in attributes else "$"
        text = f"{mark}{html.unescape(content).strip()}{mark}"
    else:
        text = html.unescape(content)
    verbatim.append(text.strip("\n"))
    place = f"{MARK}{len(verbatim) - 1}{END}"
    return f"\n\n{place}\n\n" if text.startswith("\n") else place


def broken(text: str) -> str:
    """Tags that break a line as line breaks."""
    return _BREAK.sub("\n", text)


def without_tags(text: str) -> str:
    return _TAG.sub("", text)


def restored(text: str, verbatim: list[str]) -> str:
    """Verbatim parts back in their places; no more than two line breaks in a row."""

    def part(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return verbatim[number] if number < len(verbatim) else ""

    return _PLACE.sub(part, _SPLIT_LINE.sub("\n\n", text))
