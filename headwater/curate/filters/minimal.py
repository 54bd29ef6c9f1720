"""What every document must be: readable text that is more than one thing said over and over.

In: a column of texts. Out: statistics, and the rules on them.
These are the only rules for chosen corpora and for languages without rules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.curate.limits import OURS, limit
from headwater.curate.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COLUMNS = (
    "num_letters_digits",
    "weighted_letters",
    "num_han",
    "num_lines",
    "control_share",
    "replacement_share",
    "invisible_share",
    "combining_share",
    "piled_share",
    "misread_share",
    "repeated_share",
    "dup_line_share",
    "dup_line_char_share",
    "ended_char_share",
    "mean_line_chars",
    "max_line_chars",
)
MIN_LINES_REPEATED = 4  # fewer lines say nothing about repetition
WINDOW_CHARS = 16
SAMPLE_PLACES = 1024  # places in each of SAMPLE_PARTS stretches of a long text
SAMPLE_PARTS = 4
# How much a letter says next to a Latin one: it is a syllable or a word; no blanks part the words; vowels are left out
# or are marks on a consonant.
WEIGHTS = dict.fromkeys(("han", "kana", "hangul"), 3.0) | dict.fromkeys(("thai", "lao", "khmer", "burmese"), 1.5)
WEIGHTS |= dict.fromkeys(
    ("arabic", "hebrew", "devanagari", "bengali", "gurmukhi", "gujarati", "oriya", "tamil", "telugu", "kannada",
     "malayalam", "sinhala", "tibetan", "ethiopic"),
    1.25,
)  # fmt: skip
_NOT_LETTERS = ("space", "newline", "ascii_punctuation", "cjk_punctuation", "punctuation", "symbol", "control",
                "replacement", "invisible", "other")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MinimalConfig:
    """Every document, whatever its language and kind."""

    min_chars: float = limit(2, OURS, "fewest letters and digits", "characters")
    min_unknown_letters: float = limit(
        150,
        OURS,
        "fewest letters on a page of no language with rules of its own; one of Han or kana counts 3",
        "letters",
    )
    max_control: float = limit(0.02, OURS, "control characters")
    max_replacement: float = limit(0.02, OURS, "U+FFFD, left by a wrong encoding")
    max_invisible: float = limit(0.2, OURS, "zero-width and other invisible characters")
    max_combining: float = limit(0.6, OURS, "combining marks; pointed Hebrew reaches 0.5")
    max_piled: float = limit(0.05, OURS, "combining marks with four others below them")
    max_misread: float = limit(0.1, OURS, "characters that are UTF-8 bytes read as a one-byte encoding")
    max_repeated: float = limit(0.9, OURS, "places of the sample whose next 16 characters were seen before")
    max_dup_line_chars: float = limit(0.9, OURS, "characters in lines seen before")


def lines_of(text: str) -> list[str]:
    """Lines that hold something, without the white space around them."""
    return [line for line in map(str.strip, text.splitlines()) if line]


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    import numpy as np

    from headwater.curate import characters
    from headwater.kernels import kinds, lines, windows
    from headwater.kernels.arrow import text_buffers

    offsets, text = text_buffers(texts)
    counts, others = kinds.count(offsets, text, rows, characters.entries(), len(characters.KINDS))
    found = lines.figures(offsets, text, rows, characters.flags())
    total, line_chars = np.maximum(others[:, kinds.CHARS], 1), np.maximum(found["chars"], 1)
    telling, num_lines = np.maximum(found["telling"], 1), np.maximum(found["lines"], 1)
    enough = found["telling"] >= MIN_LINES_REPEATED
    of = characters.INDEX
    letters = counts.sum(1) - counts[:, [of[name] for name in _NOT_LETTERS]].sum(1) + 0.0
    repeated = windows.sampled(offsets, text, rows, width=WINDOW_CHARS, places=SAMPLE_PLACES, parts=SAMPLE_PARTS)
    weighted = letters + sum((weight - 1) * counts[:, of[name]] for name, weight in WEIGHTS.items())
    return {
        "num_letters_digits": letters,
        "weighted_letters": weighted * (1 - np.maximum(repeated, found["dup_chars"] / line_chars)),
        "num_han": counts[:, of["han"]] + 0.0,
        "num_lines": found["lines"] + 0.0,
        "control_share": counts[:, of["control"]] / total,
        "replacement_share": counts[:, of["replacement"]] / total,
        "invisible_share": counts[:, of["invisible"]] / total,
        "combining_share": others[:, kinds.COMBINED] / total,
        "piled_share": others[:, kinds.PILED] / total,
        "misread_share": others[:, kinds.MISREAD] / total,
        "repeated_share": repeated,
        "dup_line_share": np.where(enough, found["dup_lines"] / telling, 0.0),
        "dup_line_char_share": np.where(enough, found["dup_chars"] / line_chars, 0.0),
        "ended_char_share": found["ended_chars"] / line_chars,
        "mean_line_chars": line_chars / num_lines,
        "max_line_chars": found["max_chars"] + 0.0,
    }


def rules(config: MinimalConfig) -> list[Rule]:
    return [
        Rule(reason="minimal.control_characters", column="control_share", high=config.max_control),
        Rule(reason="minimal.replacement_characters", column="replacement_share", high=config.max_replacement),
        Rule(reason="minimal.invisible_characters", column="invisible_share", high=config.max_invisible),
        Rule(reason="minimal.combining_marks", column="combining_share", high=config.max_combining),
        Rule(reason="minimal.piled_marks", column="piled_share", high=config.max_piled),
        Rule(reason="minimal.empty", column="num_letters_digits", low=config.min_chars),
        Rule(reason="minimal.misread", column="misread_share", high=config.max_misread),
        Rule(reason="minimal.repeated", column="repeated_share", high=config.max_repeated),
        Rule(reason="minimal.duplicate_lines", column="dup_line_char_share", high=config.max_dup_line_chars),
    ]


def stub_rules(config: MinimalConfig) -> list[Rule]:
    """Rules for web pages whose language is unknown: too little said, once what repeats is left out."""
    return [Rule(reason="minimal.stub", column="weighted_letters", low=config.min_unknown_letters)]
