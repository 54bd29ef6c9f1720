"""JSON: one object a line (.jsonl), or an array or a run of objects laid out freely (.json).

In: an InputFile. Out: document rows. A value is held only while it is read, so that a file may be of any size; what
does not parse is counted and what follows it is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from headwater.document import lenient_json, streams
from headwater.document.rows import InputFile, normalise
from headwater.document.schema import Row

HEAD_BYTES = 1 << 16
_STRUCTURE = re.compile(rb'["{}\[\]]')
_IN_STRING = re.compile(rb'["\\]')


def jsonl_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    yield from _rows(streams.lines(item.location, problems), item, problems)


def json_rows(item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    """A .json file is read as lines where its first line is a value by itself, and by structure otherwise."""
    pieces = streams.chunks(item.location, problems)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    start = head.lstrip().removeprefix(lenient_json.BOM).lstrip()
    first, newline, _ = start.partition(b"\n")
    if start[:1] == b"{" and newline and _parses(first):
        yield from jsonl_rows(item, problems)
        return
    any_value = False
    for value in values(_chain(start, pieces), problems, inside=start[:1] == b"["):
        any_value = True
        yield from _rows([value], item, problems)
    if start and not any_value:
        problems["input.no_text"] += 1  # numbers, strings, or no JSON at all


def _parses(line: bytes) -> bool:
    try:
        lenient_json.loads(line)
    except ValueError:
        return False
    return True


def _chain(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


def _rows(texts: Iterable[bytes], item: InputFile, problems: Counter[str]) -> Iterator[Row]:
    for text in texts:
        if not text.strip().removeprefix(lenient_json.BOM):
            continue
        try:
            value = lenient_json.loads(text)
        except UnicodeDecodeError:
            problems["input.invalid_utf8"] += 1
            continue
        except ValueError:
            problems["input.invalid_json"] += 1
            continue
        row = normalise(value, item)
        if row is None:
            problems["input.no_text"] += 1
        else:
            yield row


def values(pieces: Iterable[bytes], problems: Counter[str], inside: bool) -> Iterator[bytes]:
    """The objects of a stream of JSON, as bytes: those of its outermost array (`inside`), or those it is a run of.

    One longer than MAX_LINE_BYTES is counted and passed over; one that the stream ends in counts `input.truncated`.
    """
    base = 1 if inside else 0
    depth, in_string, escaped = 0, False, False
    held = bytearray()  # of the object being read
    dropping = False
    for piece in pieces:
        at = start = 0  # `start`: where the object being read goes on in this piece
        if escaped:
            at, escaped = 1, False
        while match := (_IN_STRING if in_string else _STRUCTURE).search(piece, at):
            at = match.end()
            mark = match.group()
            if mark == b'"':
                in_string = not in_string
            elif mark == b"\\":
                escaped = at == len(piece)
                at += 1
            elif mark in b"{[":
                depth += 1
                if depth == base + 1:
                    start, held, dropping = match.start(), bytearray(), False
            elif depth > 0:
                depth -= 1
                if depth == base:
                    if not dropping and len(held) + at - start > streams.MAX_LINE_BYTES:
                        problems["input.line_too_long"] += 1
                    elif not dropping:
                        yield bytes(held) + piece[start:at]
                    held = bytearray()
        if depth > base and not dropping:
            held += piece[start:]
            if len(held) > streams.MAX_LINE_BYTES:
                problems["input.line_too_long"] += 1
                held, dropping = bytearray(), True
    if depth > base and not dropping:
        problems["input.truncated"] += 1
