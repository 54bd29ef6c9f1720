"""Flags of code points: what a rule about English words, lines and sentences asks of a character, a bit each.

In: nothing. Out: a table of every code point, as uint32. Classes of the tokenizer are those of spaCy 3 (MIT licence);
SYMBOL and TERMINAL are the marks that datatrove takes for no word, and for the end of a line.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable

import numpy as np

from headwater.kernels.compiled import frozen

SPACE, NEWLINE, ALPHA, SYMBOL, TERMINAL, PUNCTUATION = (1 << bit for bit in range(6))
LETTER, LOWER, UPPER, QUOTE, PREFIX, SUFFIX = (1 << bit for bit in range(6, 12))
ICON, INFIX, BEFORE_DOT, CURRENCY, SENTENCE, DIGIT = (1 << bit for bit in range(12, 18))
HOST, SCHEME, DECIMAL = (1 << bit for bit in range(18, 21))
NUM_CODES = 0x110000

LINE_ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉\u2329\u232a⟦⟧"
MARKS = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪"
CURRENCIES = "$£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₶₷₸₹₺₻₼₾₿"
INFIXES = ".+-*^,–—~:<>=/…"
# Scripts without capitals count as small and as capital letters. (first, last)
UNCASED = (
    (0x591, 0x5F4), (0x620, 0x64A), (0x66E, 0x6D5), (0x6E5, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8BD), (0x900, 0x9FF),
    (0xB80, 0xCFF), (0xD80, 0xDFF), (0x1100, 0x137F), (0x2E80, 0x2FDF), (0x2FF0, 0x30FF), (0x31C0, 0x31EF),
    (0x3200, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0xFB1D, 0xFBB1), (0xFBD3, 0xFD3D),
    (0xFD50, 0xFDC7), (0xFDF0, 0xFDFB), (0xFE30, 0xFE4F), (0xFE70, 0xFEFC), (0x1EE00, 0x1EEBB), (0x1F200, 0x1F2FF),
    (0x20000, 0x2A6DF), (0x2A700, 0x2EBEF), (0x2F800, 0x2FA1F),
)  # fmt: skip
CASED = (
    (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x1BF), (0x1C4, 0x2AF), (0x386, 0x386),
    (0x388, 0x38A), (0x38C, 0x38C), (0x38E, 0x38F), (0x391, 0x3A9), (0x3AC, 0x3AF), (0x3B1, 0x3C9), (0x3CC, 0x3CE),
    (0x400, 0x401), (0x403, 0x40A), (0x40C, 0x40D), (0x410, 0x451), (0x453, 0x45A), (0x45C, 0x45D), (0x490, 0x491),
    (0x496, 0x497), (0x4A2, 0x4A3), (0x4AE, 0x4AF), (0x4BA, 0x4BB), (0x4D8, 0x4D9), (0x4E8, 0x4E9), (0x1D00, 0x1D25),
    (0x1D6B, 0x1D77), (0x1D79, 0x1D9A), (0x1E00, 0x1EFF), (0x2C60, 0x2C7B), (0x2C7E, 0x2C7F), (0xA722, 0xA76F),
    (0xA771, 0xA787), (0xA78B, 0xA78E), (0xA790, 0xA7B9), (0xA7FA, 0xA7FA), (0xAB30, 0xAB5A), (0xAB60, 0xAB64),
    (0xFF21, 0xFF3A), (0xFF41, 0xFF5A),
)  # fmt: skip
SYMBOLS = "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»"
SENTENCES = (
    "!.?։؟۔܀܁܂߹।॥၊။።፧፨᙮᜵᜶᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᰻᰼᱾᱿‼‽⁇⁈⁉⸮⸼。꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫﹒﹖﹗！．？｡𐩖𐩗"
    "𑁇𑁈𑂾𑂿𑃀𑃁𑅁𑅂𑅃𑇅𑇆𑇍𑇞𑇟𑈸𑈹𑈻𑈼𑊩𑑋𑑌𑗂𑗃𑗉𑗊𑗋𑗌𑗍𑗎𑗏𑗐𑗑𑗒𑗓𑗔𑗕𑗖𑗗𑙁𑙂𑜼𑜽𑜾𑩂𑩃𑪛𑪜𑱁𑱂𖩮𖩯𖫵𖬷𖬸𖭄𛲟𝪈"
)
TERMINALS = SENTENCES + (
    "\u061d\u061e\u0837\u0839\u083d\u083e\u17d4\u17d5\u17d6\u17d9\u17da\u1b7d\u1b7e\u2e53\u2e54\U00010f55\U00010f56"
    "\U00010f57\U00010f58\U00010f59\U00010f86\U00010f87\U00010f88\U00010f89\U00011944\U00011946\U00011ef7\U00011ef8"
    "\U00011f43\U00011f44\U00016e98"
)


@functools.cache
def table() -> np.ndarray:
    """The flags of every code point; built once a process, in about 0.2 s."""
    flags = np.zeros(NUM_CODES, np.uint32)
    for code in range(0x33500):  # the last letters
        if not 0xD800 <= code < 0xE000:
            flags[code] = _of_category(chr(code), unicodedata.category(chr(code)))
    _mark(flags, SYMBOL, (*map(ord, SYMBOLS), *range(9), *range(11, 32), *range(127, 160)))
    letters = [code for first, last in UNCASED for code in range(first, last + 1)]
    _mark(flags, LETTER | LOWER | UPPER, letters)
    for first, last in CASED:
        for code in range(first, last + 1):
            small = {"Ll": LOWER, "Lu": UPPER}.get(unicodedata.category(chr(code)), 0)
            flags[code] |= LETTER | (LOWER if code == 0x294 else small)
    for flag, characters in (
        (NEWLINE, LINE_ENDS), (TERMINAL, TERMINALS), (SENTENCE, SENTENCES), (QUOTE, QUOTES), (CURRENCY, CURRENCIES),
        (PREFIX, MARKS + QUOTES + CURRENCIES + "§%=—–"), (SUFFIX, MARKS + QUOTES + "—–"), (ICON, "…"),
        (INFIX, INFIXES), (DIGIT, "0123456789"), (SCHEME, "+-._"),
        # A full stop is cut off after these; the last ones stand in that class of spaCy's as the signs of a group.
        (BEFORE_DOT, "0123456789%²-+" + MARKS + QUOTES + "|?:"),
    ):  # fmt: skip
        _mark(flags, flag, map(ord, characters))
    flags[flags & LOWER != 0] |= BEFORE_DOT
    flags[0xA1:0x10000] |= HOST
    return frozen(flags, np.uint32)


def _of_category(character: str, category: str) -> int:
    found = SPACE if character.isspace() else 0
    if category[0] == "P":
        found |= PUNCTUATION
    if category == "So":
        found |= ICON | PREFIX | SUFFIX | INFIX
    if category[0] == "L":
        found |= ALPHA
    if category == "Nd":
        found |= DECIMAL
    if character.isalnum():
        found |= SCHEME | (HOST if character.isascii() else 0)
    return found


def _mark(flags: np.ndarray, flag: int, codes: Iterable[int]) -> None:
    flags[np.fromiter(codes, np.int64)] |= np.uint32(flag)
