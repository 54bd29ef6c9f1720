"""Words without the pieces that must not be learned.

In: counted words, pieces as bytes. Out: the words with every occurrence of a piece cut out, what stood before it and
after it as words of their own.

A token is always learned from a word that spells it, so none that holds such a piece can form, and what would only
have led to it or from it has nothing left to be counted. Short pieces are parts of everything (`in`, 的) and mean
nothing by themselves: they are not cut out, merging bars them alone.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from headwater.kernels import occurrences
from headwater.tokenizer import words as counted
from headwater.tokenizer.merging import spelled
from headwater.tokenizer.words import Words

LEAST_CHARACTERS, LEAST_OTHERS = 5, 2  # that mean something: ASCII, or other ones


def means_itself(piece: bytes) -> bool:
    """Whether a piece is long enough that whatever holds it is about it."""
    text = "".join(piece.decode("utf-8", "ignore").split())
    return len(text) >= LEAST_CHARACTERS or sum(character > "\x7f" for character in text) >= LEAST_OTHERS


def without(words: Words, pieces: Collection[bytes]) -> Words:
    """The words without the pieces that mean something by themselves."""
    cut = sorted(piece for piece in pieces if means_itself(piece))
    if not cut or not len(words.counts):
        return words
    marks = occurrences.marked(words.starts, words.text, cut, [spelled(piece) for piece in cut])
    total = np.concatenate([[0], np.cumsum(marks, dtype=np.int64)])[words.starts]
    touched = np.diff(total) > 0
    if not touched.any():
        return words
    numbers = np.flatnonzero(touched)
    return counted.together([counted.take(words, np.flatnonzero(~touched)), _rests(words, numbers, marks)])


def _rests(words: Words, numbers: np.ndarray, marks: np.ndarray) -> Words:
    """What is left of some words, each stretch a word of its own."""
    part = counted.take(words, numbers)
    sizes = np.diff(part.starts)
    places = np.repeat(words.starts[numbers] - part.starts[:-1], sizes) + np.arange(len(part.text))
    kept = marks[places] == 0
    opens = np.zeros(len(kept), np.bool_)
    opens[part.starts[:-1]] = True
    begins = kept & (opens | ~np.concatenate([[False], kept[:-1]]))
    owners = np.repeat(part.counts, sizes)[begins]
    starts = np.append((np.cumsum(kept) - 1)[begins], kept.sum()).astype(np.int64)
    return Words(starts, part.text[kept], owners)
