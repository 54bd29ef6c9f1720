"""What a search gives: results a page, or a reason why there are none; and the one interface of all providers.

In: what a service says, in its own words. Out: Result and ResultPage, with texts that are safe to keep (no markup,
no control characters, bounded), or Refused with a name that is counted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from headwater.acquire.search.exchange import Reply

MAX_TITLE_CHARS = 300
MAX_SNIPPET_CHARS = 600
MAX_TEXT_CHARS = 20_000  # of a service's text that is looked at
_MARKUP = re.compile(r"<[^<>]{0,2000}>")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


class Refused(Exception):
    """No usable answer. `again`: another try may do better; `fatal`: nor will any other query be answered.

    `wait_s`: what the service asks to wait. The message is for a person and holds no key.
    """

    def __init__(
        self, reason: str, message: str = "", *, again: bool = False, fatal: bool = False, wait_s: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.reason, self.message, self.again, self.fatal, self.wait_s = reason, message, again, fatal, wait_s


class LookFirst(Exception):
    """A provider needs something done outside the loop of the search, which then goes on: `work` does it."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__("work to be done first")
        self.work = work


@dataclass(frozen=True, kw_only=True)
class Result:
    """One result as the service gave it. `more` is what is kept beside: where an archived page lies."""

    url: str
    title: str = ""
    snippet: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """`next_cursor`: what brings the next page, "" after the last one. `total`: what the service says, -1: nothing.

    `counted`: the service says how many pages there are, so that one without anything new is not the last.
    """

    results: tuple[Result, ...]
    next_cursor: str = ""
    total: int = -1
    counted: bool = False


class Provider(Protocol):
    """A search service. One is made a run; it may keep what it learned of the service."""

    @property
    def name(self) -> str:
        """The name that its results carry."""

    async def prepare(self) -> None:
        """Find the service at the site. Raises Refused `search.no_such_service` where it is not offered."""

    async def page(self, query: str, cursor: str) -> ResultPage:
        """A page of results; `cursor` is "" for the first. Raises Refused or LookFirst."""


def plain(text: Any, most: int) -> str:
    """A service's text without markup, in one line, at most so long; "" for what is no text."""
    if not isinstance(text, str):
        return ""
    told = html.unescape(_MARKUP.sub("", text[:MAX_TEXT_CHARS]))
    return _SPACE.sub(" ", _UNWANTED.sub(" ", told)).strip()[:most].strip()


def result(url: Any, title: Any = "", snippet: Any = "", **more: Any) -> Result:
    """A Result out of whatever a service gave."""
    address = url.strip() if isinstance(url, str) else ""
    return Result(
        url=address, title=plain(title, MAX_TITLE_CHARS), snippet=plain(snippet, MAX_SNIPPET_CHARS), more=more
    )


def json_of(reply: Reply) -> dict[str, Any]:
    """The JSON object in an answer. Raises Refused."""
    import orjson

    try:
        value = orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        raise Refused("search.malformed_answer", "the answer is not JSON") from error
    if not isinstance(value, dict):
        raise Refused("search.malformed_answer", "the answer is no JSON object")
    return value


def maps(value: Any, *path: str) -> list[dict[str, Any]]:
    """The objects in the list at a path of a JSON value; an empty list where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
