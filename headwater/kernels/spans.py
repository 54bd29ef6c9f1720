"""Anchors: places of texts that are found again wherever the same passage stands.

In: a text array's offsets and bytes, which rows. Out: a hash and the place in bytes of each anchor.
Of every `window` runs of `run` tokens in a row the one with the least hash is an anchor (winnowing): two texts that
share `window + run - 1` tokens share an anchor. Nothing is kept of a text but the last runs, so any length needs the
same room. Tokens as in `minhash`, signs left out.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import CHAR, DIGIT, LETTER, SPACE, class_of, decode, plain
from headwater.kernels.compiled import frozen, kernel, part, warm
from headwater.kernels.minhash import BASIS, CHAIN, HALF, MAX_TOKENS, PRIME, RING, SPREAD

ANCHOR = np.dtype([("hash", "<u8"), ("row", "<i8"), ("place", "<i8")])


@part
def _spread(value):
    value = (value ^ (value >> HALF)) * SPREAD
    return value ^ (value >> HALF)


@kernel
def _anchors(offsets, text, rows, run, window):
    hashes, owners, places = np.empty(1024, np.uint64), np.empty(1024, np.int64), np.empty(1024, np.int64)
    count = 0
    power = np.uint64(1)
    for _ in range(run):
        power *= CHAIN
    ring, starts = np.zeros(RING, np.uint64), np.zeros(RING, np.int64)
    waiting, when, where = np.empty(window, np.uint64), np.empty(window, np.int64), np.empty(window, np.int64)
    for k in range(len(rows)):
        begin, end = offsets[rows[k]], offsets[rows[k] + 1]
        at, tokens, first, last, emitted = begin, 0, 0, 0, -1
        prefix, word, in_word, word_start = np.uint64(0), BASIS, False, begin
        ring[0] = np.uint64(0)
        while at <= end:
            here = at
            if at < end:
                code, size = decode(text, at, end)
                code = plain(code)
                kind = class_of(code)
            else:
                code, size, kind = 0, 1, SPACE
            at += size
            if kind in (LETTER, DIGIT):
                if not in_word:
                    word, word_start, in_word = BASIS, here, True
                word = (word ^ np.uint64(code)) * PRIME
                continue
            for turn in range(2):
                if turn == 0:
                    if not in_word:
                        continue
                    token, start, in_word = _spread(word), word_start, False
                elif kind == CHAR:
                    token, start = _spread((BASIS ^ np.uint64(code)) * PRIME), here
                else:
                    continue
                prefix = prefix * CHAIN + token
                starts[tokens % RING] = start
                tokens += 1
                ring[tokens % RING] = prefix
                if tokens < run:
                    continue
                number = tokens - run  # of the run that ends here
                value = _spread(prefix - ring[number % RING] * power)
                if last > first and when[first % window] <= number - window:
                    first += 1
                while last > first and waiting[(last - 1) % window] >= value:
                    last -= 1
                waiting[last % window], when[last % window] = value, number
                where[last % window] = starts[number % RING]
                last += 1
                if number >= window - 1 and when[first % window] != emitted:
                    if count == len(hashes):
                        hashes = np.append(hashes, np.empty(count, np.uint64))
                        owners = np.append(owners, np.empty(count, np.int64))
                        places = np.append(places, np.empty(count, np.int64))
                    emitted = when[first % window]
                    hashes[count], owners[count] = waiting[first % window], rows[k]
                    places[count] = where[first % window] - begin
                    count += 1
    return hashes[:count], owners[:count], places[:count]


def anchors(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, *, run: int, window: int) -> np.ndarray:
    """ANCHOR records of the rows asked for, in their order; `place` counts bytes from the start of the row's text."""
    warm("spans", _compile)
    return _found(offsets, text, rows, run, window)


def _found(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray, run: int, window: int) -> np.ndarray:
    if not 1 <= run <= MAX_TOKENS or window < 1:
        raise ValueError(f"a run has 1 to {MAX_TOKENS} tokens")
    parts = _anchors(frozen(offsets, np.int64), frozen(text, np.uint8), frozen(rows, np.int64), run, window)
    found = np.empty(len(parts[0]), ANCHOR)
    found["hash"], found["row"], found["place"] = parts
    return found


def _compile() -> None:
    _found(np.array([0, 1]), np.array([97], np.uint8), np.array([0]), 1, 1)
