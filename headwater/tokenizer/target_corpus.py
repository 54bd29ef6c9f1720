"""The words of every language, from which a search learns again and again: alone, or together by weight.

In: counted words by language. Out: vocabularies and the curve of each language under them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from headwater.tokenizer import curve, learn, words
from headwater.tokenizer.config import NUM_BYTES, TokenizerConfig, special_tokens
from headwater.tokenizer.curve import Curve
from headwater.tokenizer.target_model import Alone

LEARNING_BYTES_A_BYTE = 48  # of memory, for each byte of the distinct words that are learned from
HELD_BYTES_A_BYTE = 32  # of memory, for each byte of all the distinct words that are held and measured
LEAST_HELD_BYTES = 1 << 16  # of each language
TABLE_BYTES_A_BYTE, TABLE_BYTES_A_WORD = 8, 60


class Corpus:
    """`size_bytes`: of the text of each language; `base`: the entries that every vocabulary has; `left_out`: the share
    of the text whose words, the rarest ones, the memory does not hold."""

    def __init__(
        self, counted: Mapping[str, words.Words], config: TokenizerConfig, barred: Collection[bytes] = ()
    ) -> None:
        self._config, self._barred = config, barred
        self.size_bytes = {lang: _bytes(found) for lang, found in counted.items()}
        distinct = sum(len(found.text) for found in counted.values())
        part = min(1.0, config.memory / HELD_BYTES_A_BYTE / max(1, distinct))
        self._counted = {
            lang: words.commonest(one, max(LEAST_HELD_BYTES, round(part * len(one.text))))[0]
            for lang, one in counted.items()
        }
        held = sum(_bytes(found) for found in self._counted.values())
        self.left_out = 1 - held / max(1, sum(self.size_bytes.values()))
        self.base = len(special_tokens(config.reserve)) + NUM_BYTES

    def alone(self, langs: list[str], vocab_size: int) -> Alone:
        """Some languages under a vocabulary learned from nothing else."""
        found = self._joined([self._counted[lang] for lang in langs])
        learned = self._learned(found, vocab_size)
        full = int(learned.sizes()[-1]) < vocab_size
        return Alone(curve=curve.of(learned, found), base=self.base, full=full)

    def together(self, weights: Mapping[str, float], vocab_size: int) -> tuple[learn.Vocabulary, dict[str, Curve]]:
        """All languages, the counts of each multiplied by its weight, and the curve of each."""
        factors = learning_weights(self.size_bytes, self.shares(weights))
        parts = [
            found._replace(counts=found.counts // words.SCALE * factors.get(lang, 0))
            for lang, found in self._counted.items()
        ]
        learned = self._learned(self._joined(parts), vocab_size)
        return learned, {lang: curve.of(learned, found) for lang, found in self._counted.items()}

    def shares(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Factors of counts as shares of what is learned from, which is how settings give weights."""
        raw = {lang: weights[lang] * size for lang, size in self.size_bytes.items()}
        total = sum(raw.values())
        return {lang: float(f"{value / total:.6g}") for lang, value in raw.items()}

    def _learned(self, found: words.Words, vocab_size: int) -> learn.Vocabulary:
        kept, _ = words.commonest(found, self._config.memory // LEARNING_BYTES_A_BYTE)
        return learn.vocabulary(kept, replace(self._config, vocab_size=vocab_size), self._barred)

    def _joined(self, parts: list[words.Words]) -> words.Words:
        room = sum(TABLE_BYTES_A_BYTE * len(one.text) + TABLE_BYTES_A_WORD * len(one.counts) for one in parts)
        return words.merged(parts, room)


def _bytes(found: words.Words) -> int:
    return int((np.diff(found.starts) * found.counts).sum()) // words.SCALE


def learning_weights(read_bytes: Mapping[str, int], weights: Mapping[str, float]) -> dict[str, int]:
    """What a text of each language counts, in parts of words.SCALE; the lightest counts SCALE."""
    if not weights:
        return dict.fromkeys(read_bytes, words.SCALE)
    heavy = {lang: weights[lang] / size for lang, size in read_bytes.items() if size and weights.get(lang, 0) > 0}
    least = min(heavy.values(), default=1.0)
    return {lang: round(words.SCALE * value / least) for lang, value in heavy.items()}
