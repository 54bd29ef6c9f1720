"""Passages that two documents share: how long one is, where it begins and ends, and whether enough is left.

In: a text and quotations from earlier documents, each with the place where both are said to be equal. Out: the spans of
the text, in bytes, that are equal and long enough. A word counts one, a character of a script without spaces as much
less as the settings say. A passage is cut where lines and sentences begin and end; one that is longer than any
sentence and has no such place (a list of words, a text without signs), at whole words. Code is cut between lines alone.
"""

from __future__ import annotations

import re

import numpy as np

from headwater.curate.dedup import bounds
from headwater.curate.dedup.config import DedupConfig

CHARS_PER_WORD = 1.6  # characters that say as much as a word
SENTENCE_WORDS = 80  # a longer run without an end is no sentence
LEFT_LETTERS, LEFT_HAN = 30, 12  # at least, of a document after its cuts; a share of each adds up
BYTES_PER_TOKEN = 12  # at most, in the mean, of a passage that a quotation holds whole
_TOKEN = re.compile(r"[\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7ff\uf900-\ufaff\u0e00-\u0fff\U00020000-\U0003ffff]|\w+")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]")


def lengths(config: DedupConfig) -> tuple[int, int]:
    """(words, characters) of the shortest passage that is cut."""
    words = config.span_words or max(8, int(config.span_chars / CHARS_PER_WORD))
    return words, config.span_chars or int(words * CHARS_PER_WORD)


def least_tokens(config: DedupConfig) -> int:
    """Tokens that any passage has which is cut."""
    return min(lengths(config))


def reach(config: DedupConfig) -> int:
    """Bytes that are quoted on each side of an anchor: more than lies between two anchors."""
    return 2 * max(lengths(config)) * BYTES_PER_TOKEN


def thinned(matches: np.ndarray, distance: int) -> np.ndarray:
    """Of matches along one pair of equal passages: the first, the last, and one every half `distance` bytes."""
    shift = matches["place"] - matches["first_place"]
    order = np.lexsort((matches["place"], shift, matches["first"], matches["order"]))
    matches, shift = matches[order], shift[order]
    if not len(matches):
        return matches
    same = np.zeros(len(matches), bool)
    same[1:] = (
        (matches["order"][1:] == matches["order"][:-1])
        & (matches["first"][1:] == matches["first"][:-1])
        & (shift[1:] == shift[:-1])
    )
    group = np.cumsum(~same)
    bucket = matches["place"] // max(1, distance // 2)
    begins = ~same
    begins[1:] |= bucket[1:] != bucket[:-1]
    ends = np.ones(len(matches), bool)
    ends[:-1] = group[1:] != group[:-1]
    return matches[begins | ends]


def repeated(
    text: bytes, quotes: list[tuple[int, bytes, bytes]], config: DedupConfig, lines_only: bool = False
) -> list[tuple[int, int]]:
    """The spans of a text that its quotes show to be repeated: ascending, apart, each long enough."""
    spans: list[list[int]] = []
    for place, before, after in quotes:
        back = _equal(text[max(0, place - len(before)) : place][::-1], before[::-1])
        forth = _equal(text[place : place + len(after)], after)
        first, end = place - back, place + forth
        if forth:
            spans.append([first, end])
    spans.sort()
    joined: list[list[int]] = []
    for first, end in spans:
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([first, end])
    words, chars = lengths(config)
    found: list[tuple[int, int]] = []
    for first, end in (_whole_words(text, *span) for span in joined):
        if not long_enough(text[first:end], words, chars):
            continue
        narrow = bounds.narrowed(text, first, end, lines_only)
        if long_enough(text[slice(*narrow)], words, chars):
            found.append(narrow)
        elif not lines_only and (_endless(text[first:end], words, chars) or bounds.unbroken(text)):
            found.append((first, end))
    return found


def _endless(passage: bytes, words: int, chars: int) -> bool:
    """Whether a passage is longer than a sentence is, and much longer than asked for."""
    times = max(2, SENTENCE_WORDS / words)
    return long_enough(passage, words * times, chars * times)


def enough_left(text: str) -> bool:
    """Whether a text says anything yet, once passages were cut."""
    total = 0.0
    for match in _LETTER.finditer(text):
        total += (
            1 / LEFT_HAN if "\u3400" <= match.group() <= "\u9fff" or match.group() >= "\U00020000" else 1 / LEFT_LETTERS
        )
        if total >= 1 - 1e-9:
            return True
    return False


def long_enough(passage: bytes, words: float, chars: float) -> bool:
    """Whether a passage has so many words, or so many characters of a script without spaces, or shares of both."""
    total = 0.0
    for match in _TOKEN.finditer(passage.decode("utf-8", "replace")):
        token = match.group()
        total += 1 / chars if len(token) == 1 and ord(token) >= 0x0E00 else 1 / words
        if total >= 1 - 1e-9:
            return True
    return False


def _equal(one: bytes, other: bytes) -> int:
    """Bytes in which both begin alike."""
    size = min(len(one), len(other))
    differ = np.flatnonzero(np.frombuffer(one, np.uint8, size) != np.frombuffer(other, np.uint8, size))
    return int(differ[0]) if len(differ) else size


def _whole_words(text: bytes, first: int, end: int) -> tuple[int, int]:
    """A span made shorter until it begins and ends between characters, and not inside a word of ASCII letters."""
    while first < end and (text[first] & 0xC0 == 0x80 or _inside(text, first)):
        first += 1
    while end > first and end < len(text) and (text[end] & 0xC0 == 0x80 or _inside(text, end)):
        end -= 1
    return first, end


def _inside(text: bytes, place: int) -> bool:
    """Whether an ASCII word runs over this place."""
    if not 0 < place < len(text) or text[place] >= 0x80 or text[place - 1] >= 0x80:
        return False
    return bool(_WORD.match(text[place : place + 1]) and _WORD.match(text[place - 1 : place]))
