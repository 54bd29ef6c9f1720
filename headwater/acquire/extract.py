"""Pages to text: the main content of an HTML page, without its navigation and boilerplate.

In: the bytes of a page, its URL and the charset of its HTTP header. Out: an Extracted, or NoText with the
reason that is counted. The same bytes give the same text on every machine; the time limit is far above what
the size limits let any page take, and is there for the page nobody foresaw.
"""

from __future__ import annotations

import contextlib
import html
import logging
import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from headwater.acquire.charset import decoded

MAX_PAGE_CHARS = 8 << 20
MAX_TAGS = 200_000
MAX_DEPTH = 250  # of libxml2, past which it drops what follows
TIME_LIMIT_S = 120
_TITLE = re.compile(r"<title\b[^>]{0,512}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)
_LANG = re.compile(r"<html\b[^>]{0,512}?\slang\s*=\s*[\"']?([A-Za-z0-9-]{2,20})", re.IGNORECASE)
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_VERBATIM = re.compile(r"(^```.*?^```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$)", re.DOTALL | re.MULTILINE)
_ESCAPED = re.compile(r"(\\+)(?=[*_`~\[\]<])")
_ESCAPED_START = re.compile(r"^( *)(?:\\([#>+-])|(\d+)\\([.)]))", re.MULTILINE)
_SPACE = re.compile(r"\s+")
HEAD_CHARS = 64 << 10


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """`html_lang` is what the page says of itself, unchecked."""

    title: str
    text: str
    html_lang: str


class NoText(ValueError):
    """A page without usable text; `reason` is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def extract(data: bytes, url: str, charset: str = "") -> Extracted:
    """The title and main text of a page. Raises NoText."""
    page = decoded(data, charset)
    if len(page) > MAX_PAGE_CHARS or page.count("<") > MAX_TAGS:
        raise NoText("extract.too_large")
    try:
        with _time_limit():
            text = _main_text(page, url)
    except TimeoutError as error:
        raise NoText("extract.timeout") from error
    except (Exception, RecursionError) as error:  # whatever a hostile page makes a parser do is one rejected page
        raise NoText("extract.failed") from error
    text = _UNWANTED.sub("", text).strip()
    if not text:
        raise NoText("extract.no_text")
    head = page[:HEAD_CHARS]
    lang = _LANG.search(head)
    return Extracted(title=_title(head), text=text, html_lang=lang.group(1).lower() if lang else "")


def _main_text(page: str, url: str) -> str:
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # the reason is counted instead
    text = trafilatura.extract(
        page,
        url=url or None,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_links=False,
        include_images=False,
        with_metadata=False,
    )
    return _without_escapes(text or "")


def _without_escapes(text: str) -> str:
    """Markdown's backslashes taken out of prose, so that `snake\\_case` is what the page said; not out of code."""
    parts = _VERBATIM.split(text)
    for index in range(0, len(parts), 2):
        part = _ESCAPED.sub(lambda match: "\\" * (len(match.group(1)) // 2), parts[index])
        parts[index] = _ESCAPED_START.sub(lambda match: "".join(group or "" for group in match.groups()), part)
    return "".join(parts)


def _title(head: str) -> str:
    match = _TITLE.search(head)
    return _UNWANTED.sub("", _SPACE.sub(" ", html.unescape(match.group(1))).strip())[:500] if match else ""


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Raise TimeoutError after TIME_LIMIT_S; only the main thread of a process can be told so."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: Any) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
