"""Anchors, slowly: the reference that `headwater/kernels/spans.py` is held equal to.

In: one text. Out: (hash, place in bytes) of the least run of tokens in every window of runs; of equals the last.
"""

from __future__ import annotations

from tests.reference.minhash import CHAIN, SPREAD
from tests.reference.ngrams import MASK, kind_of, plain, token_hash


def placed_tokens(text: str) -> list[tuple[int, str]]:
    """(place in bytes, spelling) of words and of characters of scripts without spaces."""
    found: list[tuple[int, str]] = []
    place, word, start = 0, "", 0
    for character in [*text, " "]:
        spelled = plain(character)
        kind = kind_of(spelled)
        if kind in ("letter", "digit"):
            start = start if word else place
            word += spelled
        else:
            if word:
                found.append((start, word))
                word = ""
            if kind == "char":
                found.append((place, spelled))
        place += len(character.encode())
    return found


def run_hash(run: list[str]) -> int:
    joined = 0
    for token in run:
        joined = (joined * CHAIN + token_hash(token)) & MASK
    joined = ((joined ^ (joined >> 32)) * SPREAD) & MASK
    return joined ^ (joined >> 32)


def anchors(text: str, run: int, window: int) -> list[tuple[int, int]]:
    tokens = placed_tokens(text)
    runs = [
        (run_hash([token for _, token in tokens[n : n + run]]), -n, tokens[n][0]) for n in range(len(tokens) - run + 1)
    ]
    found: list[tuple[int, int, int]] = []
    for n in range(len(runs) - window + 1):
        least = min(runs[n : n + window])
        if not found or found[-1] != least:
            found.append(least)
    return [(value, place) for value, _, place in found]
