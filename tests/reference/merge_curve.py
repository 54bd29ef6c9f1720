"""What a vocabulary cut after each of its merges makes of words: encoded anew for every cut."""

from __future__ import annotations


def tokens(words: list[tuple[list[int], int]], merges: list[tuple[int, int, int]]) -> list[int]:
    """Tokens of all words, (symbols, count) each, with no merge, with the first, with the first two, and so on."""
    return [
        sum(len(encoded(symbols, merges[:cut])) * count for symbols, count in words) for cut in range(len(merges) + 1)
    ]


def encoded(symbols: list[int], merges: list[tuple[int, int, int]]) -> list[int]:
    """The lowest rank is merged again and again, of equal ones the first; of a pair named twice the first rank."""
    found = list(symbols)
    ranks: dict[tuple[int, int], int] = {}
    for rank, (left, right, _) in enumerate(merges):
        ranks.setdefault((left, right), rank)
    while True:
        known = [(ranks[pair], at) for at, pair in enumerate(zip(found, found[1:], strict=False)) if pair in ranks]
        if not known:
            return found
        rank, at = min(known)
        found[at : at + 2] = [merges[rank][2]]
