"""Characters that an old vocabulary can only spell in bytes, as tokens of their own.

In: a Base and its counted words. Out: the commonest such characters, and the words as symbols with them in.
Bytes of a byte_fallback vocabulary do not merge, so that without its character no longer piece could form. A
byte-level vocabulary has none such.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.spell import BARRIER
from headwater.tokenizer.expand_base import Base
from headwater.tokenizer.expand_words import Counted
from headwater.tokenizer.learn import ALPHABET_SHARE, MIN_PAIR_COUNT
from headwater.tokenizer.words import SCALE

LEAD, SURROGATES, END = 0xC2, (0xD800, 0xE000), 0x110000  # one-byte characters gain nothing


def added(base: Base, counted: Counted, add: int) -> tuple[list[tuple[str, list[int]]], np.ndarray, np.ndarray]:
    """([(character, ids of its bytes)] by code point, symbols int32, starts int64 of the words)."""
    symbols = base.symbols[counted.ids]
    if base.byte_level:
        return [], symbols, counted.starts
    at, codes, sizes = _characters(base.bytes_of[counted.ids], counted.starts)
    number = np.searchsorted(counted.starts, at, side="right") - 1
    totals = np.zeros(END, np.int64)
    np.add.at(totals, codes, counted.counts[number])
    seen = np.flatnonzero(totals >= MIN_PAIR_COUNT * SCALE)
    chosen = np.sort(seen[np.lexsort((seen, -totals[seen]))][: int(add * ALPHABET_SHARE)])
    table = np.full(END, BARRIER, np.int32)
    table[chosen] = len(base.pieces) + np.arange(len(chosen))
    kept = np.ones(len(symbols), np.bool_)
    mine = table[codes] != BARRIER
    symbols[at[mine]] = table[codes[mine]]
    for extra in (1, 2, 3):
        kept[at[mine & (sizes > extra)] + extra] = False
    starts = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)[counted.starts]
    ids = {byte: id_ for id_, byte in enumerate(base.bytes_of.tolist()) if byte >= 0}
    letters = [(letter := chr(code), [ids[byte] for byte in letter.encode()]) for code in chosen.tolist()]
    return letters, symbols[kept], starts


def _characters(bytes_: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(place, code point, bytes) of every character that is spelled in bytes (-1: not a byte) within one word."""
    padded = np.concatenate([bytes_, np.full(3, -1, bytes_.dtype)]).astype(np.int64)
    at = np.flatnonzero(bytes_ >= LEAD)
    lead = padded[at]
    sizes = 2 + (lead >= 0xE0) + (lead >= 0xF0)
    codes = lead & np.array([0, 0, 0x1F, 0x0F, 0x07])[sizes]
    whole = lead < 0xF5
    for extra in (1, 2, 3):
        follows, byte = sizes > extra, padded[at + extra]
        whole &= ~follows | ((byte >= 0x80) & (byte < 0xC0))
        codes = np.where(follows, (codes << 6) | (byte & 0x3F), codes)
    whole &= at + sizes <= starts[np.searchsorted(starts, at, side="right")]
    whole &= (codes < END) & ~((codes >= SURROGATES[0]) & (codes < SURROGATES[1]))
    return at[whole], codes[whole], sizes[whole]
