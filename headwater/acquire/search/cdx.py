"""Lines of a capture index: which are asked for, and what each says of where a page lies.

In: a query as a person writes it (a host, `*.example.com`, `example.com/docs/*`, one address), and lines in JSON or
CDXJ. Out: Pattern, and captures as results whose `record` says file, offset, length and digest. Source: the CDXJ
server API of pywb (pywb.readthedocs.io) and Common Crawl's CDXJ index (commoncrawl.org/cdxj-index).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from headwater.acquire.canonical import canonical
from headwater.acquire.cdxj import surt
from headwater.acquire.search.results import Refused, Result, result
from headwater.acquire.sources.search import SearchSource

EXACT, PREFIX, DOMAIN = "exact", "prefix", "domain"
MAX_LINE_BYTES = 64 << 10
KEPT_FIELDS = ("timestamp", "mime", "status", "digest", "languages", "encoding", "truncated", "filename")
# ISO 639-3, as Common Crawl writes languages
LANGUAGES = {
    "zh": "zho", "en": "eng", "ja": "jpn", "ko": "kor", "de": "deu", "fr": "fra", "es": "spa", "ru": "rus",
    "pt": "por", "it": "ita", "nl": "nld", "pl": "pol", "ar": "ara", "tr": "tur", "vi": "vie", "id": "ind",
    "fa": "fas", "cs": "ces", "sv": "swe", "uk": "ukr", "el": "ell", "he": "heb", "hi": "hin", "th": "tha",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """`url` is as the index server takes it; `key` is the sort key of what it names, or the start of it."""

    url: str
    match: str
    key: bytes

    def holds(self, key: bytes) -> bool:
        if self.match == EXACT:
            return key == self.key
        if self.match == DOMAIN:
            return key.startswith((self.key + b")", self.key + b",", self.key + b":"))
        return key.startswith(self.key)


def pattern_of(query: str) -> Pattern:
    """The pattern that a query names. Raises Refused where it is none."""
    text = query.strip()
    scheme, _, rest = text.rpartition("://")
    bare = rest.removesuffix("/*") if rest.startswith("*.") else rest
    domain = bare.startswith("*.") or "/" not in bare.rstrip("*")
    host, _, path = bare.removeprefix("*.").rstrip("*").partition("/")
    address = canonical(f"{scheme or 'http'}://{host}/")
    if address is None or not re.search(r"[.:]|^localhost", host) or (" " in text) or "*" in host:
        raise Refused("commoncrawl.not_a_pattern", f"{query!r} is neither a host nor a pattern such as *.example.com")
    key = surt(address)
    if domain:
        name = urlsplit(address).netloc
        return Pattern(url=f"*.{name}", match=DOMAIN, key=key[: key.index(b")")])
    if text.endswith("*"):
        return Pattern(url=text, match=PREFIX, key=key[:-1] + _path_key(path))
    return Pattern(url=text, match=EXACT, key=surt(canonical(f"{scheme or 'http'}://{host}/{path}") or address))


def _path_key(path: str) -> bytes:
    """The start of a key's path, in its spelling."""
    marked = canonical(f"http://h/{path}x") or "http://h/x"  # the mark keeps a slash at the end
    return surt(marked).partition(b")")[2][:-1]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a capture must be like. Times are of fourteen digits."""

    since: str
    until: str
    mime: str
    language: str

    def holds(self, capture: dict[str, Any]) -> bool:
        if str(capture.get("status", "200")) not in ("200", "-"):
            return False
        kinds = {str(capture.get(name, "")) for name in ("mime", "mime-detected")}
        if self.mime and self.mime not in kinds:
            return False
        if self.language and self.language not in str(capture.get("languages", "")).split(","):
            return False
        return self.since <= str(capture.get("timestamp", "")) <= self.until


def wanted_of(source: SearchSource) -> Wanted:
    """What a source asks of captures."""
    language = source.language.lower().partition("-")[0]
    return Wanted(
        since=re.sub(r"\D", "", source.since).ljust(14, "0"),
        until=re.sub(r"\D", "", source.until).ljust(14, "9"),
        mime=source.mime,
        language=LANGUAGES.get(language, language),
    )


def captures(lines: Iterable[bytes], crawl: str, wanted: Wanted, pattern: Pattern | None = None) -> Iterator[Result]:
    """The captures in lines of an index; a line that says nothing useful becomes a result without an address.

    `pattern`: where the lines are of more than what was asked for.
    """
    import orjson

    for line in lines:
        start = line.find(b"{")
        if not line.strip() or line.startswith((b"!", b" CDX")):
            continue
        if pattern is not None and start > 0 and not pattern.holds(line.split(b" ", 1)[0]):
            continue
        try:
            capture = orjson.loads(line[start:]) if start >= 0 and len(line) <= MAX_LINE_BYTES else None
        except orjson.JSONDecodeError:
            capture = None
        if not isinstance(capture, dict):
            yield result("")
            continue
        head = line[:start].split()
        capture.setdefault("timestamp", head[1].decode("ascii", "replace") if len(head) > 1 else "")
        if wanted.holds(capture):
            yield _capture(capture, crawl)


def _capture(capture: dict[str, Any], crawl: str) -> Result:
    """A capture as a result; without an address where it does not say where it lies."""
    try:
        offset, length = int(capture["offset"]), int(capture["length"])
        named = capture["filename"]
    except (KeyError, TypeError, ValueError):
        return result("")
    if offset < 0 or length <= 0 or not isinstance(named, str) or not named:
        return result("")
    told = {name: str(capture[name])[:1000] for name in KEPT_FIELDS if capture.get(name)}
    return result(capture.get("url"), record={**told, "crawl": crawl, "offset": offset, "length": length})
