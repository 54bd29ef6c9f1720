"""Gopher's rules for English web pages: length, words, symbols and repetition.

In: the words and lines of a text. Out: statistics, and the rules on them.
Words are split at white space; a word's length leaves out the ASCII punctuation around it.
Source: arXiv 2112.11446, appendix A.1.1 and table A1.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headwater.curate import repetition
from headwater.curate.filters.columnar import by_row
from headwater.curate.filters.minimal import lines_of
from headwater.curate.limits import limit
from headwater.curate.rules import Rule

COLUMNS = (
    "gopher_num_words",
    "gopher_mean_word_length",
    "gopher_hashes_per_word",
    "gopher_ellipses_per_word",
    "gopher_bullet_lines",
    "gopher_ellipsis_lines",
    "gopher_alpha_words",
    "gopher_stop_words",
    "gopher_dup_paragraphs",
    "gopher_dup_paragraph_chars",
    *(f"gopher_top_{size}gram" for size in repetition.TOP_SIZES),
    *(f"gopher_dup_{size}gram" for size in repetition.DUPLICATE_SIZES),
)
STOP_WORDS = frozenset(("the", "be", "to", "of", "and", "that", "have", "with"))
BULLETS = ("•", "‣", "◦", "▪", "●", "- ", "* ", "– ")  # not `*` alone: Markdown's bold begins with it
_HEADING = re.compile(r"#{1,6}(?=\s)")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n\s*")
GOPHER = "Gopher, arXiv 2112.11446, "


@dataclass(frozen=True, kw_only=True)
class GopherConfig:
    """English web pages: length, words and repetition."""

    min_words: float = limit(50, GOPHER + "A.1.1", "fewest words", "words")
    max_words: float = limit(100_000, GOPHER + "A.1.1", "most words", "words")
    min_mean_word_length: float = limit(3, GOPHER + "A.1.1", "shortest mean word", "characters")
    max_mean_word_length: float = limit(10, GOPHER + "A.1.1", "longest mean word", "characters")
    max_hashes_per_word: float = limit(0.1, GOPHER + "A.1.1", "hash signs a word", "ratio")
    max_ellipses_per_word: float = limit(0.1, GOPHER + "A.1.1", "ellipses a word", "ratio")
    max_bullet_lines: float = limit(0.9, GOPHER + "A.1.1", "lines that start with a bullet")
    max_ellipsis_lines: float = limit(0.3, GOPHER + "A.1.1", "lines that end with an ellipsis")
    min_alpha_words: float = limit(0.8, GOPHER + "A.1.1", "words with a letter")
    min_stop_words: float = limit(
        2, GOPHER + "A.1.1", "different ones of the, be, to, of, and, that, have, with", "words"
    )
    max_dup_lines: float = limit(0.3, GOPHER + "table A1", "lines seen before")
    max_dup_paragraphs: float = limit(0.3, GOPHER + "table A1", "paragraphs seen before")
    max_dup_line_chars: float = limit(0.2, GOPHER + "table A1", "characters in lines seen before")
    max_dup_paragraph_chars: float = limit(0.2, GOPHER + "table A1", "characters in paragraphs seen before")
    max_top_2gram: float = limit(0.20, GOPHER + "table A1", "characters in the commonest 2-gram of words")
    max_top_3gram: float = limit(0.18, GOPHER + "table A1", "characters in the commonest 3-gram of words")
    max_top_4gram: float = limit(0.16, GOPHER + "table A1", "characters in the commonest 4-gram of words")
    max_dup_5gram: float = limit(0.15, GOPHER + "table A1", "characters in 5-grams of words seen before")
    max_dup_6gram: float = limit(0.14, GOPHER + "table A1", "characters in 6-grams of words seen before")
    max_dup_7gram: float = limit(0.13, GOPHER + "table A1", "characters in 7-grams of words seen before")
    max_dup_8gram: float = limit(0.12, GOPHER + "table A1", "characters in 8-grams of words seen before")
    max_dup_9gram: float = limit(0.11, GOPHER + "table A1", "characters in 9-grams of words seen before")
    max_dup_10gram: float = limit(0.10, GOPHER + "table A1", "characters in 10-grams of words seen before")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    return by_row(texts, rows, COLUMNS, measure_one)


def measure_one(text: str) -> list[float]:
    """The statistics of one text, in the order of COLUMNS."""
    words, lines = text.split(), lines_of(text)
    ids, vocabulary = repetition.number(words)
    counts = np.bincount(ids, minlength=len(vocabulary))
    size = len(vocabulary)
    bare = [word.strip(string.punctuation) for word in vocabulary]
    alpha = np.fromiter((word.isalpha() or bool(_LETTER.search(word)) for word in vocabulary), bool, size)
    real = alpha | np.fromiter((word.isalnum() or bool(_LETTER_OR_DIGIT.search(word)) for word in bare), bool, size)
    lengths = np.fromiter(map(len, vocabulary), np.int64, size)
    bare_lengths = np.fromiter(map(len, bare), np.int64, size)
    num_real, num_words = int(counts[real].sum()), max(len(words), 1)
    total, num_lines = max(len(text), 1), max(len(lines), 1)
    paragraphs = _PARAGRAPH_BREAK.split(text.strip())
    dup_paragraphs, dup_chars = repetition.seen_before(paragraphs)
    top, duplicate = repetition.ngram_chars(ids, lengths[ids])
    return [
        num_real,
        float((bare_lengths * counts)[real].sum()) / max(num_real, 1),
        (text.count("#") - _heading_marks(lines)) / num_words,
        (text.count("...") + text.count("…")) / num_words,
        sum(line.startswith(BULLETS) for line in lines) / num_lines,
        sum(line.endswith(("...", "…")) for line in lines) / num_lines,
        int(counts[alpha].sum()) / num_words,
        len(STOP_WORDS.intersection(map(str.lower, bare))),
        dup_paragraphs / len(paragraphs),
        dup_chars / total,
        *(chars / total for chars in top),
        *(chars / total for chars in duplicate),
    ]


def _heading_marks(lines: list[str]) -> int:
    """Hash signs that only mark Markdown's headings; our own extractor writes them."""
    marks = (_HEADING.match(line) for line in lines if line.startswith("#"))
    return sum(len(mark.group()) for mark in marks if mark)


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
        Rule(reason="gopher.duplicate_lines", column="dup_line_share", high=config.max_dup_lines),
        Rule(reason="gopher.duplicate_line_chars", column="dup_line_char_share", high=config.max_dup_line_chars),
        Rule(reason="gopher.duplicate_paragraphs", column="gopher_dup_paragraphs", high=config.max_dup_paragraphs),
        Rule(
            reason="gopher.duplicate_paragraph_chars",
            column="gopher_dup_paragraph_chars",
            high=config.max_dup_paragraph_chars,
        ),
        *_ngram_rules(config),
    ]


def _ngram_rules(config: GopherConfig) -> list[Rule]:
    tops = (config.max_top_2gram, config.max_top_3gram, config.max_top_4gram)
    duplicates = (
        config.max_dup_5gram, config.max_dup_6gram, config.max_dup_7gram,
        config.max_dup_8gram, config.max_dup_9gram, config.max_dup_10gram,
    )  # fmt: skip
    names = [f"top_{size}gram" for size in repetition.TOP_SIZES]
    names += [f"dup_{size}gram" for size in repetition.DUPLICATE_SIZES]
    limits = zip(names, (*tops, *duplicates), strict=True)
    return [Rule(reason=f"gopher.{name}", column=f"gopher_{name}", high=high) for name, high in limits]
