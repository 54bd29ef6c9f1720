"""Hashed n-grams of letters, and what they say of a text's language.

In: a stream of letters (see `letters`). Out: slots (for training), or sums of weights a language (to identify).
An n-gram is a run of 1 to 5 letters of one script and of gaps between words that ends at a letter or a gap, a whole
word of 4 letters or more, or two words that follow each other. Its slot is its hash; a table keeps weights for the
slots that say most, and knows nothing of the others.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import kernel, part

BITS = 20
BLOCK = 16  # tables are padded to whole vectors of so many languages
MAX_LETTERS = 5
MIN_WORD_LETTERS = 4  # shorter ones are n-grams already, gaps and all
PER_LETTER = MAX_LETTERS + 2  # most slots that one place in the stream gives
PRIME = np.uint64(0x100000001B3)
BASIS = np.uint64(0xCBF29CE484222325)
WORD = np.uint64(0x8F14E45FCEEA167B)
PAIR = np.uint64(0x9E3779B97F4A7C15)
SPREAD = np.uint64(0xD6E8FEB86659FD93)
SHIFT = np.uint64(29)
DOWN = np.uint64(64 - BITS)


@part
def _slot(value):
    value = (value ^ (value >> SHIFT)) * SPREAD
    value = (value ^ (value >> SHIFT)) * PAIR
    return np.int32(value >> DOWN)


@kernel
def slots_of(codes, kinds, count, script, out):
    """The slots (int32) of one script's n-grams, in order, into `out`; how many. Room: 7 a letter of the stream."""
    found, letters, before = 0, 0, np.uint64(0)
    word = WORD
    for end in range(1, count):
        if kinds[end] != script and not (kinds[end] == 0 and kinds[end - 1] == script):
            word, before, letters = WORD, np.uint64(0), 0
            continue
        value = BASIS ^ np.uint64(script)
        for back in range(min(MAX_LETTERS, end + 1)):
            place = end - back
            if kinds[place] != script and kinds[place] != 0:
                break
            value = (value ^ np.uint64(codes[place])) * PRIME
            if back or kinds[end]:
                out[found] = _slot(value)
                found += 1
        if kinds[end]:
            word = (word ^ np.uint64(codes[end])) * PRIME
            letters += 1
            continue
        if letters >= MIN_WORD_LETTERS:
            out[found] = _slot(word)
            found += 1
        if before:
            out[found] = _slot(before * PAIR + word)
            found += 1
        word, before, letters = WORD, word, 0
    return found


@part
def add_weights(slots, found, index, weights, width, first_row, sums):
    """Add the weights of the known slots to the sums; `index` holds a slot's row plus 1, or 0.

    `weights`: rows of `width` languages, one after the other.
    """
    rows = len(weights) // width
    for i in range(found):
        row = int(index[slots[i]]) - first_row
        if 0 < row <= rows:
            line = weights[(row - 1) * width : row * width]
            for language in range(width):
                sums[language] += np.int32(line[language])
