"""Where in its file a row lies that was refused, so that a person can look at it.

In: a file, and the places of rows counted among all that it holds. Out: for each the number of its line and how the
line begins, where a row is a line; else the place itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from headwater.document import WHOLE_FILES, InputFile, remote, streams
from headwater.errors import HeadwaterError

HEAD_BYTES = 200
TOO_LONG = "input.line_too_long"  # of a line that is passed over, not given
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Place(NamedTuple):
    """`unit`: what is counted by `number`: a line, a row, or the file itself."""

    number: int
    unit: str
    head: str = ""


def places_of(item: InputFile, places: Iterable[int]) -> Iterator[Place]:
    """A Place for each of some ascending places of a file."""
    if item.kind != "jsonl" or remote.is_remote(item.location):  # whose lines it would take a second download to count
        unit = "file" if item.kind in WHOLE_FILES else "row"
        yield from (Place(number, unit) for number in places)
        return
    found = _lines(item.location)
    at, line, head = 0, 0, b""
    for place in places:
        while at < place:
            number, head = next(found, (line + 1, b""))  # past the end where the file ended early
            at, line = at + 1, number
        yield Place(line, "line", head.decode("utf-8", "replace"))


def _lines(location: str) -> Iterator[tuple[int, bytes]]:
    """The number, from 1, and the beginning of every line that is not blank."""
    problems: Counter[str] = Counter()
    number = passed = 0
    try:
        for line in streams.lines(location, problems):
            for _ in range(problems[TOO_LONG] - passed):
                number += 1
                yield number, b""
            passed = problems[TOO_LONG]
            number += 1
            if number == 1:
                line = line.removeprefix(BYTE_ORDER_MARK)
            if line.strip():
                yield number, line[:HEAD_BYTES].strip()
        for _ in range(problems[TOO_LONG] - passed):
            number += 1
            yield number, b""
    except HeadwaterError:  # it went away since: the places go on by counting
        return
