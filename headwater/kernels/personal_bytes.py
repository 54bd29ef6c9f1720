"""Characters of what personal data is made of: digits, at signs, separators, plain and full-width.

In: bytes and a place. Out: what the character there is to a number or an address.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import part

DOT, COLON = 0x2E, 0x3A
# classes of a character
OTHER, DIGIT, GAP, OPEN, AT_SIGN = 0, 1, 2, 3, 4
# what a byte can be part of, as bits
DIGITS, AT_SIGNS, WIDE, ADDRESS, WORD = 1, 2, 4, 8, 16


def _signs() -> np.ndarray:
    signs = np.zeros(256, np.uint8)
    signs[[*b"0123456789"]] |= DIGITS
    signs[[*b"@"]] |= AT_SIGNS
    signs[0xEF] |= WIDE  # the first byte of full-width ASCII
    signs[[*b"0123456789abcdefABCDEF.:"]] |= ADDRESS
    signs[[*b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_."]] |= WORD
    return signs


SIGNS = _signs()


@part
def sought(text, at, end, signs):
    """The next place with a byte of these signs, or the end; most text has none for long."""
    while at + 8 <= end:
        seen = SIGNS[text[at]] | SIGNS[text[at + 1]] | SIGNS[text[at + 2]] | SIGNS[text[at + 3]]
        seen |= SIGNS[text[at + 4]] | SIGNS[text[at + 5]] | SIGNS[text[at + 6]] | SIGNS[text[at + 7]]
        if seen & signs:
            break
        at += 8
    while at < end and not SIGNS[text[at]] & signs:
        at += 1
    return at


@part
def read(text, at, end):
    """(class, bytes) of the character at a position."""
    byte = text[at]
    if byte < 0x80:
        if 0x30 <= byte <= 0x39:
            return DIGIT, 1
        if byte in (0x20, 0x2D, DOT, 0x29, 0x2F):  # space - . ) /
            return GAP, 1
        return AT_SIGN if byte == 0x40 else OPEN if byte == 0x28 else OTHER, 1
    if byte == 0xC2 and at + 1 < end and text[at + 1] == 0xA0:  # no-break space
        return GAP, 2
    if byte < 0xE2 or at + 2 >= end:
        return OTHER, 1
    second, third = text[at + 1], text[at + 2]
    if byte == 0xEF and second == 0xBC:
        if 0x90 <= third <= 0x99:
            return DIGIT, 3
        if third in (0x89, 0x8D, 0x8E, 0x8F):  # ） － ． ／
            return GAP, 3
        return AT_SIGN if third == 0xA0 else OPEN if third == 0x88 else OTHER, 3
    dash = byte == 0xE2 and second == 0x80 and 0x90 <= third <= 0x95
    ideographic_space = byte == 0xE3 and second == 0x80 and third == 0x80
    return GAP if dash or ideographic_space else OTHER, 3 if byte < 0xF0 else 1


@part
def joins(byte):
    """Whether a character beside an at sign can be of an address; beyond ASCII it may be a full-width one."""
    if byte >= 0x80 or 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A:
        return True
    return byte == 0x5F or byte == 0x25 or byte == 0x2B or byte == 0x2D  # _ % + -
