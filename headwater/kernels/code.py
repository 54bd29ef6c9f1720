"""Source code by the line: how long its lines are, and how much of it is data.

In: a text array's offsets and bytes, the rows asked for, and flags of every code point. Out: figures a row.
Two kinds of data are told: `listed`, characters in runs of MIN_NUMBERS or more numbers with nothing but separators
between them; `encoded`, characters in unbroken runs of MIN_ENCODED or more letters, digits, `+`, `/` and `=` (base64,
hexadecimal), or in runs of ESCAPES or more escapes such as `\\x1f` and `\\u4e2d`.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.lines import ALNUM, BREAK, WHITE

NAMES = (
    "lines", "chars", "max_line", "line_chars", "alnum", "alpha", "visible", "listed", "encoded", "longest_encoded",
)  # fmt: skip
MIN_NUMBERS = 16
MIN_ENCODED = 128
ESCAPES = 8  # in a row
DIGIT, LETTER = 1, 2  # of an ASCII byte


@part
def _digit(byte):
    return 0x30 <= byte <= 0x39


@part
def _letter(byte):
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@part
def _hex(byte):
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x46 or 0x61 <= byte <= 0x66


@part
def _number(text, at, end):
    """Where the number that starts here ends, its suffix included; `at` where none does."""
    if not _digit(text[at]):
        return at
    stop = at
    if text[at] == 0x30 and at + 1 < end and text[at + 1] | 0x20 == 0x78:  # 0x
        stop = at + 2
        while stop < end and _hex(text[stop]):
            stop += 1
    else:
        while stop < end and (_digit(text[stop]) or text[stop] == 0x2E):
            stop += 1
        if stop < end and text[stop] | 0x20 == 0x65:  # an exponent
            sign = stop + 1 < end and (text[stop + 1] == 0x2B or text[stop + 1] == 0x2D)
            if stop + 1 + sign < end and _digit(text[stop + 1 + sign]):
                stop += 1 + sign
                while stop < end and _digit(text[stop]):
                    stop += 1
    suffix = stop
    while suffix < end and _letter(text[suffix]):
        suffix += 1
    return stop if suffix - stop > 3 else suffix


@part
def _between(byte):
    """Whether a byte may stand between numbers of a list: white space . , ; : + - and brackets."""
    return byte <= 0x20 or byte in (0x2C, 0x2E, 0x3B, 0x3A, 0x2B, 0x2D, 0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D)


@part
def listed(text, start, end):
    """Visible bytes in long runs of numbers."""
    total, at = 0, start
    after_word = False
    while at < end:
        if after_word or not _digit(text[at]):
            after_word = _letter(text[at]) or _digit(text[at]) or text[at] == 0x5F or text[at] >= 0x80
            at += 1
            continue
        numbers = visible = pending = 0
        while at < end:
            stop = _number(text, at, end)
            if stop > at:
                numbers += 1
                visible += pending + stop - at
                pending = 0
                at = stop
                if at < end and (_letter(text[at]) or text[at] == 0x5F or text[at] >= 0x80):
                    break
            elif _between(text[at]):
                pending += text[at] > 0x20
                at += 1
            else:
                break
        if numbers >= MIN_NUMBERS:
            total += visible
        after_word = at < end and at > start and (_letter(text[at]) or text[at] >= 0x80)
    return total


@part
def encoded(text, start, end):
    """(bytes in encoded runs, the longest of them)."""
    total = longest = run = letters = 0
    at = start
    while at <= end:
        byte = text[at] if at < end else 0
        plain = _letter(byte) or _digit(byte)
        if plain or byte == 0x2B or byte == 0x2F or byte == 0x3D:
            run += 1
            letters += plain
            at += 1
            continue
        if run >= MIN_ENCODED and letters * 10 >= run * 9:  # a rule of = or / is drawn, not encoded
            total += run
            longest = max(longest, run)
        run = letters = 0
        if byte == 0x5C:
            stop, escapes = _escapes(text, at, end)
            if escapes >= ESCAPES:
                total += stop - at
                longest = max(longest, stop - at)
            at = max(stop, at + 1)
            continue
        at += 1
    return total, longest


@part
def _escapes(text, at, end):
    """Where a run of \\xHH or \\uHHHH escapes ends, and how many it holds."""
    count = 0
    while at + 3 < end and text[at] == 0x5C:
        kind = text[at + 1]
        size = 2 if kind == 0x78 else 4 if kind == 0x75 else 0
        if size == 0 or at + 2 + size > end:
            break
        digits = 0
        while digits < size and _hex(text[at + 2 + digits]):
            digits += 1
        if digits < size:
            break
        at += 2 + size
        count += 1
    return at, count


@kernel
def _figures(offsets, text, rows, flags, out):
    for k in range(len(rows)):
        start, end = offsets[rows[k]], offsets[rows[k] + 1]
        at, line, longest, lines, chars, white, alnum, alpha, kept = start, 0, 0, 0, 0, 0, 0, 0, 0
        while at < end:
            byte = text[at]
            code, size = (int(byte), 1) if byte < 0x80 else decode(text, at, end)
            at += size
            flag = flags[code]
            chars += 1
            white += flag & WHITE != 0
            alnum += flag & ALNUM != 0
            alpha += flag & ALNUM != 0 and not _digit(code)
            if code == 0x0D and at < end and text[at] == 0x0A:
                continue
            if flag & BREAK:
                lines += 1
                longest = max(longest, line)
                line = 0
            else:
                line += 1
                kept += 1
        lines += line > 0
        out[k, 0], out[k, 1], out[k, 2] = lines, chars, max(longest, line)
        out[k, 3] = kept
        out[k, 4], out[k, 5], out[k, 6] = alnum, alpha, chars - white
        out[k, 7] = listed(text, start, end)
        out[k, 8], out[k, 9] = encoded(text, start, end)


def figures(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, flags: np.ndarray) -> dict[str, np.ndarray]:
    """Each of NAMES as an int64 array, one value a row. `flags`: uint8 [0x110000], those of `lines`."""
    warm("code", _compile)
    return _measured(offsets, text, rows, flags)


def _measured(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, flags: np.ndarray) -> dict[str, np.ndarray]:
    out = np.zeros((len(rows), len(NAMES)), np.int64)
    _figures(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), frozen(flags, np.uint8), out)
    return {name: out[:, column] for column, name in enumerate(NAMES)}


def _compile() -> None:
    _measured(np.array([0, 1]), np.array([97]), np.array([0]), np.zeros(0x110000, np.uint8))
