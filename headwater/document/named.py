"""What a person names to be taken down: an id, a URL, all URLs that begin so, or a domain.

In: a word, or a file with one a line. Out: (kind, value) as the takedown list has them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from headwater.document.takedown import KINDS, MAX_VALUE
from headwater.errors import HeadwaterError

MAX_BYTES = 256 << 20
_DOMAIN = re.compile(r"[^\s/@:?#*.]{1,63}(\.[^\s/@:?#*.]{1,63})+")
_PREFIX = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s*?#]+/.*")  # at least a scheme and a whole host


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """(place, word) of each line of a list; empty lines and those that begin with # are passed over.

    Raises HeadwaterError unreadable_input, unsafe_file, or arguments where no line names anything.
    """
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise HeadwaterError("unsafe_file", f"is larger than {MAX_BYTES >> 20} MiB", where=str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise HeadwaterError("unreadable_input", f"cannot be read: {error}", where=str(path)) from error
    some = False
    for number, line in enumerate(text.split("\n"), 1):
        word = line.strip()
        if word and not word.startswith("#"):
            some = True
            yield f"{path}:{number}", word
    if not some:
        raise HeadwaterError("arguments", "names nothing", where=str(path), mend="an id, URL, prefix* or domain a line")


def kind_of(word: str, where: str, is_id: Callable[[str], bool]) -> tuple[str, str]:
    """Kind and value of one word. `doc:`, `url:`, `prefix:` and `domain:` before it say what it is.

    `is_id`: whether a document has this id. Raises HeadwaterError arguments where it could be none of them.
    """
    said, _, rest = word.partition(":")
    if said in KINDS and rest:
        kind, value = said, rest
    elif "://" in word:
        kind, value = ("prefix", word) if word.endswith("*") else ("url", word)
    elif is_id(word):
        kind, value = "doc", word
    else:
        kind, value = "domain", word
    if kind == "prefix":
        value = value.removesuffix("*")
    if kind == "domain":
        value = value.lower().removeprefix("*.").strip(".")
    _check(kind, value, where or word)
    return kind, value


def _check(kind: str, value: str, where: str) -> None:
    wrong, mend = "", ""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        wrong, mend = "is not UTF-8", "write it in UTF-8"
    if not value or len(value) > MAX_VALUE or "\n" in value:
        wrong, mend = "is empty, or longer than any address", f"at most {MAX_VALUE} characters"
    elif kind == "domain" and not _DOMAIN.fullmatch(value):
        wrong, mend = "is no URL, no domain and no packed document's id", "write doc:ID for one that is not packed yet"
    elif kind == "prefix" and not _PREFIX.fullmatch(value):
        wrong, mend = (
            "is too short a beginning: it would take other hosts' pages too",
            "write at least https://host/*, or the domain alone",
        )
    if wrong:
        raise HeadwaterError("arguments", f"{value[:80]!r} {wrong}", where=where[:200], mend=mend)
