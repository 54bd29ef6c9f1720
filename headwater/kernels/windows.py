"""Windows of characters that stood in the same text before.

In: a text array's offsets and bytes, and the rows asked for. Out: shares a row, from 0 to 1.
A window of n characters starts at every place. Three figures of a text's windows: `seen`, the places whose window stood
at an earlier place; `covered`, the characters under such windows; `top`, the characters that the commonest one fills.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd
SPREAD = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(32)
ONE = np.uint64(1)
SEEN, COVERED, TOP = 0, 1, 2


@part
def repeats(codes, first, count, width, keys, stamps, counts, stamp):
    """(seen, covered, top) of the code points first to first + count - 1. Tables: a power of two >= 2 * count."""
    places = count - width + 1
    if places < 2:
        return 0.0, 0.0, 0.0
    mask = 63
    while mask < 2 * places:
        mask = 2 * mask + 1
    power, value = ONE, np.uint64(0)
    for i in range(width):
        power *= FACTOR
        value = value * FACTOR + np.uint64(codes[first + i]) + ONE
    seen = covered = top = end = 0
    for place in range(places):
        slot = np.int64(((value ^ (value >> SHIFT)) * SPREAD) >> SHIFT) & mask
        while stamps[slot] == stamp and keys[slot] != value:
            slot = (slot + 1) & mask
        if stamps[slot] == stamp:
            seen += 1
            covered += place + width - max(place, end)
            end = place + width
            counts[slot] += 1
            top = max(top, counts[slot])
        else:
            stamps[slot], keys[slot], counts[slot] = stamp, value, 1
        if place + 1 < places:
            leaving, coming = np.uint64(codes[first + place]) + ONE, np.uint64(codes[first + place + width]) + ONE
            value = value * FACTOR + coming - leaving * power
    return seen / places, covered / count, min(1.0, top * width / count)


@kernel
def _sampled(offsets, text, rows, width, span, parts, out):
    codes = np.empty(parts * span, np.uint32)
    room = 64
    while room < 2 * len(codes):
        room *= 2
    keys, stamps, counts = np.empty(room, np.uint64), np.zeros(room, np.int64), np.empty(room, np.int64)
    stamp = 0
    for k in range(len(rows)):
        at, end = offsets[rows[k]], offsets[rows[k] + 1]
        chars = 0
        for i in range(at, end):
            chars += text[i] & 0xC0 != 0x80
        if chars <= parts * span:
            count = 0
            while at < end:
                code, size = decode(text, at, end)
                codes[count] = code
                count += 1
                at += size
            stamp += 1
            out[k] = repeats(codes, 0, count, width, keys, stamps, counts, stamp)[SEEN]
            continue
        char, least, second = 0, 1.0, 1.0  # shares go to 1
        for piece in range(parts):
            start = (chars - span) * piece // (parts - 1)
            while char < start:
                at += 1
                while text[at] & 0xC0 == 0x80:
                    at += 1
                char += 1
            for i in range(span):
                code, size = decode(text, at, end)
                codes[i] = code
                at += size
            char += span
            stamp += 1
            share = repeats(codes, 0, span, width, keys, stamps, counts, stamp)[SEEN]
            if share < least:
                least, second = share, least
            elif share < second:
                second = share
        out[k] = second


@part
def _gather(text, at, end, flags, flag, most, codes):
    """The code points that carry `flag`, into `codes`; how many."""
    count = 0
    while at < end and count < most:
        byte = text[at]
        code, size = (int(byte), 1) if byte < 0x80 else decode(text, at, end)
        at += size
        if flags[code] & flag:
            codes[count] = code
            count += 1
    return count


@kernel
def _flagged(offsets, text, rows, flags, flag, most, widths, out):
    longest = 64
    for k in range(len(rows)):
        longest = max(longest, min(offsets[rows[k] + 1] - offsets[rows[k]], most))
    room = 128
    while room < 2 * longest:
        room *= 2
    codes = np.empty(longest, np.uint32)
    keys, stamps, counts = np.empty(room, np.uint64), np.zeros(room, np.int64), np.empty(room, np.int64)
    stamp = 0
    for k in range(len(rows)):
        count = _gather(text, offsets[rows[k]], offsets[rows[k] + 1], flags, flag, most, codes)
        for w in range(len(widths)):
            stamp += 1
            figures = repeats(codes, 0, count, widths[w], keys, stamps, counts, stamp)
            out[k, w, 0], out[k, w, 1], out[k, w, 2] = figures[0], figures[1], figures[2]


def sampled(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, *, width: int, places: int, parts: int
) -> np.ndarray:
    """`seen` of windows of `width`, over a bounded sample: `parts` evenly spread stretches of so many places.

    Bounded, so that a line of millions of characters costs what a page costs. The second least of the stretches
    counts: one long table in a varied text is no extreme, a short head is no excuse.
    """
    warm("windows", _compile)
    return _sample(offsets, text, rows, width, places, parts)


def _sample(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, width: int, places: int, parts: int) -> np.ndarray:
    out = np.zeros(len(rows))
    span = places + width - 1
    _sampled(
        frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), width, span, parts, out
    )  # fmt: skip
    return out


def of_flagged(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, flags: np.ndarray, flag: int, *,
    widths: tuple[int, ...], most: int,
) -> np.ndarray:  # fmt: skip
    """Float64 [rows, widths, SEEN COVERED TOP] of the code points that carry `flag`, the first `most` of them."""
    warm("windows", _compile)
    return _of_flagged(offsets, text, rows, flags, flag, widths, most)


def _of_flagged(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, flags: np.ndarray, flag: int,
    widths: tuple[int, ...], most: int,
) -> np.ndarray:  # fmt: skip
    out = np.zeros((len(rows), len(widths), 3))
    _flagged(
        frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), frozen(flags, np.uint8), flag, most,
        frozen(np.array(widths), np.int64), out,
    )  # fmt: skip
    return out


def _compile() -> None:
    offsets, text, rows = np.array([0, 1]), np.array([97]), np.array([0])
    _sample(offsets, text, rows, 2, 4, 2)
    _of_flagged(offsets, text, rows, np.zeros(0x110000, np.uint8), 1, (2,), 4)
