"""FineWeb's rules for English web pages: lines that read like prose, not like a list.

In: counts of lines and words. Out: statistics, and the rules on them. Lines are what line feeds part, without blank
ones. Source: arXiv 2406.17557, section 3.6; the share of characters in repeated lines and the line feeds a word are
datatrove's defaults, with which the corpus was made (the paper says 0.1 for the former).
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

COLUMNS = ("fineweb_ended_lines", "fineweb_short_lines", "fineweb_dup_line_chars", "fineweb_newlines_per_word")
SOURCE = "FineWeb, arXiv 2406.17557, section 3.6"
DATATROVE = "FineWeb, as in datatrove 0.10"


@dataclass(frozen=True, kw_only=True)
class FinewebConfig:
    """English web pages: how lines end, how short they are, whether they repeat."""

    enabled: bool = enabled()
    min_ended_lines: float = limit(0.12, SOURCE, "lines that end with a final mark")
    max_short_lines: float = limit(0.67, SOURCE, "lines of at most 30 characters")
    max_dup_line_chars: float = limit(0.01, DATATROVE, "characters in lines seen before; 0.1 in the paper")
    max_newlines_per_word: float = limit(0.3, DATATROVE, "line feeds a word", "ratio")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    from headwater.curate import english

    found = english.measure(texts, rows)
    return {name: found[name] for name in COLUMNS}


def statistics(counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns, of the counts that `kernels.english` names."""
    values = (
        share(counts["ended_lines"], counts["full_lines"]),
        share(counts["short_lines"], counts["full_lines"]),
        share(counts["full_dup_chars"], counts["chars"] - counts["feeds"]),
        share(counts["feeds"], counts["words"]),
    )
    return dict(zip(COLUMNS, values, strict=True))


def rules(config: FinewebConfig) -> list[Rule]:
    return [
        Rule(reason="fineweb.ended_lines", column="fineweb_ended_lines", low=config.min_ended_lines),
        Rule(reason="fineweb.short_lines", column="fineweb_short_lines", high=config.max_short_lines),
        Rule(reason="fineweb.dup_line_chars", column="fineweb_dup_line_chars", high=config.max_dup_line_chars),
        Rule(reason="fineweb.newlines", column="fineweb_newlines_per_word", high=config.max_newlines_per_word),
    ]
