"""Kinds of characters and figures of lines, slowly: what `kernels/kinds.py` and `kernels/lines.py` are held equal to.

In: one text. Out: counts and figures by name.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

from headwater.curate import characters

LETTERS = {*characters.SCRIPTS, "letter"}


def kinds(text: str) -> Counter[str]:
    return Counter(characters.kind_of(ord(character)) for character in text)


def marks(text: str, pile: int) -> tuple[int, int]:
    """(combining marks, marks that have at least pile - 1 directly below them)."""
    combined = piled = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        combined += run > 0
        piled += run >= pile
    return combined, piled


def misread(text: str) -> int:
    """Characters of runs that are the bytes of one UTF-8 character, each read as a character."""
    later = {chr(code) for code in range(0x80, 0xC0)}
    later |= {
        bytes([code]).decode("cp1252") for code in range(0x80, 0xC0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    }
    total = at = 0
    while at < len(text):
        code = ord(text[at])
        size = 1 if chr(code) in "ÂÃÄÅÎÏÐÑ×ØÙ" else 2 if 0xE0 <= code <= 0xEF else 3 if 0xF0 <= code <= 0xF4 else 0
        following = text[at + 1 : at + 1 + size]
        if size and len(following) == size and all(character in later for character in following):
            total += size + 1
            at += size
        at += 1
    return total


def is_letter_or_digit(character: str) -> bool:
    kind = characters.kind_of(ord(character))
    return kind == "digit" or kind in LETTERS


def is_white(character: str) -> bool:
    return characters.kind_of(ord(character)) in ("space", "newline") or character in characters.LINE_BREAKS


def stripped(line: str) -> str:
    start, end = 0, len(line)
    while start < end and is_white(line[start]):
        start += 1
    while end > start and is_white(line[end - 1]):
        end -= 1
    return line[start:end]


def ends_a_sentence(line: str) -> bool:
    """A mark of an end, and after it nothing but closing quotes, brackets and emphasis."""
    while line and line[-1] in characters.CLOSERS:
        line = line[:-1]
    return bool(line) and line[-1] in characters.SENTENCE_ENDS


def is_menu(line: str) -> bool:
    separators = sum(character in characters.SEPARATORS for character in line)
    return separators >= 3 and separators * 14 >= len(line) and not (line[0] == "|" and line[-1] == "|")


def is_han(line: str) -> bool:
    return all(characters.kind_of(ord(character)) == "han" for character in line)


def lines(text: str) -> dict[str, int]:
    """The figures of `kernels.lines.NAMES`."""
    every = [stripped(line) for line in text.splitlines()]
    found = [line for line in every if line]
    telling = [line for line in found if any(map(is_letter_or_digit, line))]
    paragraphs = [tuple(part) for part in _paragraphs(every) if any(map(is_letter_or_digit, "".join(part)))]
    han = [is_han(line) for line in found]
    verse = 0
    for i, line in enumerate(found):
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(found)]
        verse += 5 <= len(line) <= 7 and han[i] and any(han[j] and len(found[j]) == len(line) for j in beside)
    return {
        "lines": len(found),
        "chars": sum(map(len, found)),
        "max_chars": max(map(len, found), default=0),
        "ended_chars": sum(len(line) for line in found if ends_a_sentence(line)),
        "telling": len(telling),
        "dup_lines": len(telling) - len(set(telling)),
        "dup_chars": sum(map(len, telling)) - sum(map(len, set(telling))),
        "short_lines": sum(len(line) < 5 for line in found),
        "paragraphs": len(paragraphs),
        "dup_paragraphs": len(paragraphs) - len(set(paragraphs)),
        "dup_paragraph_chars": _chars(paragraphs) - _chars(set(paragraphs)),
        "menu_chars": sum(len(line) for line in found if is_menu(line)),
        "verse_lines": verse,
        "marks": sum(character in characters.SENTENCE_ENDS for line in found for character in line),
    }


def _chars(paragraphs) -> int:
    return sum(len(line) for paragraph in paragraphs for line in paragraph)


def _paragraphs(every: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in every:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]
