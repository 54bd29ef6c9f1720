"""Byte-pair merging, slowly: every pair counted anew for every merge.

In: words as lists of symbols (-1 joins nothing) with counts, what each first symbol spells. Out: (left, right, made).
The commonest pair is merged, of equal ones the one of the lower ids; what another pair has spelled keeps its id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection


def merged(word: list[int], left: int, right: int, made: int) -> list[int]:
    found, at = [], 0
    while at < len(word):
        here = word[at : at + 2] == [left, right]
        found.append(made if here else word[at])
        at += 2 if here else 1
    return found


def learn(
    words: list[list[int]], counts: list[int], spellings: list[bytes], num_tokens: int, min_count: int,
    max_bytes: int = 1 << 30, barred: Collection[bytes] = (), most_merges: int = 1 << 30,
) -> list[tuple[int, int, int]]:  # fmt: skip
    words, tokens, merges = [list(word) for word in words], list(spellings), []
    while len(tokens) < num_tokens and len(merges) < most_merges:
        pairs: Counter[tuple[int, int]] = Counter()
        for word, count in zip(words, counts, strict=True):
            for left, right in zip(word, word[1:], strict=False):
                if min(left, right) >= 0:
                    piece = tokens[left] + tokens[right]
                    if len(piece) <= max_bytes and piece not in barred:
                        pairs[left, right] += count
        if not pairs:
            break
        (left, right), count = min(pairs.items(), key=lambda item: (-item[1], item[0]))
        if count < min_count:
            break
        piece = tokens[left] + tokens[right]
        if piece not in tokens:
            tokens.append(piece)
        made = tokens.index(piece)
        words = [merged(word, left, right, made) for word in words]
        merges.append((left, right, made))
    return merges
