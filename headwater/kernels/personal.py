"""Where personal data may stand: at signs, long runs of digits, and what is written like an internet address.

In: a text array's offsets and bytes. Out: columns (row, start, end, kind), a candidate each, as bytes of the text.

    AT       one at sign, ASCII or full-width
    NUMBER   digits in groups: from the first digit (or the + or bracket before it) to the last, MIN_DIGITS of them at
             least; fewer where it follows a plus sign or a colon. A group that no number of ours can have ends the run
    IPV4     four groups of one to three digits between dots
    IPV6     hexadecimal digits and colons, with `::` or seven colons, that start like a public address

Digits, +, -, brackets and spaces may be full-width.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, warm

AT, NUMBER, IPV4, IPV6 = 0, 1, 2, 3
MIN_DIGITS, MIN_CALLED_DIGITS = 10, 7
MAX_GROUP = 19  # digits without a break: longer than any number of ours
MAX_GAP = 3  # separators between two groups
COLON_GAP = 2  # spaces between a colon and a number
# classes of a character
OTHER, DIGIT, GAP, PLUS, OPEN, COLON, AT_SIGN, HEX = 0, 1, 2, 3, 4, 5, 6, 7


@kernel
def _read(text, at, end):
    """(class, bytes) of the character at a position."""
    byte = text[at]
    if byte < 0x80:
        if 0x30 <= byte <= 0x39:
            return DIGIT, 1
        if byte == 0x20 or byte == 0x2D or byte == 0x2E or byte == 0x29 or byte == 0x2F:  # space - . ) /
            return GAP, 1
        if byte == 0x40:
            return AT_SIGN, 1
        if byte == 0x2B:
            return PLUS, 1
        if byte == 0x28:
            return OPEN, 1
        if byte == 0x3A:
            return COLON, 1
        if 0x61 <= byte <= 0x66 or 0x41 <= byte <= 0x46:
            return HEX, 1
        return OTHER, 1
    if byte == 0xC2 and at + 1 < end and text[at + 1] == 0xA0:  # no-break space
        return GAP, 2
    if byte < 0xE2 or at + 2 >= end:
        return OTHER, 1
    second, third = text[at + 1], text[at + 2]
    if byte == 0xEF and second == 0xBC:
        if 0x90 <= third <= 0x99:
            return DIGIT, 3
        if third == 0xA0:
            return AT_SIGN, 3
        if third == 0x8B:
            return PLUS, 3
        if third == 0x88:
            return OPEN, 3
        if third == 0x9A:
            return COLON, 3
        if third == 0x8D or third == 0x8E or third == 0x8F or third == 0x89:  # － ． ／ ）
            return GAP, 3
        return OTHER, 3
    if byte == 0xE3 and second == 0x80 and third == 0x80:  # ideographic space
        return GAP, 3
    if byte == 0xE2 and second == 0x80 and (0x90 <= third <= 0x95):  # dashes
        return GAP, 3
    return OTHER, 3 if byte < 0xF0 else 1


@kernel
def _is_ipv4(text, start, end):
    """Whether the bytes are four groups of one to three digits between dots."""
    groups, digits = 1, 0
    for i in range(start, end):
        if text[i] == 0x2E:
            if digits == 0:
                return False
            groups, digits = groups + 1, 0
        else:
            digits += 1
            if digits > 3:
                return False
    return groups == 4 and digits > 0


@kernel
def _is_ipv6(text, start, end):
    """Whether the bytes start with a group of 2000 to 3fff and have `::` or seven colons."""
    if end - start < 6 or text[start + 4] != 0x3A or (text[start] != 0x32 and text[start] != 0x33):
        return False
    colons, double = 0, False
    for i in range(start, end):
        if text[i] == 0x3A:
            colons += 1
            double |= i + 1 < end and text[i + 1] == 0x3A
    return double or colons == 7


@kernel
def _note(found, count, row, start, end, kind):
    if count < len(found):
        found[count, 0], found[count, 1], found[count, 2], found[count, 3] = row, start, end, kind
    return count + 1


@kernel
def _addresses(text, row, at, end, found, count):
    """Note what is written like an IP address, and every at sign."""
    while at < end:
        byte = text[at]
        if byte == 0x40 or (byte == 0xEF and at + 2 < end and text[at + 1] == 0xBC and text[at + 2] == 0xA0):
            count = _note(found, count, row, at, at + (1 if byte == 0x40 else 3), AT)
            at += 1
            continue
        hexadecimal = 0x30 <= byte <= 0x39 or 0x61 <= byte <= 0x66 or 0x41 <= byte <= 0x46
        if not hexadecimal:
            at += 1
            continue
        start, dots, colons = at, 0, 0
        while at < end:
            byte = text[at]
            if byte == 0x2E:
                dots += 1
            elif byte == 0x3A:
                colons += 1
            elif not (0x30 <= byte <= 0x39 or 0x61 <= byte <= 0x66 or 0x41 <= byte <= 0x46):
                break
            at += 1
        stop = at
        while stop > start and (text[stop - 1] == 0x2E or text[stop - 1] == 0x3A):
            stop -= 1
        if colons >= 2 and dots <= 1 and stop - start <= 39 and _is_ipv6(text, start, stop):
            count = _note(found, count, row, start, stop, IPV6)
        elif dots >= 3:
            count = _dotted(text, row, start, stop, found, count)
    return count


@kernel
def _dotted(text, row, start, end, found, count):
    """Note the parts of a run of hexadecimal digits, dots and colons that are IPv4 addresses by themselves."""
    at = start
    while at < end:
        stop = at
        while stop < end and (text[stop] == 0x2E or 0x30 <= text[stop] <= 0x39):
            stop += 1
        last = stop
        while last > at and text[last - 1] == 0x2E:
            last -= 1
        if last - at <= 15 and _is_ipv4(text, at, last) and (at == start or text[at - 1] == 0x3A):
            count = _note(found, count, row, at, last, IPV4)
        at = max(stop, at) + 1
    return count


@kernel
def _numbers(text, row, at, end, found, count):
    """Note the runs of digits."""
    colon_gap = MAX_GAP + 1  # characters since a colon
    while at < end:
        kind, size = _read(text, at, end)
        if kind != DIGIT and kind != PLUS and kind != OPEN:
            colon_gap = 0 if kind == COLON else colon_gap + 1
            at += size
            continue
        start, last, digits, group, gap = at, at, 0, 0, 0
        plus, too_long = kind == PLUS, False
        while at < end:
            kind, size = _read(text, at, end)
            if kind == DIGIT:
                digits, group, gap = digits + 1, group + 1, 0
                too_long |= group > MAX_GROUP
                last = at + size
            elif digits and (kind == GAP or kind == OPEN) and gap < MAX_GAP and not too_long:
                group, gap = 0, gap + 1
            elif digits or (kind != PLUS and kind != OPEN) or at - start > 2 * size:
                break
            at += size
        called = plus or colon_gap <= COLON_GAP
        if not too_long and digits >= (MIN_CALLED_DIGITS if called else MIN_DIGITS):
            count = _note(found, count, row, start, last, NUMBER)
        colon_gap = MAX_GAP + 1
        at = max(at, start + 1)
    return count


@kernel
def _scan(offsets, text, wanted, found):
    """Count the candidates, and note them where the array has room."""
    count = 0
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
