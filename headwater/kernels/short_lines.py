"""Short lines of prose: where they stand, and a hash by which equal ones are found; a hash of whole texts too.

In: a text array's offsets and bytes, and which texts are read. Out: columns (row, start, end, hash), a line each: the
bytes of its content without the white space around it. Left out are longer lines, those without a letter or
digit, and what a Markdown text is built of: headings, table rows, lines indented like code, and whatever stands in a
fence. Where tables of openings are given, only lines that they let through.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.line_openings import ALL, Tables, held, opened

PRIME = np.uint64(0x100000001B3)  # FNV-1a's
BASIS = np.uint64(0xCBF29CE484222325)
SPREAD = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(32)
CODE_INDENT = 4
NEWLINE, TAB, SPACE, HASH, PIPE, BACKTICK, TILDE = 0x0A, 0x09, 0x20, 0x23, 0x7C, 0x60, 0x7E
FENCE = 3  # characters that open or close one
BYTES_A_LINE, FIRST_ROOM = 32, 1 << 18  # lines that there is room for at once


@part
def _is_fence(text, start, end):
    mark = text[start]
    if end - start < FENCE or (mark != BACKTICK and mark != TILDE):
        return False
    return text[start + 1] == mark and text[start + 2] == mark


@part
def _tells(text, start, end):
    """Whether a line has a letter, a digit, or anything beyond ASCII."""
    for i in range(start, end):
        byte = text[i]
        if byte >= 0x80 or 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A:
            return True
    return False


@kernel
def _scan(offsets, text, wanted, max_bytes, tables, rows, starts, ends, hashes):
    """Count the lines, and note them where the arrays have room."""
    count, gated = 0, len(tables.words) > 0
    for row in range(len(offsets) - 1):
        if not wanted[row]:
            continue
        at, end, fenced, fence = offsets[row], offsets[row + 1], False, 0
        while at < end:
            stop = at
            while stop < end and text[stop] != NEWLINE:
                stop += 1
            start, last = at, stop
            while start < last and text[start] <= SPACE:
                start += 1
            while last > start and text[last - 1] <= SPACE:
                last -= 1
            indent, following = start - at, stop + 1
            tab = start > at and text[at] == TAB
            at = following
            if start == last:
                continue
            if _is_fence(text, start, last):
                if not fenced:
                    fenced, fence = True, int(text[start])
                elif text[start] == fence:
                    fenced = False
                continue
            short = last - start <= max_bytes
            if fenced or tab or indent >= CODE_INDENT or not short or text[start] == HASH or text[start] == PIPE:
                continue
            if gated and not (opened(text, start, last, tables) or held(text, start, last, tables)):
                continue
            if not _tells(text, start, last):
                continue
            if count < len(rows):
                value = BASIS
                for i in range(start, last):
                    value = (value ^ np.uint64(text[i])) * PRIME
                value = (value ^ (value >> SHIFT)) * SPREAD
                rows[count], starts[count], ends[count] = row, start, last
                hashes[count] = value ^ (value >> SHIFT)
            count += 1
    return count


@kernel
def _hash(offsets, text, rows, out):
    for k in range(len(rows)):
        at, end = offsets[rows[k]], offsets[rows[k] + 1]
        value = BASIS ^ np.uint64(end - at)
        while at < end:
            word = np.uint64(0)
            for i in range(min(end - at, 8)):
                word |= np.uint64(text[at + i]) << np.uint64(8 * i)
            value = (value ^ word) * SPREAD
            value ^= value >> SHIFT
            at += 8
        out[k] = value


def hash_texts(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """A hash (uint64) of each of the texts at `rows`, by which equal ones are found."""
    ready()
    return _hashed(offsets, text, rows)


def _hashed(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray) -> np.ndarray:
    out = np.empty(len(rows), np.uint64)
    _hash(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), out)
    return out


@kernel
def _gather(text, starts, ends, offsets, out):
    for k in range(len(starts)):
        to = offsets[k]
        for i in range(ends[k] - starts[k]):
            out[to + i] = text[starts[k] + i]


def gather(text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(offsets, bytes) of parts of a text, one after the other."""
    ready()
    return _gathered(text, starts, ends)


def _gathered(text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    offsets = np.zeros(len(starts) + 1, np.int64)
    np.cumsum(ends - starts, out=offsets[1:])
    out = np.empty(offsets[-1], np.uint8)
    _gather(frozen(text, np.uint8), frozen(starts, np.int64), frozen(ends, np.int64), frozen(offsets, np.int64), out)
    return offsets, out


def find_lines(
    offsets: np.ndarray, text: np.ndarray, wanted: np.ndarray, max_bytes: int, tables: Tables = ALL
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(rows, starts, ends, hashes) of the short lines of the wanted texts, in order."""
    ready()
    return _found(offsets, text, wanted, max_bytes, tables)


def _found(
    offsets: np.ndarray, text: np.ndarray, wanted: np.ndarray, max_bytes: int, tables: Tables = ALL
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    given = frozen(offsets, np.int64), frozen(text, np.uint8), frozen(wanted, np.bool_), max_bytes, tables
    room = min(int(offsets[-1] - offsets[0]) // BYTES_A_LINE, FIRST_ROOM)
    while True:
        rows, starts, ends = (np.empty(room, np.int64) for _ in range(3))
        hashes = np.empty(room, np.uint64)
        count = _scan(*given, rows, starts, ends, hashes)
        if count <= room:
            return rows[:count], starts[:count], ends[:count], hashes[:count]
        room = count


def ready() -> None:
    """Compile, or load from disk, once a process."""
    warm("short_lines", _compile)


def _compile() -> None:
    _found(np.array([0, 1]), np.array([0x61]), np.array([True]), 10)
    _gathered(np.array([0x61]), np.array([0]), np.array([1]))
    _hashed(np.array([0, 1]), np.array([0x61]), np.array([0]))
