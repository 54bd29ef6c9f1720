"""Marks that end or cut a word: what spaCy's English tokenizer takes off at both ends, and splits at inside.

In: code points of one run without white space, flags of every code point. Out: characters of the mark at a place; 0 for
none.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import part
from headwater.kernels.flags import (
    BEFORE_DOT,
    CURRENCY,
    DIGIT,
    ICON,
    LETTER,
    LOWER,
    PREFIX,
    QUOTE,
    SUFFIX,
    UPPER,
)
from headwater.kernels.spelling_table import LONGEST, hash_of, slot_of

DOT, PLUS, MINUS, CARET, STAR, COMMA, DOLLAR = 0x2E, 0x2B, 0x2D, 0x5E, 0x2A, 0x2C, 0x24
LONG_DASH, ELLIPSIS, DEGREE = 0x2014, 0x2026, 0xB0


@part
def prefix_of(codes, low, high, flags):
    """Characters of the mark that a run begins with."""
    code = codes[low]
    if flags[code] & PREFIX:
        return 1
    if code == PLUS:
        return 0 if low + 1 < high and flags[codes[low + 1]] & DIGIT else 1
    if code == DOT:
        at = low
        while at < high and codes[at] == DOT:
            at += 1
        return at - low if at - low > 1 else 0
    if (code == 0x41 or code == 0x43) and low + 1 < high and codes[low + 1] == DOLLAR:  # A$, C$
        return 2
    if code == 0x55 and low + 2 < high and codes[low + 1] == 0x53 and codes[low + 2] == DOLLAR:  # US$
        return 3
    return 0


@part
def suffix_of(codes, low, high, flags, units):
    """Characters of the mark, possessive or unit that a run ends with."""
    if low >= high:
        return 0
    code, size = codes[high - 1], high - low
    before = codes[high - 2] if size > 1 else np.uint32(0)
    if code == DOT:
        return _last_dots(codes, low, high, flags)
    if (code == 0x73 or code == 0x53) and size > 1 and (before == 0x27 or before == 0x2019):
        return 2
    if code == ELLIPSIS and size > 1 and before == ELLIPSIS:
        return 2
    if flags[code] & SUFFIX:
        return 1
    if size < 2:
        return 0
    if flags[code] & CURRENCY or code == PLUS:
        if flags[before] & DIGIT:
            return 1
        if code != DOLLAR:
            return 0
        if size > 2 and (before == 0x41 or before == 0x43) and flags[codes[high - 3]] & DIGIT:
            return 2
        us = size > 3 and before == 0x53 and codes[high - 3] == 0x55
        return 3 if us and flags[codes[high - 4]] & DIGIT else 0
    at = high - 1
    while at > low and high - at < LONGEST and not flags[codes[at - 1]] & DIGIT:
        at -= 1
    found = at > low and flags[codes[at - 1]] & DIGIT and slot_of(units, hash_of(codes, at, high)) >= 0
    return high - at if found else 0


@part
def _last_dots(codes, low, high, flags):
    at = high
    while at > low and codes[at - 1] == DOT:
        at -= 1
    if high - at > 1:
        return high - at
    if at == low:
        return 0
    before = codes[at - 1]
    if flags[before] & BEFORE_DOT:
        return 1
    if at - 1 == low:
        return 0
    scale = before == 0x46 or before == 0x43 or before == 0x4B  # of a temperature: F, C, K
    capitals = flags[before] & UPPER and flags[codes[at - 2]] & UPPER
    return 1 if capitals or (scale and codes[at - 2] == DEGREE) else 0


@part
def infix_of(codes, low, at, high, flags):
    """Characters of the mark inside a word that begins at a place; 0 for none."""
    code = codes[at]
    before = flags[codes[at - 1]] if at > low else np.uint32(0)
    after = flags[codes[at + 1]] if at + 1 < high else np.uint32(0)
    if code == DOT:
        end = at + 1
        while end < high and codes[end] == DOT:
            end += 1
        if end - at > 1:
            return end - at
        return 1 if before & (LOWER | QUOTE) and after & (UPPER | QUOTE) else 0
    if flags[code] & ICON:
        return 1
    if code in (PLUS, MINUS, STAR, CARET):
        if before & DIGIT and (after & DIGIT or (at + 1 < high and codes[at + 1] == MINUS)):
            return 1
        if code != MINUS:
            return 0
    if code == COMMA:
        return 1 if before & LETTER and after & LETTER else 0
    if not before & (LETTER | DIGIT):
        return 0
    if code in (MINUS, LONG_DASH):  # up to three hyphens, or two long dashes
        end, most = at + 1, at + (3 if code == MINUS else 2)
        while end < high and end < most and codes[end] == code:
            end += 1
        return end - at if end < high and flags[codes[end]] & LETTER else 0
    return 1 if after & LETTER else 0
