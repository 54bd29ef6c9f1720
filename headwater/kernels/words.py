"""Words of English text as spaCy's blank English pipeline cuts them: what published thresholds were counted with.

In: code points of a text. Out: (start, end) of every word, in order. Steps for each run without white space: known
spellings are looked up → marks are cut off at both ends → an address stays whole → the rest is cut at inner marks →
parts that together are a known spelling are joined again. Linear in the text, whatever it holds.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from headwater.kernels import flags as flag
from headwater.kernels.hosts import is_address
from headwater.kernels.compiled import frozen, kernel
from headwater.kernels.flags import (
    BEFORE_DOT,
    CURRENCY,
    DIGIT,
    ICON,
    INFIX,
    LETTER,
    LOWER,
    PREFIX,
    QUOTE,
    SPACE,
    SUFFIX,
    UPPER,
)
from headwater.kernels.spellings import UNITS, spellings

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that its powers have inverses modulo 2**64
SPREAD = np.uint64(0xD6E8FEB86659FD93)
ONE = np.uint64(1)
MASK = (1 << 64) - 1
SLOT_BITS = 13
SLOT_SHIFT = np.uint64(64 - SLOT_BITS)
LONGEST = 12  # characters of the longest known spelling
LENGTHS_MASK = 0x7F  # of a first character, to a place in the table of lengths
MOST_PARTS = 12  # that are joined again
DOT, PLUS, MINUS, CARET, STAR, COMMA, COLON, SLASH, DOLLAR = 0x2E, 0x2B, 0x2D, 0x5E, 0x2A, 0x2C, 0x3A, 0x2F, 0x24
DASH, LONG_DASH, TILDE, ELLIPSIS, DEGREE, PERCENT = 0x2013, 0x2014, 0x7E, 0x2026, 0xB0, 0x25


@kernel
def hash_of(codes, start, end):
    """The polynomial of a run of code points; of a run and its follower: hash(a) + BASE ** len(a) * hash(b)."""
    value, power = np.uint64(0), ONE
    for at in range(start, end):
        value += (np.uint64(codes[at]) + ONE) * power
        power *= BASE
    return value


@kernel
def _slot(keys, key):
    """Where a key is, or -1."""
    at = (key * SPREAD) >> SLOT_SHIFT
    while keys[at] != 0:
        if keys[at] == key:
            return np.int64(at)
        at = (at + ONE) & np.uint64(len(keys) - 1)
    return np.int64(-1)


@kernel
def _known(codes, start, end, keys):
    """The place of a known spelling, or -1."""
    return _slot(keys, hash_of(codes, start, end)) if 0 < end - start <= LONGEST else np.int64(-1)


@kernel
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


@kernel
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
            slot = _known(codes, begin, at, keys)
        if slot >= 0:
            count = _put_cuts(cuts[slot], begin, at, starts, ends, count)
        else:
            starts[count], ends[count] = begin, at
            count += 1
    return count


@kernel
def _split_run(codes, begin, end, flags, keys, cuts, units, starts, ends, spare, count):
    """Words of one run without white space, before parts are joined."""
    low, high, size, suffixes = begin, end, -1, 0
    while low < high and high - low != size and _known(codes, low, high, keys) < 0:
        size = high - low
        prefix = _prefix(codes, low, high, flags)
        if prefix:
            starts[count], ends[count] = low, low + prefix
            count += 1
            low += prefix
            if _known(codes, low, high, keys) >= 0:
                break
        suffix = _suffix(codes, low, high, flags, units)
        if suffix:
            # With its prefix still on, what is left may be a known spelling; then the prefix was none.
            if prefix and _known(codes, low - prefix, high - suffix, keys) >= 0:
                low -= prefix
                count -= 1
            high -= suffix
            spare[suffixes] = high
            suffixes += 1
            if _known(codes, low, high, keys) >= 0:
                break
    if low < high:
        slot = _known(codes, low, high, keys)
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


@kernel
def _prefix(codes, low, high, flags):
    """Characters of the mark that a run begins with."""
    code = codes[low]
    if flags[code] & PREFIX:
        return 1
    if code == PLUS:
        return 0 if low + 1 < high and flags[codes[low + 1]] & DIGIT else 1
    if code == DOT:
        at = low
        while at < high and codes[at] == DOT:
            at += 1
        return at - low if at - low > 1 else 0
    if (code == 0x41 or code == 0x43) and low + 1 < high and codes[low + 1] == DOLLAR:  # A$, C$
        return 2
    if code == 0x55 and low + 2 < high and codes[low + 1] == 0x53 and codes[low + 2] == DOLLAR:  # US$
        return 3
    return 0


@kernel
def _suffix(codes, low, high, flags, units):
    """Characters of the mark, possessive or unit that a run ends with."""
    if low >= high:
        return 0
    code, size = codes[high - 1], high - low
    before = codes[high - 2] if size > 1 else np.uint32(0)
    if code == DOT:
        return _last_dots(codes, low, high, flags)
    if (code == 0x73 or code == 0x53) and size > 1 and (before == 0x27 or before == 0x2019):
        return 2
    if code == ELLIPSIS and size > 1 and before == ELLIPSIS:
        return 2
    if flags[code] & SUFFIX:
        return 1
    if size < 2:
        return 0
    if flags[code] & CURRENCY or code == PLUS:
        if flags[before] & DIGIT:
            return 1
        if code != DOLLAR:
            return 0
        if size > 2 and (before == 0x41 or before == 0x43) and flags[codes[high - 3]] & DIGIT:
            return 2
        us = size > 3 and before == 0x53 and codes[high - 3] == 0x55
        return 3 if us and flags[codes[high - 4]] & DIGIT else 0
    at = high - 1
    while at > low and high - at < LONGEST and not flags[codes[at - 1]] & DIGIT:
        at -= 1
    found = at > low and flags[codes[at - 1]] & DIGIT and _slot(units, hash_of(codes, at, high)) >= 0
    return high - at if found else 0


@kernel
def _last_dots(codes, low, high, flags):
    at = high
    while at > low and codes[at - 1] == DOT:
        at -= 1
    if high - at > 1:
        return high - at
    if at == low:
        return 0
    before = codes[at - 1]
    if flags[before] & BEFORE_DOT:
        return 1
    if at - 1 == low:
        return 0
    scale = before == 0x46 or before == 0x43 or before == 0x4B  # of a temperature: F, C, K
    capitals = flags[before] & UPPER and flags[codes[at - 2]] & UPPER
    return 1 if capitals or (scale and codes[at - 2] == DEGREE) else 0


@kernel
def _split_inside(codes, low, high, flags, starts, ends, count):
    """Cut at marks between letters and digits."""
    begin, at = low, low
    while at < high:
        size = _infix(codes, low, at, high, flags) if flags[codes[at]] & INFIX else 0
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


@kernel
def _infix(codes, low, at, high, flags):
    """Characters of the mark inside a word that begins at a place; 0 for none."""
    code = codes[at]
    before = flags[codes[at - 1]] if at > low else np.uint32(0)
    after = flags[codes[at + 1]] if at + 1 < high else np.uint32(0)
    if code == DOT:
        end = at + 1
        while end < high and codes[end] == DOT:
            end += 1
        if end - at > 1:
            return end - at
        return 1 if before & (LOWER | QUOTE) and after & (UPPER | QUOTE) else 0
    if flags[code] & ICON:
        return 1
    if code == PLUS or code == MINUS or code == STAR or code == CARET:
        if before & DIGIT and (after & DIGIT or (at + 1 < high and codes[at + 1] == MINUS)):
            return 1
        if code != MINUS:
            return 0
    if code == COMMA:
        return 1 if before & LETTER and after & LETTER else 0
    if not before & (LETTER | DIGIT):
        return 0
    if code == MINUS or code == LONG_DASH:  # up to three hyphens, or two long dashes
        end, most = at + 1, at + (3 if code == MINUS else 2)
        while end < high and end < most and codes[end] == code:
            end += 1
        return end - at if end < high and flags[codes[end]] & LETTER else 0
    return 1 if after & LETTER else 0


@kernel
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
            slot = _known(codes, start, start + length, keys) if j > i else np.int64(-1)
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
            count = _put_cuts(cuts[_known(codes, start, stop, keys)], start, stop, starts, ends, count)
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
    (keys, places), (units, _) = _hashed(listed), _hashed(UNITS)
    lengths_of = np.zeros(LENGTHS_MASK + 1, np.uint16)
    for spelling in listed:
        lengths_of[ord(spelling[0]) & LENGTHS_MASK] |= 1 << len(spelling)
    lengths_of = frozen(lengths_of, np.uint16)
    cuts, patterns = np.zeros(len(keys), np.uint32), np.zeros(len(keys), np.uint32)
    nothing = np.zeros(len(keys), np.uint64), cuts, patterns, units
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


def _hashed(listed: Iterable[str]) -> tuple[np.ndarray, dict[str, int]]:
    """Hashes of spellings, each at the place where `_slot` looks for it, and these places."""
    keys, places = np.zeros(1 << SLOT_BITS, np.uint64), {}
    for spelling in listed:
        key = hash_spelling(spelling)
        at = (key * int(SPREAD) & MASK) >> int(SLOT_SHIFT)
        while keys[at] not in (0, key):
            at = (at + 1) % len(keys)
        keys[at] = key
        places[spelling] = at
    return frozen(keys, np.uint64), places


def hash_spelling(spelling: str) -> int:
    """`hash_of`, for tables that are made before anything is compiled."""
    return sum((ord(character) + 1) * pow(int(BASE), place, 1 << 64) for place, character in enumerate(spelling)) & MASK


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).copy()
