"""C4's rules for English web pages: a page is judged by what its line rules leave of it.

In: counts of lines and sentences. Out: statistics, and the rules on them. The text itself is not cut: lines that do
not end like a sentence, have fewer than 3 words or one of over 1000 characters, or speak of JavaScript, cookies or
terms are left out of the count.
Source: arXiv 1910.10683, section 2.2, as datatrove reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.curate.limits import enabled, limit
from headwater.curate.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COLUMNS = ("c4_lorem_ipsum", "c4_curly_bracket_lines", "c4_num_sentences")
SOURCE = "C4, arXiv 1910.10683, section 2.2"


@dataclass(frozen=True, kw_only=True)
class C4Config:
    """English web pages: sentences, and what only a page that is no prose holds."""

    enabled: bool = enabled()
    max_lorem_ipsum: float = limit(0, SOURCE, "sentence lines with placeholder text", "lines")
    max_curly_brackets: float = limit(0, SOURCE, "sentence lines with a curly bracket", "lines")
    min_sentences: float = limit(5, SOURCE, "sentences in lines that end like one", "sentences")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    from headwater.curate import english

    found = english.measure(texts, rows)
    return {name: found[name] for name in COLUMNS}


def statistics(counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns, of the counts that `kernels.english` names."""
    return dict(zip(COLUMNS, (counts["lorem_lines"], counts["curly_lines"], counts["sentences"]), strict=True))


def rules(config: C4Config) -> list[Rule]:
    return [
        Rule(reason="c4.lorem_ipsum", column="c4_lorem_ipsum", high=config.max_lorem_ipsum),
        Rule(reason="c4.curly_bracket", column="c4_curly_bracket_lines", high=config.max_curly_brackets),
        Rule(reason="c4.num_sentences", column="c4_num_sentences", low=config.min_sentences),
    ]
