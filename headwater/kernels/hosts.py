"""Web and mail addresses among words: what spaCy's English tokenizer keeps whole.

In: code points of one run without white space. Out: whether all of it is an address: an optional scheme, user and
password; a host with a top-level domain, or a public IPv4 address; an optional port and path.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import part
from headwater.kernels.flags import DECIMAL, DIGIT, HOST, LOWER, SCHEME

AT, DOT, COLON, SLASH, DASH, UNDERSCORE, QUERY, FRAGMENT = 0x40, 0x2E, 0x3A, 0x2F, 0x2D, 0x5F, 0x3F, 0x23
LABEL, TOP_LEVEL = 64, 63  # characters at most


@part
def is_address(codes, low, high, flags):
    """Whether codes[low:high] is an address."""
    dot = low
    while dot < high and codes[dot] != DOT:
        dot += 1
    if dot == high:
        return False
    scheme = low
    while scheme < high and flags[codes[scheme]] & SCHEME:
        scheme += 1
    if (
        scheme - low < 2
        or scheme + 3 >= high
        or codes[scheme] != COLON
        or codes[scheme + 1] != SLASH
        or codes[scheme + 2] != SLASH
    ):
        scheme = high
    for at in range(low, high - 1):  # a user's name may hold anything, an @ too
        begins = at == low or at == scheme + 3 or (codes[at - 1] == AT and at > low + 1)
        if begins and _is_host_on(codes, at, high, flags):
            return True
    return False


@part
def _is_host_on(codes, start, high, flags):
    """Whether a host, and after it only a port and a path, begin at a place."""
    end = _ip_end(codes, start, high, flags) if flags[codes[start]] & DIGIT else 0
    if end > 0 and _is_rest(codes, end, high, flags):
        return True
    at = start
    while at < high:
        if at > start and _is_top_level_on(codes, at, high, flags):
            return True
        begin = at
        while at < high and at - begin <= LABEL:
            code = codes[at]
            if not flags[code] & HOST and code != DASH and code != UNDERSCORE:
                break
            at += 1
        if at == begin or at - begin > LABEL or at >= high or codes[at] != DOT:
            return False
        if not (flags[codes[begin]] & HOST and flags[codes[at - 1]] & HOST):
            return False
        at += 1
    return False


@part
def _is_top_level_on(codes, start, high, flags):
    at = start
    while at < high and at - start <= TOP_LEVEL and flags[codes[at]] & LOWER:
        at += 1
    return 2 <= at - start <= TOP_LEVEL and _is_rest(codes, at, high, flags)


@part
def _is_rest(codes, at, high, flags):
    """Whether what follows a host is nothing, or a port, or a path."""
    if at < high and codes[at] == COLON:
        begin = at + 1
        at = begin
        while at < high and at - begin < 6 and flags[codes[at]] & DECIMAL:
            at += 1
        if not 2 <= at - begin <= 5:
            return False
    return at == high or codes[at] == SLASH or codes[at] == QUERY or codes[at] == FRAGMENT


@part
def _ip_end(codes, start, high, flags):
    """Where a public IPv4 address that begins at a place ends; 0 where none does."""
    at, address = start, np.int64(0)
    for k in range(4):
        begin, part = at, np.int64(0)
        while at < high and at - begin < 3 and flags[codes[at]] & DIGIT:
            part = part * 10 + np.int64(codes[at]) - 0x30
            at += 1
        padded = at - begin > 1 and codes[begin] == 0x30 and (k == 0 or k == 3 or at - begin > 2)
        if at == begin or part > 255 or padded:
            return 0
        address = address << 8 | part
        if k < 3:
            if at >= high or codes[at] != DOT:
                return 0
            at += 1
    first, second, last = address >> 24, (address >> 16) & 0xFF, address & 0xFF
    private = first == 10 or first == 127 or (first == 169 and second == 254) or (first == 192 and second == 168)
    private = private or (first == 172 and 16 <= second <= 31)
    return 0 if private or not 1 <= first <= 223 or not 1 <= last <= 254 else at
