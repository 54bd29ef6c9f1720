"""Compression against vocabulary size, all sizes from one learning.

In: a learned vocabulary and counted words. Out: a Curve: tokens of that text for every size the vocabulary had on its
way. Merges are learned in the same order whatever the size asked for, so a smaller vocabulary is the first of them.

The curve is of the text that was counted; a text that was not learned from compresses a little less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.kernels import merge_curve, spell
from headwater.tokenizer.learn import Vocabulary
from headwater.tokenizer.words import SCALE, Words


@dataclass(frozen=True, kw_only=True)
class Curve:
    """`sizes` int64 [points], rising: entries of the vocabulary; `tokens` float64 [points]: of the text with so many.

    `size_bytes` and `characters` are those of the text.
    """

    sizes: np.ndarray
    tokens: np.ndarray
    size_bytes: float
    characters: float

    def place(self, size: int) -> int:
        """The point of a vocabulary of at most so many entries."""
        return max(0, int(np.searchsorted(self.sizes, size, side="right")) - 1)

    def tokens_at(self, size: int) -> float:
        return float(self.tokens[self.place(size)])

    def bytes_per_token(self, size: int) -> float:
        return self.size_bytes / self.tokens_at(size) if self.size_bytes else 0.0

    def size_for(self, bytes_per_token: float) -> int | None:
        """The smallest vocabulary with at least so many bytes a token; None where none has."""
        if not self.size_bytes:
            return None
        most = self.size_bytes / bytes_per_token
        enough = int(np.searchsorted(-self.tokens, -most * (1 + 1e-12)))
        return int(self.sizes[enough]) if enough < len(self.sizes) else None

    @property
    def ceiling(self) -> float:
        """Bytes a token with every merge."""
        return self.size_bytes / float(self.tokens[-1]) if self.size_bytes else 0.0


def of(vocabulary: Vocabulary, words: Words) -> Curve:
    """The curve of some words under a vocabulary, whether or not it was learned from them."""
    symbols, starts = spell.symbols(words.starts, words.text, vocabulary.table)
    table = merge_curve.table(vocabulary.learned.merges)
    saved = merge_curve.saved(symbols, starts, words.counts, table)
    first = int((np.diff(starts) * words.counts).sum()) + _spelled_out(vocabulary.table, words)
    tokens = first - np.concatenate([[0], np.cumsum(saved)])
    sizes = vocabulary.sizes()
    last = np.flatnonzero(np.append(np.diff(sizes) > 0, True))  # of merges that make no new entry, the last
    return Curve(
        sizes=sizes[last],
        tokens=tokens[last] / SCALE,
        size_bytes=int((np.diff(words.starts) * words.counts).sum()) / SCALE,
        characters=_characters(words) / SCALE,
    )


def together(curves: list[Curve]) -> Curve:
    """The curve of several texts under one vocabulary."""
    return Curve(
        sizes=curves[0].sizes,
        tokens=np.sum([curve.tokens for curve in curves], axis=0),
        size_bytes=sum(curve.size_bytes for curve in curves),
        characters=sum(curve.characters for curve in curves),
    )


def _characters(words: Words) -> int:
    begins = np.concatenate([[0], np.cumsum((words.text & 0xC0) != 0x80, dtype=np.int64)])
    return int((np.diff(begins[words.starts]) * words.counts).sum())


def _spelled_out(table: np.ndarray, words: Words) -> int:
    """How many more tokens than symbols there are, since letters without a symbol are written byte by byte."""
    if len(table) == 256:
        return 0
    totals = spell.letters(words.starts, words.text, words.counts)
    codes = np.arange(len(totals))
    more = 0 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
    return int((totals * more)[table < 0].sum())
