"""C4's rules for English web pages, as far as they judge a whole document.

In: the lines of a text. Out: statistics, and the rules on them.
C4 first drops lines, then judges what is left. No line is dropped here, but the same lines are left
out of the count: those that do not end like a sentence, have fewer than 3 words or a word over 1000
characters, or mention JavaScript or cookie and privacy terms.
Source: arXiv 1910.10683, section 2.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headwater.curate.filters.columnar import by_row
from headwater.curate.filters.minimal import lines_of
from headwater.curate.limits import limit
from headwater.curate.rules import Rule

COLUMNS = ("c4_lorem_ipsum", "c4_curly_bracket_lines", "c4_num_sentences")
SENTENCE_ENDS = (".", "!", "?", '"', "'", "”", "’")
MIN_LINE_WORDS = 3
MAX_WORD_CHARS = 1000
BOILERPLATE = ("javascript", "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies",
               "use cookies")  # fmt: skip
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s|$)")
_LONG_WORD = re.compile(rf"\S{{{MAX_WORD_CHARS + 1}}}")
_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
# Inline code and formulas: what is marked as code does not betray a page of code.
_INLINE_CODE = re.compile(r"`[^`\n]{1,400}`|\$[^$\n]{1,400}\$")
C4 = "C4, arXiv 1910.10683, section 2.2"


@dataclass(frozen=True, kw_only=True)
class C4Config:
    """English web pages: what only a page that is no prose holds."""

    max_lorem_ipsum: float = limit(0, C4, "placeholder phrases", "phrases")
    max_curly_brackets: float = limit(0, C4, "sentence lines with a curly bracket", "lines")
    min_sentences: float = limit(5, C4, "sentences in lines that end like one", "sentences")


def blocks(text: str, lines: list[str]) -> list[str]:
    """C4's lines: lines, or paragraphs where blank lines part them, so that hard-wrapped text is read aright."""
    return [block.strip() for block in _BLANK_LINES.split(text)] if _BLANK_LINES.search(text.strip()) else lines


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    return by_row(texts, rows, COLUMNS, measure_one)


def measure_one(text: str) -> list[float]:
    """The statistics of one text, in the order of COLUMNS."""
    lines = lines_of(text)
    curly = sentences = 0
    for line in blocks(text, lines):
        if not line.endswith(SENTENCE_ENDS) or line.endswith("...") or len(line.split(None, 2)) < MIN_LINE_WORDS:
            continue
        if len(line) > MAX_WORD_CHARS and _LONG_WORD.search(line):
            continue
        curly += "{" in line and "{" in _INLINE_CODE.sub("", line)
        lower = line.lower()
        if not any(phrase in lower for phrase in BOILERPLATE):
            sentences += max(1, len(_SENTENCE_END.findall(line)))
    return [text.lower().count("lorem ipsum"), curly, sentences]


def rules(config: C4Config) -> list[Rule]:
    return [
        Rule(reason="c4.lorem_ipsum", column="c4_lorem_ipsum", high=config.max_lorem_ipsum),
        Rule(reason="c4.curly_bracket", column="c4_curly_bracket_lines", high=config.max_curly_brackets),
        Rule(reason="c4.num_sentences", column="c4_num_sentences", low=config.min_sentences),
    ]
