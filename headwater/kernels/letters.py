"""A text as a stream of small letters and the gaps between words, fit for n-grams of characters.

In: UTF-8 bytes. Out: a code and a script a letter; 0 and 0 for a gap, of which there is one between two words, one
before the first and one after the last. Left out, since they say nothing of a language: addresses (`https://…`,
`www.…`, `name@host`), LaTeX commands, tags, digits and signs. A letter and a combining accent become one letter.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.bisection import lower_bound
from headwater.kernels.characters import decode
from headwater.kernels.compiled import kernel, part
from headwater.kernels.scripts import ARABIC, FIRST_MARK, HAN, LATIN, NUM_MARKS

MAX_TAG_BYTES = 200
ZWNJ = 0x200C  # joins nothing: Persian writes it inside words


@part
def _small(byte):
    return 0x61 <= byte <= 0x7A or 0x41 <= byte <= 0x5A


@part
def _past_address(text, at, end):
    """The end of an address: the next white space or byte outside ASCII."""
    while at < end and 0x20 < text[at] < 0x80:
        at += 1
    return at


@part
def _past_tag(text, at, end):
    """Past `<name …>` if there is one at `at`, else past the `<`."""
    if at + 1 < end and (_small(text[at + 1]) or text[at + 1] == 0x2F or text[at + 1] == 0x21):
        for i in range(at + 1, min(end, at + MAX_TAG_BYTES)):
            if text[i] == 0x3E:
                return i + 1
    return at + 1


@part
def _past_sign(text, at, end):
    """Past one ASCII sign, or the LaTeX command, tag or entity that it opens."""
    sign, after = text[at], at + 1
    if sign == 0x3C:
        return _past_tag(text, at, end)
    if sign == 0x5C or sign == 0x26:  # \command, &entity;
        while after < end and _small(text[after]):
            after += 1
        if sign == 0x26 and (after == end or text[after] != 0x3B):
            return at + 1
    return after


@part
def _opens_address(text, at, end, codes, token, count):
    """Whether the sign at `at` shows that what was read since the last white space is an address."""
    sign = text[at]
    if sign == 0x3A:  # ://
        return at + 2 < end and text[at + 1] == 0x2F and text[at + 2] == 0x2F
    if sign == 0x40:  # name@host
        return count > token and codes[count - 1] != 0 and at + 1 < end and _small(text[at + 1])
    if sign == 0x2E:  # www.
        return count - token >= 3 and codes[count - 1] == codes[count - 2] == codes[count - 3] == 0x77
    return False


@part
def composed(base, mark, keys, values):
    """The accented letter of a letter and a mark; 0 where Unicode has none."""
    key = np.int64(base) * NUM_MARKS + np.int64(mark) - FIRST_MARK
    place = lower_bound(keys, key)
    return values[place] if place < len(keys) and keys[place] == key else np.uint16(0)


@kernel
def stream(text, start, end, scripts, plain, keys, values, codes, kinds):
    """Fill codes (uint16) and kinds (uint8) from bytes start to end - 1; how many. Room: 2 more than bytes."""
    codes[0], kinds[0] = 0, 0
    count, token, at = np.int64(1), np.int64(1), start  # no literals, so that calls are compiled once
    while at < end:
        first = text[at]
        if first < 0x80:
            if scripts[first]:
                codes[count], kinds[count] = plain[first], scripts[first]
                count, at = count + 1, at + 1
                continue
            if first <= 0x20:
                at += 1
            elif _opens_address(text, at, end, codes, token, count):
                count, at = token, _past_address(text, at, end)
            else:
                at = _past_sign(text, at, end)
            if codes[count - 1]:
                codes[count], kinds[count] = 0, 0
                count += 1
            if first <= 0x20:
                token = count
            continue
        code, size = decode(text, at, end)
        at += size
        kind = 0
        if code < 0x10000:
            kind = scripts[code]
        elif 0x20000 <= code <= 0x3FFFF:
            code, kind = 0x3400, HAN  # rare Han: any of them
        if kind:
            codes[count], kinds[count] = plain[code], kind
            count += 1
            if kind != LATIN:
                token = count  # an address begins after it
        elif FIRST_MARK <= code < FIRST_MARK + NUM_MARKS:
            letter = composed(codes[count - 1], code, keys, values)
            codes[count - 1] = letter if letter else codes[count - 1]
        elif code == ZWNJ and kinds[count - 1] == ARABIC:
            codes[count], kinds[count] = ZWNJ, ARABIC
            count += 1
        elif code != 0xAD and not 0x200B <= code <= 0x200F and code != 0xFEFF and codes[count - 1]:
            codes[count], kinds[count] = 0, 0
            count += 1
    if codes[count - 1]:
        codes[count], kinds[count] = 0, 0
        count += 1
    return count
