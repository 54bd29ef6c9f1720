"""Signs of broken characters: one pass over the bytes that says which texts need a closer look.

In: a text array's offsets and bytes, and a table of marks by code point. Out: a set of signs a text. Nothing is decided
here: a sign that is missing means that the repair has nothing to do, and a sign that is there means that it may have.

Marks of a code point, which whoever calls defines: LOOK_1 to LOOK_4 become signs as they are; LEAD and CONTINUATION
are what the first and the later bytes of UTF-8 look like when read as Latin-1; HIGH and LETTER what a byte of GBK looks
like, LETTER where it is an accented letter; FIRST what the first two bytes of a Chinese character's UTF-8 look like
when read as GBK.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.compiled import frozen, kernel, part, warm

LOOK_1, LOOK_2, LOOK_3, LOOK_4, LEAD, CONTINUATION, HIGH, LETTER, FIRST = (1 << i for i in range(9))
LOOKS = LOOK_1 | LOOK_2 | LOOK_3 | LOOK_4
# signs that take more than one code point, beside LOOKS
LATIN, GBK, UTF8_AS_GBK, ENTITY = 16, 32, 64, 128
TABLE_SIZE = 0x30000  # code points above it, but for those of TAGS, have no marks
TAGS, TAGS_END = 0xE0000, 0xE1000  # invisible: the mark LOOK_1
PRIVATE, PRIVATE_END = 0xE000, 0xF900  # what two bytes read like that GBK has no character for
MIN_RUN, MIN_RUN_LETTERS = 4, 2  # of HIGH, and of LETTER among them
AMPERSAND, HASH, SEMICOLON = 0x26, 0x23, 0x3B
MAX_ENTITY = 33  # characters


@part
def _signs_of(text, at, end, table):
    """The signs of one text."""
    signs, before, run, letters = 0, 0, 0, 0
    place, last_first, entity = 0, -10, 0  # entity: characters since an ampersand
    while at < end:
        byte = text[at]
        if byte < 0x80:
            code, size = int(byte), 1
        else:
            code, size = decode(text, at, end)
        at += size
        if code < TABLE_SIZE:
            marks = int(table[code])
        else:
            marks = LOOK_1 if TAGS <= code < TAGS_END else 0
        if entity:
            if code == SEMICOLON and entity > 2:
                signs |= ENTITY
            named = 0x30 <= code <= 0x39 or 0x41 <= code <= 0x5A or 0x61 <= code <= 0x7A or code == HASH
            entity = entity + 1 if named and entity < MAX_ENTITY else 0
        if code == AMPERSAND:
            entity = 1
        place += 1
        if before & FIRST and PRIVATE <= code < PRIVATE_END:
            signs |= UTF8_AS_GBK
        if not marks:
            before = run = letters = 0
            continue
        signs |= marks & LOOKS
        if marks & CONTINUATION and before & LEAD:
            signs |= LATIN
        if marks & HIGH:
            run, letters = run + 1, letters + (marks & LETTER != 0)
            if run >= MIN_RUN and letters >= MIN_RUN_LETTERS:
                signs |= GBK
        else:
            run = letters = 0
        if marks & FIRST:
            if place - last_first == 3:
                signs |= UTF8_AS_GBK
            last_first = place
        before = marks
    return signs


@kernel
def _find(offsets, text, table, out):
    for row in range(len(out)):
        out[row] = _signs_of(text, offsets[row], offsets[row + 1], table)


def find_signs(offsets: np.ndarray, text: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The signs of every text, as bits (int64). `table`: TABLE_SIZE marks (uint16)."""
    ready()
    return _found(offsets, text, table)


def _found(offsets: np.ndarray, text: np.ndarray, table: np.ndarray) -> np.ndarray:
    out = np.zeros(len(offsets) - 1, np.int64)
    _find(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(table, np.uint16), out)
    return out


def ready() -> None:
    """Compile, or load from disk, once a process."""
    warm("defects", _compile)


def _compile() -> None:
    _found(np.array([0, 1]), np.array([0x61]), np.zeros(TABLE_SIZE, np.uint16))
