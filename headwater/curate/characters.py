"""Kinds of characters: how many letters of each script, digits, marks and controls a text has.

In: a text. Out: an int64 count a kind, in the order of KINDS.
One table holds the kind of every code point; a text is counted by looking its code points up. A second one holds the
flags by which the kernels that read lines tell letters, white space, breaks and the marks at the end of a sentence.
"""

from __future__ import annotations

import functools
import unicodedata
from bisect import bisect_right

import numpy as np

KINDS = (
    "other", "space", "newline", "digit", "ascii_punctuation", "cjk_punctuation", "punctuation", "symbol",
    "control", "replacement", "invisible", "letter",
    "latin", "han", "kana", "hangul", "cyrillic", "greek", "arabic", "hebrew", "devanagari", "thai", "bengali",
    "gurmukhi", "gujarati", "tamil", "telugu", "kannada", "malayalam", "sinhala", "lao", "khmer", "burmese",
    "tibetan", "ethiopic", "armenian", "georgian", "oriya",
)  # fmt: skip
INDEX = {name: position for position, name in enumerate(KINDS)}
SCRIPTS = KINDS[INDEX["latin"] :]
# Blocks that hold one script's letters; punctuation and digits inside them are found by category.
BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "latin"), (0x0250, 0x02AF, "latin"), (0x0370, 0x03FF, "greek"), (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "armenian"), (0x0590, 0x05FF, "hebrew"), (0x0600, 0x06FF, "arabic"), (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"), (0x0900, 0x097F, "devanagari"), (0x0980, 0x09FF, "bengali"),
    (0x0A00, 0x0A7F, "gurmukhi"), (0x0A80, 0x0AFF, "gujarati"), (0x0B00, 0x0B7F, "oriya"), (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0C7F, "telugu"), (0x0C80, 0x0CFF, "kannada"), (0x0D00, 0x0D7F, "malayalam"),
    (0x0D80, 0x0DFF, "sinhala"), (0x0E00, 0x0E7F, "thai"), (0x0E80, 0x0EFF, "lao"), (0x0F00, 0x0FFF, "tibetan"),
    (0x1000, 0x109F, "burmese"), (0x10A0, 0x10FF, "georgian"), (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"), (0x1780, 0x17FF, "khmer"), (0x1C80, 0x1CBF, "georgian"), (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "greek"), (0x2C60, 0x2C7F, "latin"), (0x2E80, 0x2FDF, "han"), (0x3005, 0x3007, "han"),
    (0x3041, 0x30FF, "kana"), (0x3130, 0x318F, "hangul"), (0x31F0, 0x31FF, "kana"), (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"), (0xA720, 0xA7FF, "latin"), (0xAC00, 0xD7AF, "hangul"), (0xF900, 0xFAFF, "han"),
    (0xFB1D, 0xFB4F, "hebrew"), (0xFB50, 0xFDFF, "arabic"), (0xFE70, 0xFEFE, "arabic"), (0xFF21, 0xFF5A, "latin"),
    (0xFF66, 0xFF9F, "kana"), (0x20000, 0x3FFFF, "han"),
)  # fmt: skip
STARTS = [start for start, _, _ in BLOCKS]  # in order, and no block in another
CJK_PUNCTUATION = ((0x3001, 0x3003), (0x3008, 0x3020), (0x3030, 0x303F), (0xFE30, 0xFE4F), (0xFF01, 0xFF0F),
                   (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF65))  # fmt: skip
# Quotation marks, dash and ellipsis that Chinese shares with other scripts.
SHARED_PUNCTUATION = "“”‘’—…·"
INVISIBLE = (0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0)
NEWLINES = "\n\r\u2028\u2029\x85"
LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # those of `str.splitlines`
SENTENCE_ENDS = ".!?,;:…。！？，；：、—~～।॥۔؟؛።"  # a sentence, a clause or a verse
CLOSERS = "\"'”’»」』）)]*_"  # may stand between that and the end of a line
SEPARATORS = "|｜»›▸┃┊│"  # between the entries of a menu; · stands in foreign names
CONTROL_CATEGORIES = ("Cc", "Cs")  # not Co or Cn: old texts write rare characters so, and new letters come every year


def kind_of(code: int) -> str:
    """The kind of one code point: the definition that the table is filled by."""
    character, category = chr(code), unicodedata.category(chr(code))
    if character in NEWLINES:
        return "newline"
    if character in "\t\v\f" or category == "Zs":
        return "space"
    if code == 0xFFFD:
        return "replacement"
    if category == "Cf" or code in INVISIBLE or 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE01EF:
        return "invisible"
    if category in CONTROL_CATEGORIES:
        return "control"
    if category == "Nd":
        return "digit"
    if category[0] in "PS":
        return _mark(code, category)
    start, end, script = BLOCKS[bisect_right(STARTS, code) - 1]
    return script if start <= code <= end else "letter" if category[0] in "LM" else "other"


def _mark(code: int, category: str) -> str:
    if code < 0x80:
        return "ascii_punctuation"
    if any(start <= code <= end for start, end in CJK_PUNCTUATION):
        return "cjk_punctuation"
    return "punctuation" if category[0] == "P" else "symbol"


@functools.cache
def entries() -> np.ndarray:
    """A byte for every code point: its kind, and the flags of `kernels.kinds`; built once a process, in about 0.1 s."""
    from headwater.kernels.kinds import COMBINING, CONTINUATION

    found = np.full(0x110000, INDEX["other"], np.uint8)
    for code in (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE01F0)):
        found[code] = INDEX[kind_of(code)] | (COMBINING if is_combining(code) else 0)
    found[0x20000:0x40000] = INDEX["han"]
    for code in range(0x80, 0xC0):  # as a one-byte encoding shows the later bytes of UTF-8
        found[code] |= CONTINUATION
        for character in bytes([code]).decode("cp1252", "ignore"):
            found[ord(character)] |= CONTINUATION
    found.flags.writeable = False
    return found


def is_combining(code: int) -> bool:
    """Whether a code point stands on the character before it."""
    return unicodedata.category(chr(code)) in ("Mn", "Me")


@functools.cache
def table() -> np.ndarray:
    """The kind of every code point, as uint8 (0x110000,)."""
    from headwater.kernels.kinds import KIND

    return entries() & KIND


@functools.cache
def flags() -> np.ndarray:
    """What the kernels that read lines know of every code point, as uint8 (0x110000,): the flags of `kernels.lines`."""
    from headwater.kernels import lines

    kinds = table()
    found = np.zeros(len(kinds), np.uint8)
    found[np.isin(kinds, [INDEX[name] for name in (*SCRIPTS, "letter", "digit")])] |= lines.ALNUM
    found[kinds == INDEX["han"]] |= lines.HAN
    found[np.isin(kinds, [INDEX["space"], INDEX["newline"]])] |= lines.WHITE
    for characters, flag in (
        (LINE_BREAKS, lines.BREAK | lines.WHITE),
        (SENTENCE_ENDS, lines.ENDS),
        (CLOSERS, lines.CLOSES),
        (SEPARATORS, lines.SEPARATES),
    ):
        found[[ord(character) for character in characters]] |= flag
    found.flags.writeable = False
    return found


def code_points(text: str) -> np.ndarray:
    """The code points of a text: uint8 where it is ASCII, else uint32. Read-only."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)


def counts(codes: np.ndarray) -> np.ndarray:
    """How many code points of each kind."""
    return np.bincount(table()[codes], minlength=len(KINDS))
