"""Lines of a text: how many, how long, how they end, and which were there before.

In: a text array's offsets and bytes, the rows asked for, and a table of flags of every code point. Out: figures a row.
Steps for each text: cut it into lines, without the white space around them → a hash, a length and marks of each line
that holds something → count, and look up which line and which paragraph was seen before.

A line ends at any break that Python's `splitlines` knows. A paragraph is what blank lines part. Only lines with a
letter or digit can repeat another: fences, rules and closing brackets are layout.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm

# flags of a code point
ALNUM, WHITE, BREAK, ENDS, CLOSES, HAN, SEPARATES = 1, 2, 4, 8, 16, 32, 64
# columns of the figures
NAMES = (
    "lines", "chars", "max_chars", "ended_chars", "telling", "dup_lines", "dup_chars", "short_lines",
    "paragraphs", "dup_paragraphs", "dup_paragraph_chars", "menu_chars", "verse_lines", "marks",
)  # fmt: skip
SHORT_CHARS = 5  # a line below it is short
MENU_SEPARATORS = 3  # a line with as many, and at least one in MENU_GAP characters, is a menu; a table row is not
MENU_GAP = 14
VERSE_MIN, VERSE_MAX = 5, 7  # characters of a classical line written without marks
# marks of a line
TELLS, ENDED, MENU, ALL_HAN, OPENS = 1, 2, 4, 8, 16  # OPENS: the first line of a paragraph
PIPE = 0x7C
PRIME = np.uint64(0x100000001B3)
BASIS = np.uint64(0xCBF29CE484222325)
SPREAD = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(32)


@part
def _marks_of(length, tells, ended, separators, han, piped, opens):
    """The marks of one line, as bits."""
    menu = separators >= MENU_SEPARATORS and separators * MENU_GAP >= length and not piped
    bits = (TELLS if tells else 0) | (ENDED if ended else 0) | (MENU if menu else 0)
    return bits | (ALL_HAN if han == length else 0) | (OPENS if opens else 0)


@part
def _grown(array):
    larger = np.empty(2 * len(array), array.dtype)
    for i in range(len(array)):
        larger[i] = array[i]
    return larger


@part
def cut(text, at, end, flags, hashes, lengths, marks):
    """Hashes, lengths and marks of the lines that hold something; how many of them, and of ending marks in them.

    The arrays grow as they must.
    """
    count = ending = length = seen = han = separators = 0
    tells, ended, gap, first_piped, last_piped, cr = False, False, False, False, False, False
    breaks = 2  # since the last line that held something
    value = kept = BASIS
    while True:
        if at < end:
            byte = text[at]
            code, size = (int(byte), 1) if byte < 0x80 else decode(text, at, end)
            flag = flags[code]
        else:
            code, size, flag = 0x0A, 1, BREAK | WHITE
        at += size
        if flag & BREAK:
            if length:
                if count == len(hashes):
                    hashes, lengths, marks = _grown(hashes), _grown(lengths), _grown(marks)
                hashes[count], lengths[count] = kept, length
                piped = first_piped and last_piped
                marks[count] = _marks_of(length, tells, ended, separators, han, piped, breaks >= 2)
                count += 1
                length = seen = han = separators = breaks = 0
                tells, ended, gap, value = False, False, False, BASIS
            breaks += not (cr and code == 0x0A)
            cr = code == 0x0D
            if at > end:
                return count, ending, hashes, lengths, marks
            continue
        cr = False
        if flag & WHITE:
            gap = True
            if seen:
                seen += 1
                value = (value ^ np.uint64(code)) * PRIME
            continue
        if not seen:
            first_piped = code == PIPE
        seen += 1
        value = kept = (value ^ np.uint64(code)) * PRIME
        length = seen
        last_piped = code == PIPE
        tells |= flag & ALNUM != 0
        han += flag & HAN != 0
        separators += flag & SEPARATES != 0
        ending += flag & ENDS != 0
        ended = flag & ENDS != 0 or (flag & CLOSES != 0 and ended and not gap)
        gap = False


@part
def put(value, keys, stamps, stamp, mask):
    """Whether `value` was in the set of this stamp before; it is afterwards. A stamp empties the table at no cost."""
    mixed = (value ^ (value >> SHIFT)) * SPREAD
    slot = np.int64(mixed >> SHIFT) & mask
    while stamps[slot] == stamp:
        if keys[slot] == value:
            return True
        slot = (slot + 1) & mask
    stamps[slot], keys[slot] = stamp, value
    return False


@kernel
def _figures(offsets, text, rows, flags, out):
    hashes, lengths, marks = np.empty(256, np.uint64), np.empty(256, np.int64), np.empty(256, np.uint8)
    keys, stamps, stamp = np.empty(1024, np.uint64), np.zeros(1024, np.int64), 0
    for k in range(len(rows)):
        start, end = offsets[rows[k]], offsets[rows[k] + 1]
        count, ending, hashes, lengths, marks = cut(text, start, end, flags, hashes, lengths, marks)
        out[k, 13] = ending
        room = len(keys)
        while room < 2 * count:
            room *= 2
        if room > len(keys):
            keys, stamps = np.empty(room, np.uint64), np.zeros(room, np.int64)
        mask = 63
        while mask < 2 * count:
            mask = 2 * mask + 1
        stamp += 2
        _row(count, hashes, lengths, marks, keys, stamps, stamp, mask, out[k])


@part
def _row(count, hashes, lengths, marks, keys, stamps, stamp, mask, out):
    """The figures of one text (NAMES) from its lines; uses the stamps `stamp` and `stamp + 1`."""
    for i in range(count):
        length, mark = lengths[i], marks[i]
        out[0] += 1
        out[1] += length
        out[2] = max(out[2], length)
        out[3] += length if mark & ENDED else 0
        if mark & TELLS:
            out[4] += 1
            if put(hashes[i], keys, stamps, stamp, mask):
                out[5] += 1
                out[6] += length
        out[7] += length < SHORT_CHARS
        out[11] += length if mark & MENU else 0
        if mark & ALL_HAN != 0 and VERSE_MIN <= length <= VERSE_MAX:
            before = i > 0 and lengths[i - 1] == length and marks[i - 1] & ALL_HAN != 0
            after = i + 1 < count and lengths[i + 1] == length and marks[i + 1] & ALL_HAN != 0
            out[12] += before or after
    start = 0
    while start < count:  # a paragraph each turn
        value, length, tells, i = BASIS, 0, False, start
        while i < count and (i == start or not marks[i] & OPENS):
            value = (value ^ hashes[i]) * SPREAD
            value ^= value >> SHIFT
            length += lengths[i]
            tells |= marks[i] & TELLS != 0
            i += 1
        start = i
        if tells:
            out[8] += 1
            if put(value, keys, stamps, stamp + 1, mask):
                out[9] += 1
                out[10] += length


def figures(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, flags: np.ndarray) -> dict[str, np.ndarray]:
    """Each of NAMES as an int64 array, one value a row. `flags`: uint8 [0x110000]."""
    warm("lines", _compile)
    return _measured(offsets, text, rows, flags)


def _measured(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, flags: np.ndarray) -> dict[str, np.ndarray]:
    out = np.zeros((len(rows), len(NAMES)), np.int64)
    _figures(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), frozen(flags, np.uint8), out)
    return {name: out[:, column] for column, name in enumerate(NAMES)}


def _compile() -> None:
    _measured(np.array([0, 1]), np.array([97]), np.array([0]), np.zeros(0x110000, np.uint8))
