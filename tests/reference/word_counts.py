"""Word counts, slowly: a Counter over the pieces of `tests/reference/pretokens.py`.

In: texts, a weight each, a pattern. Out: how often each word occurs. A word above `longest` bytes counts in parts, cut
between two letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.reference.pretokens import pieces


def parts(word: bytes, longest: int) -> Iterator[bytes]:
    while len(word) > longest:
        stop = longest
        while stop > 1 and word[stop] & 0xC0 == 0x80:
            stop -= 1
        yield word[:stop]
        word = word[stop:]
    yield word


def counts(texts: list[str], weights: list[int], name: str, digits: str, longest: int) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for text, weight in zip(texts, weights, strict=True):
        for piece in pieces(text, name, digits):
            for part in parts(piece.encode(), longest):
                found[part] += weight
    return found
