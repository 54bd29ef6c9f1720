"""Kinds of characters, counted row by row: letters of each script, digits, marks, controls.

In: a text array's offsets and bytes, the rows asked for, and a table of the kind of every code point. Out: a count a
kind and row, and what no kind says: characters, combining marks, marks piled on marks, and misread bytes.

A byte sequence of UTF-8 that was read as a one-byte encoding leaves a telling run: a letter of Latin-1 (Ã, Ð, ä)
and after it exactly the continuation characters that it announced. Such runs are counted as misread.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm

KIND, COMBINING, CONTINUATION = 0x3F, 0x40, 0x80  # of a table's entry: its kind, and two flags
CHARS, COMBINED, PILED, MISREAD = 0, 1, 2, 3  # columns of the second array
PILE = 5  # the fifth mark on one letter is no spelling of any script


@part
def _leads_pair(code):
    """First bytes of two-byte characters of Latin, Greek, Cyrillic, Hebrew and Arabic; not É or Ü, which end words."""
    return 0xC2 <= code <= 0xC5 or 0xCE <= code <= 0xD1 or 0xD7 <= code <= 0xD9


@kernel
def _count(offsets, text, rows, table, counts, others):
    for k in range(len(rows)):
        at, end = offsets[rows[k]], offsets[rows[k] + 1]
        chars = combined = piled = misread = run = wanted = got = 0
        while at < end:
            first = text[at]
            chars += 1
            if first < 0x80:
                counts[k, table[first] & KIND] += 1
                at += 1
                run = wanted = 0
                continue
            code, size = decode(text, at, end)
            at += size
            entry = table[code]
            counts[k, entry & KIND] += 1
            if entry & COMBINING:
                run += 1
                combined += 1
                piled += run >= PILE
            else:
                run = 0
            if wanted > 0 and entry & CONTINUATION:
                wanted -= 1
                got += 1
                if wanted == 0:
                    misread += got + 1
            else:
                wanted = 1 if _leads_pair(code) else 2 if 0xE0 <= code <= 0xEF else 3 if 0xF0 <= code <= 0xF4 else 0
                got = 0
        others[k, CHARS], others[k, COMBINED], others[k, PILED], others[k, MISREAD] = chars, combined, piled, misread


def count(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, table: np.ndarray, num_kinds: int
) -> tuple[np.ndarray, np.ndarray]:
    """(kinds, others): int64 [rows, kinds] and [rows, CHARS COMBINED PILED MISREAD]. `table`: uint8 [0x110000]."""
    warm("kinds", _compile)
    return _counted(offsets, text, rows, table, num_kinds)


def _counted(
    offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, table: np.ndarray, num_kinds: int
) -> tuple[np.ndarray, np.ndarray]:
    counts, others = np.zeros((len(rows), num_kinds), np.int64), np.zeros((len(rows), 4), np.int64)
    _count(
        frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), frozen(table, np.uint8),
        counts, others,
    )  # fmt: skip
    return counts, others


def _compile() -> None:
    _counted(np.array([0, 1]), np.array([97]), np.array([0]), np.zeros(0x110000, np.uint8), 1)
