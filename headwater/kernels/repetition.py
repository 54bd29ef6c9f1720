"""Repetition in one text: lines, paragraphs and runs of words that were said before.

In: code points, and the words and pieces they are cut into. Out: counts of characters and pieces. Exact, by 64-bit
hashes of the strings: a run of words is the string of its words without spaces for the runs that count where they
come again, and with one space between for the commonest run, as published (arXiv 2112.11446, table A1).
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import kernel, part
from headwater.kernels.spelling_table import BASE, ONE, SPREAD

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)
CHAIN = np.uint64(0xA0761D6478BD642F)  # odd; joins words to a run
FIRST_TOP, LAST_TOP = TOP_SIZES[0], TOP_SIZES[-1]
FIRST_DUPLICATE, LAST_DUPLICATE = DUPLICATE_SIZES[0], DUPLICATE_SIZES[-1]
HALF = np.uint64(32)
SQUARE, CUBE, FOURTH = (np.uint64(pow(int(BASE), exponent, 1 << 64)) for exponent in (2, 3, 4))
INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))


@part
def power_of_two(least):
    size = 16
    while size < least:
        size *= 2
    return size


@part
def add(table, key):
    """Put a key into a table of a power of two of places, half of them free at least; whether it was there."""
    key = key if key != 0 else ONE
    mask = np.uint64(len(table) - 1)
    at = ((key * SPREAD) >> HALF) & mask
    while table[at] != 0:
        if table[at] == key:
            return True
        at = (at + ONE) & mask
    table[at] = key
    return False


@part
def piece_key(codes, start, end):
    """The hash of a piece of text; four characters a step, so that multiplications overlap."""
    value, at = np.uint64(end - start), start
    while at + 4 <= end:
        head = np.uint64(codes[at]) * CUBE + np.uint64(codes[at + 1]) * SQUARE
        value = value * FOURTH + head + np.uint64(codes[at + 2]) * BASE + np.uint64(codes[at + 3])
        at += 4
    while at < end:
        value = value * BASE + np.uint64(codes[at])
        at += 1
    return (value ^ (value >> HALF)) * CHAIN


@kernel
def sum_words(codes, starts, ends, word_bounds, sums, inverses, chars, hashes):
    """What the hash of any run of words of one text is made of.

    `sums`: hashes of the text's words before, each times BASE to the characters before it; `inverses`: BASE to minus
    these; `chars`: how many they are; `hashes`: of each word. The first three have one more entry a text.
    """
    for row in range(len(word_bounds) - 1):
        power, inverse, total, before = ONE, ONE, np.uint64(0), 0
        for i in range(word_bounds[row], word_bounds[row + 1]):
            sums[i + row], inverses[i + row], chars[i + row] = total, inverse, before
            value, step, back = np.uint64(0), ONE, ONE
            for at in range(starts[i], ends[i]):
                value += (np.uint64(codes[at]) + ONE) * step
                step *= BASE
                back *= INVERSE
            hashes[i] = value
            total += value * power
            power *= step
            inverse *= back
            before += ends[i] - starts[i]
        end = word_bounds[row + 1] + row
        sums[end], inverses[end], chars[end] = total, inverse, before


@kernel
def measure_runs(word_bounds, sums, inverses, chars, hashes, out):
    """Characters of the commonest runs of TOP_SIZES words, and in repeated ones of DUPLICATE_SIZES. A row a text."""
    most = 0
    for row in range(len(word_bounds) - 1):
        most = max(most, word_bounds[row + 1] - word_bounds[row])
    room = power_of_two(2 * most + 2)
    table, counts, firsts = np.zeros(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
    for row in range(len(word_bounds) - 1):
        first, last = word_bounds[row], word_bounds[row + 1]
        count, places = last - first, slice(first + row, last + row + 1)
        own = table[: power_of_two(2 * count + 2)]
        for size in range(FIRST_TOP, LAST_TOP + 1):
            own[:] = 0
            out[row, size - FIRST_TOP] = _top_chars(hashes[first:last], chars[places], count, size, own, counts, firsts)
        for size in range(FIRST_DUPLICATE, LAST_DUPLICATE + 1):
            own[:] = 0
            place = LAST_TOP - FIRST_TOP + 1 + size - FIRST_DUPLICATE
            out[row, place] = _duplicate_chars(sums[places], inverses[places], chars[places], count, size, own)


@part
def _duplicate_chars(sums, inverses, chars, count, size, table):
    """Characters in runs of `size` words that came before, each place counted once: a walk from left to right."""
    repeated, at = 0, 0
    while at + size <= count:
        key = (sums[at + size] - sums[at]) * inverses[at]
        if add(table, key):
            repeated += chars[at + size] - chars[at]
            at += size
        else:
            at += 1
    return repeated


@part
def _top_chars(hashes, chars, count, size, table, counts, firsts):
    """Characters of the commonest run of `size` words, with spaces, times how often it comes; of equals the first."""
    mask = np.uint64(len(table) - 1)
    best, best_first = 0, 0
    for i in range(count - size + 1):
        key = np.uint64(0)
        for k in range(size):
            key = (key ^ hashes[i + k]) * CHAIN
            key ^= key >> HALF
        key = key if key != 0 else ONE
        at = ((key * SPREAD) >> HALF) & mask
        while table[at] != 0 and table[at] != key:
            at = (at + ONE) & mask
        if table[at] == 0:
            table[at], counts[at], firsts[at] = key, 0, i
        counts[at] += 1
        if counts[at] > best or (counts[at] == best and firsts[at] < best_first):
            best, best_first = counts[at], firsts[at]
    if best == 0:
        return 0
    return best * (chars[best_first + size] - chars[best_first] + size - 1)
