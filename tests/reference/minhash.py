"""MinHash signatures, slowly: the reference that `headwater/kernels/minhash.py` is held equal to.

In: one text. Out: its tokens, its shingles as tuples of tokens, and its signature.
"""

from __future__ import annotations

from tests.reference.ngrams import MASK, kind_of, plain, token_hash

CHAIN, SPREAD = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93


def tokens(text: str, signs: bool) -> list[tuple[str, str]]:
    """(spelling, kind): words, characters of scripts without spaces, and signs where they count."""
    found: list[tuple[str, str]] = []
    word = ""
    for character in [*map(plain, text), " "]:
        kind = kind_of(character)
        if kind in ("letter", "digit"):
            word += character
            continue
        if word:
            found.append((word, "letter"))
            word = ""
        if kind == "char" or (kind == "sign" and signs):
            found.append((character, kind))
    return found


def shingles(text: str, signs: bool, words: int, chars: int) -> list[tuple[str, ...]]:
    """Runs of tokens, in order; all tokens at once where there are too few for one."""
    found = tokens(text, signs)
    spelled = [token for token, _ in found]
    runs = []
    for end, (_, kind) in enumerate(found, 1):
        needed = chars if kind == "char" else words
        if end >= needed:
            runs.append(tuple(spelled[end - needed : end]))
    return runs or ([tuple(spelled)] if spelled else [])


def shingle_hash(run: tuple[str, ...]) -> int:
    joined = 0
    for token in run:
        joined = (joined * CHAIN + token_hash(token)) & MASK
    joined = ((joined ^ (joined >> 32)) * SPREAD) & MASK
    return (joined ^ (joined >> 32)) >> 32


def signature(text: str, signs: bool, words: int, chars: int, a: list[int], b: list[int]) -> list[int]:
    hashes = [shingle_hash(run) for run in shingles(text, signs, words, chars)]
    return [
        min((((factor * x + addend) & MASK) >> 32 for x in hashes), default=0xFFFFFFFF)
        for factor, addend in zip(a, b, strict=True)
    ]


def jaccard(first: str, second: str, signs: bool = False, words: int = 5, chars: int = 5) -> float:
    """Exact: of the sets of shingles."""
    one, two = (set(shingles(text, signs, words, chars)) for text in (first, second))
    return len(one & two) / len(one | two) if one | two else 0.0
