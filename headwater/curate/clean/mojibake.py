"""Mojibake of Western origin: UTF-8 that was read as Latin-1 or Windows-1252, once or several times.

In: a text. Out: the text with such characters put right, and how many.

Each character beyond ASCII became two to four, the first from `Â` to `ô`, the others signs and control characters that
words do not hold: `Ã©` for é, `â€™` for ’. Three of four such sequences cannot be anything else. The others could be an
accented capital before a quotation mark (`CAFÉ»`), so they are put right only in a text that has the first sort and no
accent of its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from headwater.curate.clean.marks import BYTE_OF

# bytes whose characters do follow a letter in good text: quotation marks, dashes, an ellipsis, no-break space
PUNCTUATION = frozenset((0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x8B, 0x9B, 0xA0, 0xAB, 0xBB))
CAPITALS = range(0xC2, 0xDF)  # lead bytes that read as a capital letter
LONE = frozenset("ÂÃ")  # capitals that are no word by themselves
NOT_TEXT = ("Cn", "Co", "Cs")


def repair(text: str) -> tuple[str, int]:
    """The text without such mojibake, and how many sequences were put right."""
    total = 0
    while True:
        text, count = _once(text)
        total += count
        if not count:
            return text, total


def _once(text: str) -> tuple[str, int]:
    """One layer of mojibake taken off."""
    found = [(match.start(), match.end(), _decoded(match.group())) for match in _pattern().finditer(text)]
    found = [entry for entry in found if entry[2]]
    certain = [_is_certain(text, start, end) for start, end, _ in found]
    if not any(certain):
        return text, 0
    everything = all(certain) or not _has_own_accents(text, found)
    parts, at, count = [], 0, 0
    for (start, end, character), sure in zip(found, certain, strict=True):
        if sure or everything:
            parts += [text[at:start], character]
            at, count = end, count + 1
    return "".join(parts) + text[at:], count


def _decoded(sequence: str) -> str:
    """The character that a sequence stands for; empty where it stands for none."""
    try:
        character = bytes(BYTE_OF[c] for c in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if unicodedata.category(character) in NOT_TEXT else character


def _is_certain(text: str, start: int, end: int) -> bool:
    """Whether good text cannot hold this sequence here."""
    if any(BYTE_OF[c] not in PUNCTUATION for c in text[start + 1 : end]):
        return True
    before = text[start - 1] if start else " "
    if BYTE_OF[text[start]] not in CAPITALS:
        return False
    # a capital in the middle of a word, or a capital alone that is no word
    return before.islower() or (text[start] in LONE and not before.isalpha())


def _has_own_accents(text: str, found: list[tuple[int, int, str]]) -> bool:
    """Whether the text has Western accented letters outside the sequences."""
    letters = sum(map(len, _accents().findall(text)))
    inside = sum(len("".join(_accents().findall(text[start:end]))) for start, end, _ in found)
    return letters > inside


@cache
def _pattern() -> re.Pattern[str]:
    def read_as(first: int, last: int) -> str:
        return "[" + "".join(re.escape(c) for c, byte in BYTE_OF.items() if first <= byte <= last) + "]"

    later = read_as(0x80, 0xBF)
    two, three, four = read_as(0xC2, 0xDF), read_as(0xE0, 0xEF), read_as(0xF0, 0xF4)
    return re.compile(f"{four}{later}{{3}}|{three}{later}{{2}}|{two}{later}")


@cache
def _accents() -> re.Pattern[str]:
    return re.compile("[À-ÖØ-öø-ÿ]+")
