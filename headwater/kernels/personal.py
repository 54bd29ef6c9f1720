"""Where personal data may stand: at signs, long runs of digits, and what is written like an internet address.

In: a text array's offsets and bytes. Out: columns (row, start, end, kind), a candidate each, as bytes of the text.

    AT       one at sign, ASCII or full-width, between characters of an e-mail address
    NUMBER   digits in groups: from the first digit (or the + or bracket before it) to the last, MIN_DIGITS of them at
             least; fewer where it follows a plus sign or a colon. A group that no number of ours can have ends the run
    IPV4     four groups of one to three digits between dots
    IPV6     hexadecimal digits and colons, with `::` or seven colons, that start like a public address

Digits, +, -, brackets and spaces may be full-width.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.personal_bytes import (
    ADDRESS,
    AT_SIGN,
    AT_SIGNS,
    COLON,
    DIGIT,
    DIGITS,
    DOT,
    GAP,
    OPEN,
    SIGNS,
    WIDE,
    WORD,
    joins,
    read,
    sought,
)  # fmt: skip

AT, NUMBER, IPV4, IPV6 = 0, 1, 2, 3
MIN_DIGITS, MIN_CALLED_DIGITS = 10, 7
MAX_GROUP = 19  # digits without a break: longer than any number of ours
MAX_GAP = 3  # separators between two groups
MAX_OPENING = 2  # plus signs and brackets before the first one
COLON_GAP = 2  # spaces between a colon and a number
MAX_IPV6 = 39  # characters


@part
def _is_ipv4(text, start, end):
    """Whether the bytes are four groups of one to three digits between dots."""
    groups, digits = 1, 0
    for i in range(start, end):
        if text[i] == DOT:
            if digits == 0:
                return False
            groups, digits = groups + 1, 0
        else:
            digits += 1
            if digits > 3:
                return False
    return groups == 4 and digits > 0


@part
def _is_ipv6(text, start, end):
    """Whether the bytes start with a group of 2000 to 3fff and have `::` or seven colons."""
    if end - start < 6 or text[start + 4] != COLON or (text[start] != 0x32 and text[start] != 0x33):
        return False
    colons, double = 0, False
    for i in range(start, end):
        if text[i] == COLON:
            colons += 1
            double |= i + 1 < end and text[i + 1] == COLON
    return double or colons == 7


@part
def _note(found, count, row, start, end, kind):
    """Note a candidate; how many there are. Kinds and counts come typed: each literal would be compiled apart."""
    if count < len(found):
        found[count, 0], found[count, 1], found[count, 2], found[count, 3] = row, start, end, kind
    return count + 1


@part
def _addresses(text, row, begin, end, found, count):
    """Note what is written like an IP address, and every at sign of an e-mail address."""
    at = begin
    while at < end:
        at = sought(text, at, end, DIGITS | AT_SIGNS | WIDE)
        if at == end:
            break
        sign = SIGNS[text[at]]
        if sign & DIGITS:
            if at > begin and SIGNS[text[at - 1]] & WORD:
                at += 1
                continue
            start, dots, colons = at, 0, 0
            while at < end and SIGNS[text[at]] & ADDRESS:
                dots += text[at] == DOT
                colons += text[at] == COLON
                at += 1
            stop = at
            while stop > start and (text[stop - 1] == DOT or text[stop - 1] == COLON):
                stop -= 1
            alone = start == begin or text[start - 1] != COLON
            if colons >= 2 and dots <= 1 and alone and stop - start <= MAX_IPV6 and _is_ipv6(text, start, stop):
                count = _note(found, count, row, start, stop, np.int64(IPV6))
            elif dots >= 3:
                count = _dotted(text, row, start, stop, found, count)
            continue
        kind, size = read(text, at, end)
        if kind == AT_SIGN:
            stop = at + size
            if at > begin and stop < end and joins(text[at - 1]) and joins(text[stop]):
                count = _note(found, count, row, at, stop, np.int64(AT))
        at += size
    return count


@part
def _dotted(text, row, start, end, found, count):
    """Note the parts of a run of hexadecimal digits, dots and colons that are IPv4 addresses by themselves."""
    at = start
    while at < end:
        stop = at
        while stop < end and (text[stop] == DOT or 0x30 <= text[stop] <= 0x39):
            stop += 1
        last = stop
        while last > at and text[last - 1] == DOT:
            last -= 1
        if last - at <= 15 and _is_ipv4(text, at, last) and (at == start or text[at - 1] == COLON):
            count = _note(found, count, row, at, last, np.int64(IPV4))
        at = max(stop, at) + 1
    return count


@part
def _is_called(text, begin, start):
    """Whether a colon stands before a number, a space or two between."""
    at, spaces = start - 1, 0
    while at >= begin and text[at] == 0x20 and spaces < COLON_GAP:
        at, spaces = at - 1, spaces + 1
    if at < begin:
        return False
    wide = at >= begin + 2 and text[at] == 0x9A and text[at - 1] == 0xBC and text[at - 2] == 0xEF
    return text[at] == COLON or wide


@part
def _opening(text, begin, start):
    """(where a number with its + and brackets starts, whether a + is there)."""
    plus = False
    for _ in range(MAX_OPENING):
        if start > begin and (text[start - 1] == 0x2B or text[start - 1] == 0x28):
            start -= 1
            plus |= text[start] == 0x2B
        elif start - 3 >= begin and text[start - 3] == 0xEF and text[start - 2] == 0xBC:
            if text[start - 1] != 0x8B and text[start - 1] != 0x88:
                break
            start -= 3
            plus |= text[start + 2] == 0x8B
        else:
            break
    return start, plus


@part
def _numbers(text, row, begin, end, found, count):
    """Note the runs of digits."""
    at = begin
    while at < end:
        at = sought(text, at, end, DIGITS | WIDE)
        if at == end:
            break
        kind, size = read(text, at, end)
        if kind != DIGIT:
            at += size
            continue
        start, plus = _opening(text, begin, at)
        last, digits, group, gap = at, 0, 0, 0
        kept_last, kept_digits = at, 0  # at the end of the group before
        while at < end:
            kind, size = read(text, at, end)
            if kind == DIGIT:
                digits, group, gap = digits + 1, group + 1, 0
                last = at + size
            elif group > MAX_GROUP or kind not in (GAP, OPEN) or gap == MAX_GAP:
                break
            else:
                if gap == 0:
                    kept_last, kept_digits = last, digits
                group, gap = 0, gap + 1
            at += size
        if group > MAX_GROUP:
            last, digits = kept_last, kept_digits
        called = plus or _is_called(text, begin, start)
        if digits >= (MIN_CALLED_DIGITS if called else MIN_DIGITS):
            count = _note(found, count, row, start, last, np.int64(NUMBER))
    return count


@kernel
def _scan(offsets, text, wanted, found):
    """Count the candidates, and note them where the array has room."""
    count = np.int64(0)
    for row in range(len(offsets) - 1):
        if wanted[row]:
            count = _addresses(text, row, offsets[row], offsets[row + 1], found, count)
            count = _numbers(text, row, offsets[row], offsets[row + 1], found, count)
    return count


def find_candidates(offsets: np.ndarray, text: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """[candidates, 4]: row, start, end and kind of each; row by row, addresses before numbers."""
    ready()
    return _found(offsets, text, wanted)


def _found(offsets: np.ndarray, text: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    given = frozen(offsets, np.int64), frozen(text, np.uint8), frozen(wanted, np.bool_)
    room = 1024
    while True:
        found = np.empty((room, 4), np.int64)
        count = _scan(*given, found)
        if count <= room:
            return found[:count]
        room = count


def ready() -> None:
    """Compile, or load from disk, once a process."""
    warm("personal", _compile)


def _compile() -> None:
    _found(np.array([0, 1]), np.array([0x61]), np.array([True]))
