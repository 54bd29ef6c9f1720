"""What a text looks like as lines of signs: the features by which source code is told from prose.

In: UTF-8 bytes. Out: slots. A text becomes tokens of a few shapes: a small word, a capitalised word, a name with `_`, a
digit or a capital inside, a number, a run of letters outside ASCII, a sign by itself, a line break with how far the
next line is indented. Slots are runs of 2 to 5 shapes, ASCII words, and words with the shape before and after them; so
`for (…) {` is seen in a language that was never learned, and comments, whatever their language, look alike.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import kernel, part

BITS = 15
SMALL, CAPITAL, MIXED, NUMBER, FOREIGN, BREAK = 128, 129, 130, 131, 132, 133  # BREAK to BREAK + 2 by indentation
MAX_SHAPES = 5
PER_TOKEN = MAX_SHAPES + 2
MAX_RUN = 3  # of one sign: a ruler of a hundred dashes is no hundred tokens
DEEP = 4
PRIME = np.uint64(0x100000001B3)
BASIS = np.uint64(0xCBF29CE484222325)
AFTER = np.uint64(0x9E3779B97F4A7C15)
SPREAD = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(29)
DOWN = np.uint64(64 - BITS)


@part
def _slot(value):
    value = (value ^ (value >> SHIFT)) * SPREAD
    return np.int32((value ^ (value >> SHIFT)) * AFTER >> DOWN)


@part
def _word_byte(byte):
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A or byte == 0x5F


@part
def _word(text, at, end):
    """(where it ends, shape, hash of its small form) of the run of ASCII letters, digits and `_` at `at`."""
    value, start = BASIS, at
    letters = digits = inner = 0
    while at < end and _word_byte(text[at]):
        byte = text[at]
        if byte <= 0x39:
            digits += 1
        elif byte == 0x5F:
            inner += 1
        else:
            letters += 1
            inner += byte <= 0x5A and at > start and text[at - 1] > 0x60
            byte = byte | 0x20
        value = (value ^ np.uint64(byte)) * PRIME
        at += 1
    if not letters and not inner:
        return at, NUMBER, np.uint64(0)
    if inner or digits:
        return at, MIXED, value
    return at, CAPITAL if text[start] <= 0x5A else SMALL, value


@kernel
def tokens_of(text, start, end, shapes, words):
    """Shapes (uint8) and word hashes (uint64, 0 for none) of one stretch; how many. Room: one a byte, and one."""
    count, at = 1, start
    shapes[0], words[0] = BREAK, np.uint64(0)
    while at < end:
        byte = text[at]
        shape, word = np.uint8(byte & 0x7F), np.uint64(0)
        if _word_byte(byte):
            after, kind, word = _word(text, at, end)
            shape = np.uint8(kind)
            at = after
        elif byte >= 0x80:
            shape = np.uint8(FOREIGN)
            while at < end and text[at] >= 0x80:
                at += 1
        elif byte == 0x0A:
            depth, at = 0, at + 1
            while at < end and (text[at] == 0x20 or text[at] == 0x09 or text[at] == 0x0D):
                depth += DEEP if text[at] == 0x09 else 1
                at += 1
            shape = np.uint8(BREAK + (0 if depth == 0 else 1 if depth < DEEP else 2))
        elif byte <= 0x20:
            at += 1
            continue
        else:
            at += 1
            if count >= MAX_RUN and shapes[count - 1] == shapes[count - 2] == shapes[count - 3] == shape:
                continue
        shapes[count], words[count] = shape, word
        count += 1
    return count


@kernel
def slots_of(shapes, words, count, out):
    """The slots (int32) of the tokens, in order, into `out`; how many. Room: 7 a token."""
    found = 0
    for end in range(count):
        value = BASIS
        for back in range(min(MAX_SHAPES, end + 1)):
            value = (value ^ np.uint64(shapes[end - back])) * PRIME
            if back:
                out[found] = _slot(value)
                found += 1
        if words[end]:
            out[found] = _slot(words[end])
            found += 1
            if end:
                out[found] = _slot(words[end] * AFTER + np.uint64(shapes[end - 1]))
                found += 1
        elif end and words[end - 1]:
            out[found] = _slot(words[end - 1] * SPREAD + np.uint64(shapes[end]))
            found += 1
    return found
