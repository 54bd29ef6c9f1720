"""Characters: UTF-8 decoded, and what each code point is to a reader who counts words.

In: bytes. Out: code points, and their class. A class is one of

    SPACE      between words                      NEWLINE    ends a line
    LETTER     of a script that writes spaces     DIGIT      0 to 9, also full-width
    CHAR       of a script that does not (Han, kana, hangul, Thai …): a word by itself
    SIGN       punctuation, symbols, emoji
"""

from __future__ import annotations

from headwater.kernels.compiled import part

SPACE, NEWLINE, LETTER, DIGIT, CHAR, SIGN = 0, 1, 2, 3, 4, 5
FULL_WIDTH = 0xFEE0  # from a full-width letter or digit to its ASCII twin
REPLACEMENT = 0xFFFD


@part
def decode(text, at, end):
    """(code point, bytes read) at a position; a broken sequence is one byte that reads as U+FFFD."""
    first = text[at]
    if first < 0x80:
        return int(first), 1
    if first < 0xC2 or first > 0xF4:
        return REPLACEMENT, 1
    size = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if at + size > end:
        return REPLACEMENT, 1
    code = int(first) & (0x7F >> size)
    for i in range(1, size):
        following = int(text[at + i])
        if following & 0xC0 != 0x80:
            return REPLACEMENT, 1
        code = (code << 6) | (following & 0x3F)
    return code, size


@part
def plain(code):
    """Full-width letters and digits as their ASCII twins, and ASCII capitals as small letters."""
    if 0xFF10 <= code <= 0xFF19 or 0xFF21 <= code <= 0xFF3A or 0xFF41 <= code <= 0xFF5A:
        code -= FULL_WIDTH
    if 0x41 <= code <= 0x5A:
        code += 0x20
    return code


@part
def class_of(code):
    """The class of a code point that went through `plain`."""
    if code < 0x80:
        if code == 0x0A:
            return NEWLINE
        if code <= 0x20 or code == 0x7F:
            return SPACE
        if 0x30 <= code <= 0x39:
            return DIGIT
        return LETTER if 0x61 <= code <= 0x7A or code == 0x5F else SIGN
    if code < 0x0E00:
        return _western(code)
    if code < 0x2000:
        char = code < 0x10A0 or 0x1100 <= code <= 0x11FF or 0x1780 <= code <= 0x17FF
        return CHAR if char else SPACE if code == 0x1680 else LETTER
    if code < 0x3000:
        return _general(code)
    if code < 0xE000:
        return _eastern(code)
    return _upper(code)


@part
def _western(code):
    if code == 0x85 or code == 0xA0:
        return SPACE
    if code < 0xC0:
        return LETTER if code == 0xAA or code == 0xB5 or code == 0xBA else SIGN
    return SIGN if code == 0xD7 or code == 0xF7 else LETTER


@part
def _general(code):
    """U+2000 to U+2FFF: punctuation, arrows and mathematical signs; some scripts; radicals."""
    if code == 0x2028 or code == 0x2029:
        return NEWLINE
    if code <= 0x200F or code == 0x202F or code == 0x205F or code == 0x2060:
        return SPACE
    if code < 0x2C00:
        return SIGN
    return CHAR if code >= 0x2E80 else LETTER


@part
def _eastern(code):
    """U+3000 to U+DFFF: CJK signs, kana, Han, Yi, hangul."""
    if code == 0x3000:
        return SPACE
    if code < 0x3040:
        return CHAR if 0x3005 <= code <= 0x3007 else SIGN
    if code < 0xA4D0:
        return CHAR
    return CHAR if 0xAC00 <= code <= 0xD7FF or 0xA960 <= code <= 0xA97F else LETTER


@part
def _upper(code):
    """From U+E000: private use, compatibility forms, full-width forms, emoji, rare Han."""
    if code == 0xFEFF:
        return SPACE
    if code < 0xF900:
        return SIGN
    if code < 0xFB00 or 0xFF66 <= code <= 0xFFDC or 0x20000 <= code <= 0x3FFFF:
        return CHAR
    if 0xFE10 <= code <= 0xFE6F or 0xFF00 <= code <= 0xFFFF or 0x1F000 <= code <= 0x1FBFF:
        return SIGN
    return LETTER
