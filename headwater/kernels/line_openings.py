"""What a line may be about, told by a glance at how it begins and by a few words in it.

In: of each of at most MOST subjects openings (how its lines begin) and tells (what they hold), and signs that may stand
before an opening. Out: tables; then of a line of a text the subjects whose opening it begins with, signs and digits
before it passed over, or whose tell it holds, as bits. ASCII letters match in either case. A line that is let through
may still be about nothing: this spares the others a closer look.

Of an opening in ASCII the first LETTERS letters are compared, of another one the first two characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm

MOST = 15
LETTERS = 4
NUM_WORDS = 1 << 16  # a few words share a place
NUM_CODES = 1 << 16
PASSED = 1 << MOST  # a sign that may stand before an opening
STRIDE = 0x9E37  # odd; spreads a number, joins two characters
FOLD = 16
CASE = 0x20
CLOSING = 0x5D  # ] ends a link's text: what the line begins with may stand after the address
KINDS = (np.uint16, np.uint16, np.uint16, np.uint8, np.uint8, np.int64, np.uint16, np.uint8, np.int64)


class Tables(NamedTuple):
    """Subjects as bits, by what a line begins with and by the tells; a tell is known by two of its bytes."""

    words: np.ndarray  # [NUM_WORDS], by the first letters
    codes: np.ndarray  # [NUM_CODES], by the first character; or PASSED
    twos: np.ndarray  # [NUM_CODES], by the first two characters
    pairs: np.ndarray  # [0x10000]: 1 + the first tell that is known by these two bytes
    following: np.ndarray  # [tells]: 1 + the next tell that is known by the same two
    places: np.ndarray  # [tells]: where the two stand in it
    subjects: np.ndarray  # [tells]
    letters: np.ndarray  # the tells, one after the other
    bounds: np.ndarray  # [tells + 1]


@part
def lowered(byte):
    """A byte, an ASCII capital as its small letter."""
    return byte | CASE if 0x41 <= byte <= 0x5A else byte


@part
def _first_letters(text, at, end):
    """The place of the first letters from a place on: five bits each, folded."""
    key, shift = np.int64(0), 5 * LETTERS
    while shift and at < end:
        byte = np.int64(lowered(text[at]))
        if byte < 0x61 or byte > 0x7A:
            break
        shift -= 5
        key |= (byte - 0x60) << shift
        at += 1
    return (key * STRIDE) & (NUM_WORDS - 1) ^ key >> FOLD


@part
def opened(text, start, end, tables):
    """The subjects that a line begins like."""
    at = start
    while at < end:
        if text[at] < 0x80:
            if 0x61 <= lowered(text[at]) <= 0x7A:
                return np.int64(tables.words[_first_letters(text, at, end)])
            if text[at] == CLOSING:
                return PASSED - 1
            at += 1
            continue
        code, size = decode(text, at, end)
        if code >= NUM_CODES:
            return 0
        found = np.int64(tables.codes[code])
        if found != PASSED:
            second = decode(text, at + size, end)[0] if at + size < end else 0
            return found | np.int64(tables.twos[(code * STRIDE + second) & (NUM_CODES - 1)])
        at += size
    return 0


@part
def held(text, start, end, tables):
    """The subjects whose tells a line holds."""
    before, found = np.int64(0), np.int64(0)
    for at in range(start, end):
        byte = np.int64(lowered(text[at]))
        tell = tables.pairs[before << 8 | byte]
        before = byte
        while tell:
            first, last = tables.bounds[tell - 1], tables.bounds[tell]
            begin = at - 1 - tables.places[tell - 1]
            if begin >= start and begin + last - first <= end:
                k = first
                while k < last and lowered(text[begin + k - first]) == tables.letters[k]:
                    k += 1
                if k == last:
                    found |= np.int64(tables.subjects[tell - 1])
            tell = tables.following[tell - 1]
    return found


@kernel
def _look(offsets, text, tables, out):
    for k in range(len(out)):
        start, end = offsets[k], offsets[k + 1]
        out[k] = opened(text, start, end, tables) | held(text, start, end, tables)


def look(offsets: np.ndarray, text: np.ndarray, tables: Tables) -> np.ndarray:
    """The subjects of every text of a column, a line each, as bits (int64)."""
    warm("line_openings", _compile)
    return _seen(offsets, text, tables)


def _seen(offsets: np.ndarray, text: np.ndarray, tables: Tables) -> np.ndarray:
    out = np.zeros(len(offsets) - 1, np.int64)
    _look(frozen(offsets, np.int64), frozen(text, np.uint8), tables, out)
    return out


def build(openings: Iterable[tuple[str, int]], tells: Iterable[tuple[str, int, int]], passed: str) -> Tables:
    """Tables of (opening, subjects), (tell, place of the two bytes it is known by, subjects), and signs passed over."""
    words, codes, twos = (np.zeros(size, np.uint16) for size in (NUM_WORDS, NUM_CODES, NUM_CODES))
    for opening, subjects in openings:
        if opening.isascii():
            words[_number(opening.lower())] |= subjects
        elif len(opening) == 1:
            codes[ord(opening)] |= subjects
        else:
            twos[(ord(opening[0]) * STRIDE + ord(opening[1])) % NUM_CODES] |= subjects
    codes[[ord(sign) for sign in passed]] = PASSED
    spelled = [(tell.encode().lower(), place, subjects) for tell, place, subjects in tells]
    pairs, following = np.zeros(1 << 16, np.uint8), np.zeros(len(spelled), np.uint8)
    for number, (tell, place, _) in enumerate(spelled):
        pair = tell[place] << 8 | tell[place + 1]
        following[number], pairs[pair] = pairs[pair], number + 1
    places, subjects_of = ([entry[column] for entry in spelled] for column in (1, 2))
    bounds = np.cumsum([0, *(len(tell) for tell, _, _ in spelled)])
    letters = np.frombuffer(b"".join(tell for tell, _, _ in spelled), np.uint8)
    return _frozen(words, codes, twos, pairs, following, np.array(places), np.array(subjects_of), letters, bounds)


def _frozen(*arrays: np.ndarray) -> Tables:
    return Tables(*(frozen(array, kind) for array, kind in zip(arrays, KINDS, strict=True)))


def _number(opening: str) -> int:
    """`_first_letters` of an opening."""
    key = 0
    for place, letter in enumerate(opening[:LETTERS]):
        if not "a" <= letter <= "z":
            break
        key |= (ord(letter) - 0x60) << 5 * (LETTERS - 1 - place)
    return (key * STRIDE) & (NUM_WORDS - 1) ^ key >> FOLD


ALL = _frozen(*(np.zeros(0, np.uint8) for _ in KINDS))  # no tables: every line is let through


def _compile() -> None:
    _seen(np.array([0, 1]), np.array([0x61]), build([("a", 1)], [("ab", 0, 1)], ""))
