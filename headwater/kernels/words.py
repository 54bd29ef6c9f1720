"""Words of English text as spaCy's blank English pipeline cuts them: what published thresholds were counted with.

In: code points of a text. Out: (start, end) of every word, in order. Steps for each run without white space: known
spellings are looked up → marks are cut off at both ends → an address stays whole → the rest is cut at inner marks →
parts that together are a known spelling are joined again. Linear in the text, whatever it holds.
"""

from __future__ import annotations

import functools

import numpy as np

from headwater.kernels import flags as flag
from headwater.kernels.compiled import frozen, kernel, part
from headwater.kernels.flags import INFIX, LETTER, PREFIX, SPACE, SUFFIX
from headwater.kernels.hosts import is_address
from headwater.kernels.spelling_table import LONGEST, find, hashed
from headwater.kernels.spellings import UNITS, spellings
from headwater.kernels.word_marks import infix_of, prefix_of, suffix_of

LENGTHS_MASK = 0x7F  # of a first character, to a place in the table of lengths
MOST_PARTS = 12  # that are joined again


@part
def _put_cuts(cut, start, end, starts, ends, count):
    """Words of a known spelling: a bit of `cut` at the last character of each."""
    begin = start
    for at in range(start, end):
        if (cut >> (at - start)) & 1:
            starts[count], ends[count] = begin, at + 1
            begin = at + 1
            count += 1
    return count


@kernel
def split_rows(codes, bounds, flags, known, starts, ends, spare, word_bounds):
    """Words of every text into `starts` and `ends`, and where each text's end. `spare`: room of 3 a character."""
    for row in range(len(bounds) - 1):
        first, last, count = bounds[row], bounds[row + 1], word_bounds[row]
        word_bounds[row + 1] = _split_words(codes, first, last, flags, known, starts, ends, spare, count)


@part
def _split_words(codes, first, last, flags, known, starts, ends, spare, count):
    keys, cuts, patterns, units, lengths = known
    at = first
    while at < last:
        kind = flags[codes[at]]
        if kind & SPACE:
            at += 1
            continue
        begin, plain = at, True
        while not kind & SPACE:
            plain = plain and kind & (LETTER | PREFIX | SUFFIX | INFIX) == LETTER
            at += 1
            if at == last:
                break
            kind = flags[codes[at]]
        if not plain:
            before = count
            count = _split_run(codes, begin, at, flags, keys, cuts, units, starts, ends, spare, count)
            if count - before > 1:
                count = _join(codes, at, keys, cuts, patterns, starts, ends, spare, before, count)
            continue
        slot = np.int64(-1)
        if at - begin <= LONGEST and (lengths[codes[begin] & LENGTHS_MASK] >> (at - begin)) & 1:
            slot = find(codes, begin, at, keys)
        if slot >= 0:
            count = _put_cuts(cuts[slot], begin, at, starts, ends, count)
        else:
            starts[count], ends[count] = begin, at
            count += 1
    return count


@part
def _split_run(codes, begin, end, flags, keys, cuts, units, starts, ends, spare, count):
    """Words of one run without white space, before parts are joined."""
    low, high, size, suffixes = begin, end, -1, 0
    while low < high and high - low != size and find(codes, low, high, keys) < 0:
        size = high - low
        prefix = prefix_of(codes, low, high, flags)
        if prefix:
            starts[count], ends[count] = low, low + prefix
            count += 1
            low += prefix
            if find(codes, low, high, keys) >= 0:
                break
        suffix = suffix_of(codes, low, high, flags, units)
        if suffix:
            # With its prefix still on, what is left may be a known spelling; then the prefix was none.
            if prefix and find(codes, low - prefix, high - suffix, keys) >= 0:
                low -= prefix
                count -= 1
            high -= suffix
            spare[suffixes] = high
            suffixes += 1
            if find(codes, low, high, keys) >= 0:
                break
    if low < high:
        slot = find(codes, low, high, keys)
        if slot >= 0:
            count = _put_cuts(cuts[slot], low, high, starts, ends, count)
        elif is_address(codes, low, high, flags):
            starts[count], ends[count] = low, high
            count += 1
        else:
            count = _split_inside(codes, low, high, flags, starts, ends, count)
    for k in range(suffixes - 1, -1, -1):
        starts[count], ends[count] = spare[k], end if k == 0 else spare[k - 1]
        count += 1
    return count


