"""Growing: a text and an item followed together from a place where they agree, over gaps of a few tokens.

In: the tokens of both, a place of each, and a direction. Out: how much of the item agrees, and up to where in the text.
"""

from __future__ import annotations

from headwater.kernels.compiled import part
from headwater.kernels.tokens import CHAR, LITTLE

MAX_GAP = 6  # tokens passed over at one place, of text and item together
WIDE_GAP = 3  # from here on three tokens must agree behind a gap; below it two


@part
def _resync(hashes, count, at, tokens, place, stop, step):
    """How many tokens of text and item to pass over so that what follows agrees; (0, 0) if nothing does."""
    for gap in range(1, MAX_GAP + 1):
        needed = 2 if gap < WIDE_GAP else 3
        for skip in range(gap + 1):
            a, b = at + step * (gap - skip), place + step * skip
            agree = 0
            while agree < needed:
                i, j = a + step * agree, b + step * agree
                if i < 0 or i >= count or (j >= stop if step > 0 else j < stop) or hashes[i] != tokens[j]:
                    break
                agree += 1
            if agree == needed:
                return gap - skip, skip
    return 0, 0


@part
def grow(hashes, kinds, count, at, index, place, stop, step, limits):
    """Follow text and item together from a place on: (weight, words that agree, last token of the text that does)."""
    weight, units, last = 0.0, 0.0, at - step
    tokens, weights = index.tokens, index.weights
    while 0 <= at < count and (place < stop if step > 0 else place >= stop):
        if hashes[at] == tokens[place]:
            weight += weights[place]
            units += limits.char_units if kinds[at] == CHAR else limits.little_units if kinds[at] == LITTLE else 1.0
            last = at
            at += step
            place += step
            continue
        passed, skipped = _resync(hashes, count, at, tokens, place, stop, step)
        if passed + skipped == 0:
            break
        at += step * passed
        place += step * skipped
    return weight, units, last
