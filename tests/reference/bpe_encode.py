"""One word to tokens, slowly: the pair of the lowest rank is merged, of equal ones the first, until none is left.

In: the first symbols of a word, {(left, right): (rank, made)}. Out: its tokens.
"""

from __future__ import annotations


def merge(tokens: list[int], ranks: dict[tuple[int, int], tuple[int, int]]) -> list[int]:
    tokens = list(tokens)
    while True:
        known = [(ranks[pair][0], at) for at, pair in enumerate(zip(tokens, tokens[1:], strict=False)) if pair in ranks]
        if not known:
            return tokens
        _, at = min(known)
        tokens[at : at + 2] = [ranks[tokens[at], tokens[at + 1]][1]]