@part
def _split_inside(codes, low, high, flags, starts, ends, count):
    """Cut at marks between letters and digits."""
    begin, at = low, low
    while at < high:
        size = infix_of(codes, low, at, high, flags) if flags[codes[at]] & INFIX else 0
        if size == 0:
            at += 1
            continue
        if at > low:  # a mark at the very start belongs to the word
            if at > begin:
                starts[count], ends[count] = begin, at
                count += 1
            starts[count], ends[count] = at, at + size
            count += 1
            begin = at + size
        at += size
    if begin < high:
        starts[count], ends[count] = begin, high
        count += 1
    return count


@part
def _join(codes, end, keys, cuts, patterns, starts, ends, spare, before, count):
    """Parts of one run that together spell something known, as that spelling is cut: the longest first."""
    parts, found = count - before, False
    for i in range(parts):
        start, cut = np.int64(starts[before + i]), 0
        spare[i] = spare[parts + i] = 0
        spare[2 * parts + i] = start
        for j in range(i, min(parts, i + MOST_PARTS)):
            length = ends[before + j] - start
            if length > LONGEST:
                break
            cut |= 1 << (length - 1)
            slot = find(codes, start, start + length, keys) if j > i else np.int64(-1)
            if slot >= 0 and patterns[slot] == cut:
                spare[i] |= 1 << (j - i)
                found = True
    if not found:
        return count
    for more in range(MOST_PARTS - 1, 0, -1):
        for i in range(parts):
            if (spare[i] >> more) & 1:
                free = not (spare[parts + i] & 1 or spare[parts + i + more] & 1)
                for j in range(i, i + more + 1):
                    spare[parts + j] |= 1  # taken, also where the spelling itself was not free
                if free:
                    spare[parts + i] |= more << 1
    count, i = before, 0
    while i < parts:
        more = spare[parts + i] >> 1
        start = np.int64(spare[2 * parts + i])
        stop = spare[2 * parts + i + more + 1] if i + more + 1 < parts else end
        if more:
            count = _put_cuts(cuts[find(codes, start, stop, keys)], start, stop, starts, ends, count)
        else:
            starts[count], ends[count] = start, stop
            count += 1
        i += more + 1
    return count


@functools.cache
def known_spellings() -> tuple[np.ndarray, ...]:
    """(keys, cuts, patterns, units, lengths): the spellings by hash, how each is cut, how it would be were it unknown.

    `lengths`: by first character, a bit for each length that a known spelling has.
    """
    listed = spellings()
    (keys, places), (units, _) = hashed(listed), hashed(UNITS)
    lengths_of = np.zeros(LENGTHS_MASK + 1, np.uint16)
    for spelling in listed:
        lengths_of[ord(spelling[0]) & LENGTHS_MASK] |= 1 << len(spelling)
    lengths_of = frozen(lengths_of, np.uint16)
    cuts, patterns = np.zeros(len(keys), np.uint32), np.zeros(len(keys), np.uint32)
    codes = _codes("".join(listed))
    bounds = np.concatenate([[0], np.cumsum([len(spelling) for spelling in listed])]).astype(np.int64)
    starts, ends, spare = (np.empty(3 * len(codes), np.int32) for _ in range(3))
    word_bounds = np.zeros(len(bounds), np.int64)
    empty = frozen(np.zeros(len(keys)), np.uint64), frozen(cuts, np.uint32), frozen(patterns, np.uint32)
    split_rows(codes, bounds, flag.table(), (*empty, units, lengths_of), starts, ends, spare, word_bounds)
    for number, (spelling, lengths) in enumerate(listed.items()):
        slot = places[spelling]
        cuts[slot] = sum(1 << (end - 1) for end in np.cumsum(lengths).tolist())
        parts = ends[word_bounds[number] : word_bounds[number + 1]] - bounds[number]
        if len(parts) > 1:
            patterns[slot] = sum(1 << (end - 1) for end in parts.tolist())
    return keys, frozen(cuts, np.uint32), frozen(patterns, np.uint32), units, lengths_of


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).copy()
