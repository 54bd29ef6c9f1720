"""Pages to text: the main content of an HTML page, without its navigation and boilerplate.

In: the bytes of a page, its URL and the charset of its HTTP header. Out: an Extracted, or NoText with the
reason that is counted. The same bytes give the same text on every machine; the time limit is far above what
the size limits let any page take, and is there for the page nobody foresaw.
"""

from __future__ import annotations

import contextlib
import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from headwater.acquire.charset import decoded
from headwater.acquire.extraction.mainbody import main_body
from headwater.acquire.extraction.pagemeta import page_meta

MAX_PAGE_CHARS = 8 << 20
MAX_TAGS = 200_000
MAX_ATTRIBUTES = 5_000  # of one tag
LONG_TAG_CHARS = 2 * MAX_ATTRIBUTES  # a shorter tag has fewer
TIME_LIMIT_S = 120
_TAG = re.compile(r"""<[a-zA-Z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+""")
_ATTRIBUTE = re.compile(r"""[^\s=>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?""")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """`html_lang` is what the page says of itself, unchecked; `date` an ISO day; `extractor` who found the text."""

    title: str
    text: str
    html_lang: str = ""
    author: str = ""
    date: str = ""
    extractor: str = ""


class NoText(ValueError):
    """A page without usable text; `reason` is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def extract(data: bytes, url: str, charset: str = "", extractor: str = "auto") -> Extracted:
    """Title, main text, author and date of a page. Raises NoText."""
    page = decoded(data, charset)
    if len(page) > MAX_PAGE_CHARS or page.count("<") > MAX_TAGS or _has_vast_tag(page):
        raise NoText("extract.too_large")
    try:
        with _time_limit():
            text, found_by = main_body(page, url, extractor)
            meta = page_meta(page, url)
    except TimeoutError as error:
        raise NoText("extract.timeout") from error
    except (Exception, RecursionError) as error:  # whatever a hostile page makes a parser do is one rejected page
        raise NoText("extract.failed") from error
    text = _UNWANTED.sub("", text).strip()
    if not text:
        raise NoText("extract.no_text")
    return Extracted(
        title=_UNWANTED.sub("", meta.title),
        text=text,
        html_lang=meta.html_lang,
        author=_UNWANTED.sub("", meta.author),
        date=meta.date,
        extractor=found_by,
    )


def _has_vast_tag(page: str) -> bool:
    """Whether a tag has so many attributes that a parser, which compares each with all, would take minutes.

    What looks like one inside a script is none.
    """
    long = [match for match in _TAG.finditer(page) if match.end() - match.start() > LONG_TAG_CHARS]
    if not long:
        return False
    lower, scripts, position = page.lower(), [], 0
    while (start := lower.find("<script", position)) >= 0 and (position := lower.find("</script", start)) >= 0:
        scripts.append((start, position))
    tags = [match for match in long if not any(start < match.start() < end for start, end in scripts)]
    return any(len(_ATTRIBUTE.findall(match.group())) > MAX_ATTRIBUTES for match in tags)


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
