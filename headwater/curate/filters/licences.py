"""The licence header of a source file: the comment at its top that says whose it is and on what terms.

In: a text. Out: where its header lies, so that a file that is nothing else is rejected and a recipe may cut it off.
Read are the comments before the first line of code: blocks of line comments and block comments, each cut into
paragraphs. A header begins with a paragraph that names a licence, a copyright or an SPDX identifier and goes on while
paragraphs speak a licence's language. What else a comment says (what the file is for) is no part of it; a block comment
that says both stays whole, since half of it would be no comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
NONE: Span = (0, 0)
READ_CHARS = 24_000  # of a file, in which a header may stand
HINT_CHARS = 4_000  # in which a header must begin
MAX_BLOCKS = 6
MIXED_SHARE = 0.6  # of a block comment that must be licence for all of it to be header
_HINTS = ("licen", "copyright", "spdx-", "all rights reserved", "public domain", "free software", "©", "许可", "版权")
_STRONG = re.compile(
    r"copyright[ \t]*(?:\(c\)|©|[:,]?[ \t]*\d{4}|\b.{0,60}\b(?:authors|contributors|inc|foundation|affiliates))"
    r"|©[ \t]*\d{4}|\(c\)[ \t]*(?:copyright|\d{4})|spdx-(?:license-identifier|filecopyrighttext)|all rights reserved"
    r"|licen[cs]ed (?:under|to|by)|under the (?:terms|[\w .,-]{1,40}licen[cs]e)|governed by a[\w -]{0,40}licen[cs]e"
    r"|permission is hereby granted|permission to use, copy|redistribution and use in source|unlicen[cs]e"
    r"|this (?:file|program|software|code|source code|library|work) is (?:free software|licen[cs]ed|distributed"
    r"|released|part of|in the public|dedicated)"
    r"|(?:mit|apache|bsd|mozilla public|general public|mulan psl|isc) licen[cs]e"
    r"|released into the public domain|版权所有|许可证|著作权",
    re.IGNORECASE,
)  # fmt: skip
_WEAK = re.compile(
    r"copyright|licen[cs]e|warrant|liab(?:le|ility)|redistribut|permission|without restriction|as[ -]is\b|damages"
    r"|merchantab|fitness for|free software foundation|endorse|you may (?:not )?(?:obtain|use)|opt to use"
    r"|written agreement|see the|https?://\S*(?:licen[cs]e|gnu\.org|opensource\.org|spdx)|author"
    r"|contributors|notice|conditions",
    re.IGNORECASE,
)  # fmt: skip
_SKIPPED = re.compile(
    r"\ufeff|[ \t\r\n]+|#![^\n]*\n|#[^\n]{0,20}coding[:=][^\n]*\n|<\?(?:php|xml[^\n]{0,200}\?>)|#pragma once[^\n]*\n"
    r"|(['\"])use strict\1;?|//go:build[^\n]*\n|// \+build[^\n]*\n"
)
_PAIRS = (("/*", "*/"), ("<!--", "-->"), ('"""', '"""'), ("'''", "'''"), ("{-", "-}"), ("(*", "*)"), ("=begin", "=end"),
          ("--[[", "]]"), ("<#", "#>"))  # fmt: skip
_LINE = re.compile(r"[ \t]*(//|#|--|;|%|!|REM\b|rem\b|dnl\b|\.\.|\"(?!\"\"))")
_BLANK = re.compile(r"[\s*/#;%!|+=~_.-]*(?:dnl|REM|rem)?\s*$")


def header_span(text: str) -> Span:
    """Where the licence header begins and ends, in characters; (0, 0) where there is none."""
    head = text[:READ_CHARS]
    top = head[:HINT_CHARS].lower()
    if not any(hint in top for hint in _HINTS):
        return NONE
    found: list[Span] = []
    for number, (start, end, whole) in enumerate(_blocks(head)):
        if number == MAX_BLOCKS:
            break
        span = _licence_in(head, start, end, whole, bool(found))
        if span != NONE:
            found.append(span)
        elif found:
            break
    if not found:
        return NONE
    return found[0][0], found[-1][1]


def _blocks(head: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is one block comment) of the comments before the first line of code."""
    at = 0
    while True:
        while skipped := _SKIPPED.match(head, at):
            at = skipped.end()
        start = at
        for opening, closing in _PAIRS:
            if head.startswith(opening, at):
                end = head.find(closing, at + len(opening))
                at = len(head) if end < 0 else end + len(closing)
                yield start, at, True
                break
        else:
            first = _LINE.match(head, at)
            if not first:
                return
            while (line := _LINE.match(head, at)) and line.group(1) == first.group(1):
                at = head.find("\n", at) + 1 or len(head)
                if at == len(head):
                    break
            yield start, at, False


def _licence_in(head: str, start: int, end: int, whole: bool, begun: bool) -> Span:
    """The part of a block that is licence: from the first paragraph that says so to the last that goes on."""
    first = last = -1
    licence = total = 0
    for begin, stop in _paragraphs(head, start, end):
        text = head[begin:stop]
        total += stop - begin
        strong = bool(_STRONG.search(text))
        if strong or (begun or first >= 0) and _WEAK.search(text):
            first = begin if first < 0 else first
            last = stop
            licence += stop - begin
        elif first >= 0 and not whole:
            break
    if first < 0:
        return NONE
    if whole:
        return (start, end) if licence >= MIXED_SHARE * total else NONE
    alone = licence == total
    return (start, end) if alone else (first, last)


def _paragraphs(head: str, start: int, end: int) -> Iterator[Span]:
    """Runs of lines that say something, in one comment."""
    begin = at = start
    said = False
    while at < end:
        stop = head.find("\n", at, end) + 1 or end
        if _BLANK.match(head[at : min(stop, at + 400)].rstrip()):
            if said:
                yield begin, at
            said = False
        elif not said:
            begin, said = at, True
        at = stop
    if said:
        yield begin, end


def header_chars(text: str) -> int:
    """Visible characters of the header of a file, of which the first READ_CHARS will do."""
    start, end = header_span(text)
    return end - start - sum(text.count(character, start, end) for character in " \t\r\n")
