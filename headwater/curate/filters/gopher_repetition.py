"""Gopher's repetition rules for English web pages: lines, paragraphs and runs of words said before.

In: counts of characters in what was said before. Out: shares of the text's characters, and the rules on them.
Source: arXiv 2112.11446, table A1, counted as datatrove counts: lines between line feeds, paragraphs between blank
ones; the commonest run also where it comes once; repeated runs by a walk that counts every place once.
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

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)
NAMES = (
    "dup_lines", "dup_line_chars", "dup_paragraphs", "dup_paragraph_chars",
    *(f"top_{size}gram" for size in TOP_SIZES), *(f"dup_{size}gram" for size in DUPLICATE_SIZES),
)  # fmt: skip
COLUMNS = tuple(f"gopher_repetition_{name}" for name in NAMES)
SOURCE = "Gopher, arXiv 2112.11446, table A1"


@dataclass(frozen=True, kw_only=True)
class GopherRepetitionConfig:
    """English web pages: how much of a page was said before on it."""

    enabled: bool = enabled()
    max_dup_lines: float = limit(0.3, SOURCE, "lines seen before")
    max_dup_line_chars: float = limit(0.2, SOURCE, "characters in lines seen before")
    max_dup_paragraphs: float = limit(0.3, SOURCE, "paragraphs seen before")
    max_dup_paragraph_chars: float = limit(0.2, SOURCE, "characters in paragraphs seen before")
    max_top_2gram: float = limit(0.20, SOURCE, "characters in the commonest 2-gram of words")
    max_top_3gram: float = limit(0.18, SOURCE, "characters in the commonest 3-gram of words")
    max_top_4gram: float = limit(0.16, SOURCE, "characters in the commonest 4-gram of words")
    max_dup_5gram: float = limit(0.15, SOURCE, "characters in 5-grams of words seen before")
    max_dup_6gram: float = limit(0.14, SOURCE, "characters in 6-grams of words seen before")
    max_dup_7gram: float = limit(0.13, SOURCE, "characters in 7-grams of words seen before")
    max_dup_8gram: float = limit(0.12, SOURCE, "characters in 8-grams of words seen before")
    max_dup_9gram: float = limit(0.11, SOURCE, "characters in 9-grams of words seen before")
    max_dup_10gram: float = limit(0.10, SOURCE, "characters in 10-grams of words seen before")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    from headwater.curate import english

    found = english.measure(texts, rows)
    return {name: found[name] for name in COLUMNS}


def statistics(counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns, of the counts that `kernels.english` names."""
    chars = counts["chars"]
    values = (
        share(counts["dup_pieces"], counts["pieces"]),
        share(counts["dup_piece_chars"], chars),
        share(counts["dup_paragraphs"], counts["paragraphs"]),
        share(counts["dup_paragraph_chars"], chars),
        *(share(counts[f"top_{size}"], chars) for size in TOP_SIZES),
        *(share(counts[f"dup_{size}"], chars) for size in DUPLICATE_SIZES),
    )
    return dict(zip(COLUMNS, values, strict=True))


def rules(config: GopherRepetitionConfig) -> list[Rule]:
    return [
        Rule(reason=f"gopher_repetition.{name}", column=column, high=getattr(config, f"max_{name}"))
        for name, column in zip(NAMES, COLUMNS, strict=True)
    ]
