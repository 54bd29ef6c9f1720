"""Where a text is cut before merging: five patterns that are each a regular expression elsewhere, here one scanner.

In: UTF-8 bytes, the flags of `code_points`, and RULES of a pattern. Out: where the piece that begins at a byte ends.
The pieces are those of the expression in `headwater.tokenizer.patterns`, to the byte, whatever the text.

An expression here is a list of alternatives, the first that matches wins:
contraction · Han, kana · word with what may stand before it · number · signs with what follows · white space.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.characters import decode
from headwater.kernels.code_points import FIRM, HAN, KANA, LETTER, MARK, NEWLINE, NUMBER, SPACE
from headwater.kernels.compiled import frozen, kernel, part, warm

# Indices into RULES, a uint8 array.
CONTRACTIONS, BEFORE, APART, DIGITS, LINES, NUM_RULES = 0, 1, 2, 3, 4, 5
EXACT, ANY_CASE, WHOLE = 1, 2, 3  # CONTRACTIONS: 's; 'S too; and no letter after it
ONE_SPACE, ONE_OTHER, ONE_SIGN = 1, 2, 3  # BEFORE a word: a space; anything but letter, number, line end; ASCII sign
SINGLE, UP_TO_THREE, THREES, RUN = 1, 2, 3, 4  # DIGITS; THREES from the right
MOST_COUNTED = 63  # digits that THREES looks ahead for
APOSTROPHE, BLANK = 0x27, 0x20


@part
def _flags_at(text, at, end, flags):
    """(flags, bytes) of the code point at `at`; (0, 0) at the end."""
    if at >= end:
        return 0, 0
    first = text[at]
    if first < 0x80:
        return int(flags[first]), 1
    code, size = decode(text, at, end)
    return int(flags[code]), size


@part
def _run(text, at, end, flags, wanted, barred):
    """Past all code points with a wanted flag and no barred one."""
    while at < end:
        seen, size = _flags_at(text, at, end, flags)
        if not seen & wanted or seen & barred:
            break
        at += size
    return at


@part
def _small(text, at, end, fold):
    """The ASCII letter at `at`, a capital as a small one where `fold`; 0 for anything else."""
    if at >= end:
        return 0
    byte = int(text[at])
    return byte | 0x20 if fold and 0x41 <= byte <= 0x5A else byte


@part
def _contraction(text, at, end, flags, kind):
    """The end of 's, 't, 'd, 'm, 'll, 're, 've that begins at an apostrophe, or `at`."""
    fold = kind != EXACT
    one, two = _small(text, at + 1, end, fold), _small(text, at + 2, end, fold)
    long_s = fold and at + 2 < end and text[at + 1] == 0xC5 and text[at + 2] == 0xBF  # ſ, which folds to s
    stop = at
    if one == 0x73 or one == 0x74 or one == 0x6D or one == 0x64:
        stop = at + 2
    elif long_s or (one == 0x6C and two == 0x6C) or ((one == 0x72 or one == 0x76) and two == 0x65):
        stop = at + 3
    if stop > at and kind == WHOLE and _flags_at(text, stop, end, flags)[0] & (LETTER | MARK):
        return at
    return stop


@part
def _number(text, at, end, flags, kind):
    """The end of the number that begins at a digit."""
    if kind == RUN:
        return _run(text, at, end, flags, NUMBER, 0)
    most = 1 if kind == SINGLE else 3 if kind == UP_TO_THREE else MOST_COUNTED + 1
    count, stop, third = 0, at, at
    first = second = at
    while count < most:
        seen, size = _flags_at(text, stop, end, flags)
        if not seen & NUMBER:
            break
        stop += size
        count += 1
        if count == 1:
            first = stop
        elif count == 2:
            second = stop
        elif count == 3:
            third = stop
    if kind != THREES or count <= 3:
        return stop
    rest = count % 3 if count <= MOST_COUNTED else 0
    return first if rest == 1 else second if rest == 2 else third


@part
def _white(text, at, end, flags, lines):
    """The end of white space: to its last line end; else all but what stands before a word; else all."""
    stop = last = line = at
    while stop < end:
        seen, size = _flags_at(text, stop, end, flags)
        if not seen & SPACE:
            break
        last = stop
        stop += size
        if seen & NEWLINE:
            line = stop
    if lines and line > at:
        return line
    return last if stop < end and last > at else stop


@part
def piece_end(text, at, end, flags, rules):
    """The end of the piece that begins at `at` < end."""
    seen, size = _flags_at(text, at, end, flags)
    before, apart = rules[BEFORE], rules[APART]
    if text[at] == APOSTROPHE and rules[CONTRACTIONS]:
        stop = _contraction(text, at, end, flags, rules[CONTRACTIONS])
        if stop > at:
            return stop
    if apart and seen & (HAN | KANA):
        return _run(text, at, end, flags, HAN if seen & HAN else KANA, 0)
    letters, foreign = (LETTER | MARK, HAN | KANA) if apart else (LETTER, 0)
    if seen & letters:
        return _run(text, at, end, flags, letters, foreign)
    following, _ = _flags_at(text, at + size, end, flags)
    if following & letters and not following & foreign:
        if before == ONE_SPACE:
            leads = text[at] == BLANK
        elif before == ONE_SIGN:
            leads = seen & FIRM
        else:
            leads = not seen & (NUMBER | NEWLINE)
        if leads:
            return _run(text, at + size, end, flags, letters, foreign)
    if seen & NUMBER:
        return _number(text, at, end, flags, rules[DIGITS])
    blank = 1 if text[at] == BLANK else 0
    if blank and following & NUMBER and rules[DIGITS] == RUN:
        return _run(text, at + 1, end, flags, NUMBER, 0)
    if not (following if blank else seen) & (SPACE | NUMBER | letters) and at + blank < end:
        return _signs(text, at + blank, end, flags, SPACE | NUMBER | letters, rules[LINES])
    return _white(text, at, end, flags, rules[LINES])


@part
def _signs(text, at, end, flags, barred, lines):
    """Past signs, and past the line ends after them."""
    while at < end:
        seen, size = _flags_at(text, at, end, flags)
        if seen & barred:
            break
        at += size
    while lines and at < end and (text[at] == 0x0A or text[at] == 0x0D):
        at += 1
    return at


@kernel
def _ends(offsets, text, flags, rules, indptr, ends):
    count = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            at = piece_end(text, at, end, flags, rules)
            ends[count] = at
            count += 1
        indptr[row + 1] = count
    return count


def ends(offsets: np.ndarray, text: np.ndarray, flags: np.ndarray, rules: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(indptr, ends): the piece n of text i, indptr[i] <= n < indptr[i + 1], ends before byte ends[n]. For checks."""
    warm("pretokens", _compile)
    return _all_ends(frozen(offsets, np.int64), frozen(text, np.uint8), flags, frozen(rules, np.uint8))


def _all_ends(offsets, text, flags, rules):
    indptr, found = np.zeros(len(offsets), np.int64), np.empty(int(offsets[-1] - offsets[0]), np.int64)
    count = _ends(offsets, text, flags, rules, indptr, found)
    return indptr, found[:count].copy()


def _compile() -> None:
    from headwater.kernels.code_points import flags

    text = frozen(np.frombuffer(b"a b", np.uint8), np.uint8)
    _all_ends(frozen(np.array([0, 3]), np.int64), text, flags(), frozen(np.ones(NUM_RULES), np.uint8))
