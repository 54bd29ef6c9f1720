"""Gopher's quality rules for English web pages: length, words and signs.

In: counts of words and lines. Out: statistics, and the rules on them. Words are spaCy's, so a sign and a `'s` are words
too; the length of a document and of a word are those of words that are not signs alone, as datatrove counts them.
Source: arXiv 2112.11446, appendix A.1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.curate.filters.figures import share
from headwater.curate.limits import enabled, limit
from headwater.curate.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COLUMNS = (
    "gopher_num_words",
    "gopher_mean_word_length",
    "gopher_hashes_per_word",
    "gopher_ellipses_per_word",
    "gopher_bullet_lines",
    "gopher_ellipsis_lines",
    "gopher_alpha_words",
    "gopher_stop_words",
)
SOURCE = "Gopher, arXiv 2112.11446, A.1.1"


@dataclass(frozen=True, kw_only=True)
class GopherConfig:
    """English web pages: length, words and signs."""

    enabled: bool = enabled()
    min_words: float = limit(50, SOURCE, "fewest words", "words")
    max_words: float = limit(100_000, SOURCE, "most words", "words", least=1)
    min_mean_word_length: float = limit(3, SOURCE, "shortest mean word", "characters")
    max_mean_word_length: float = limit(10, SOURCE, "longest mean word", "characters", least=1)
    max_hashes_per_word: float = limit(0.1, SOURCE, "hash signs a word", "ratio")
    max_ellipses_per_word: float = limit(0.1, SOURCE, "ellipses a word", "ratio")
    max_bullet_lines: float = limit(0.9, SOURCE, "lines that start with a bullet")
    max_ellipsis_lines: float = limit(0.3, SOURCE, "lines that end with an ellipsis")
    min_alpha_words: float = limit(0.8, SOURCE, "words with a letter")
    min_stop_words: float = limit(
        2, SOURCE, "different ones of the, be, to, of, and, that, have, with", "words", most=8
    )


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    from headwater.curate import english

    found = english.measure(texts, rows)
    return {name: found[name] for name in COLUMNS}


def statistics(counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns, of the counts that `kernels.english` names."""
    words, lines = counts["words"], counts["lines"]
    values = (
        counts["real_words"],
        share(counts["real_chars"], counts["real_words"]),
        share(counts["hashes"], words),
        share(counts["ellipses"], words),
        share(counts["bullet_lines"], lines),
        share(counts["ellipsis_lines"], lines),
        share(counts["alpha_words"], words),
        counts["stop_words"],
    )
    return dict(zip(COLUMNS, values, strict=True))


def rules(config: GopherConfig) -> list[Rule]:
    low, high = config.min_mean_word_length, config.max_mean_word_length
    return [
        Rule(reason="gopher.num_words", column="gopher_num_words", low=config.min_words, high=config.max_words),
        Rule(reason="gopher.mean_word_length", column="gopher_mean_word_length", low=low, high=high),
        Rule(reason="gopher.hashes", column="gopher_hashes_per_word", high=config.max_hashes_per_word),
        Rule(reason="gopher.ellipses", column="gopher_ellipses_per_word", high=config.max_ellipses_per_word),
        Rule(reason="gopher.bullet_lines", column="gopher_bullet_lines", high=config.max_bullet_lines),
        Rule(reason="gopher.ellipsis_lines", column="gopher_ellipsis_lines", high=config.max_ellipsis_lines),
        Rule(reason="gopher.alpha_words", column="gopher_alpha_words", low=config.min_alpha_words),
        Rule(reason="gopher.stop_words", column="gopher_stop_words", low=config.min_stop_words),
    ]
