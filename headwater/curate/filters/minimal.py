"""What every document must be: readable text that is more than one thing said over and over.

In: a text's characters and lines. Out: statistics, and the rules on them.
These are the only rules for chosen corpora and for languages without rules of their own.
"""

from __future__ import annotations

import re

import numpy as np

from headwater.curate import characters, repetition
from headwater.curate.config import MinimalConfig
from headwater.curate.rules import Rule

COLUMNS = (
    "num_letters_digits",
    "num_han",
    "num_lines",
    "control_share",
    "replacement_share",
    "invisible_share",
    "repeated_share",
    "dup_line_share",
    "dup_line_char_share",
    "ended_char_share",
    "mean_line_chars",
    "max_line_chars",
)
# A line that ends a sentence, a clause or a verse, closing quotes and brackets after the mark included.
ENDED = re.compile(r"[.!?,;:…。！？，；：、—~～][\"'”’»」』）)\]*_]*$")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
MIN_LINES_REPEATED = 4  # fewer lines say nothing about repetition
_NOT_LETTERS = ("space", "newline", "ascii_punctuation", "cjk_punctuation", "punctuation", "symbol", "control",
                "replacement", "invisible", "other")  # fmt: skip


def lines_of(text: str) -> list[str]:
    """Lines that hold something, without the white space around them."""
    return [line for line in map(str.strip, text.splitlines()) if line]


def measure(codes: np.ndarray, kinds: np.ndarray, lines: list[str]) -> list[float]:
    """The statistics named in COLUMNS. `kinds`: counts in the order of characters.KINDS."""
    total = max(len(codes), 1)
    of = characters.INDEX
    lengths = [len(line) for line in lines]
    line_chars = max(sum(lengths), 1)
    # Fences, rules and closing brackets are layout: only lines that say something can repeat it.
    telling = [line for line in lines if _LETTER_OR_DIGIT.search(line)]
    dup_lines, dup_chars = repetition.seen_before(telling) if len(telling) >= MIN_LINES_REPEATED else (0, 0)
    ended = sum(len(line) for line in lines if ENDED.search(line[-8:]))
    return [
        int(kinds.sum() - sum(kinds[of[name]] for name in _NOT_LETTERS)),
        int(kinds[of["han"]]),
        len(lines),
        kinds[of["control"]] / total,
        kinds[of["replacement"]] / total,
        kinds[of["invisible"]] / total,
        repetition.sampled_window_share(codes),
        dup_lines / max(len(telling), 1),
        dup_chars / line_chars,
        ended / line_chars,
        line_chars / max(len(lines), 1),
        max(lengths, default=0),
    ]


def rules(config: MinimalConfig) -> list[Rule]:
    return [
        Rule(reason="minimal.control_characters", column="control_share", high=config.max_control),
        Rule(reason="minimal.replacement_characters", column="replacement_share", high=config.max_replacement),
        Rule(reason="minimal.invisible_characters", column="invisible_share", high=config.max_invisible),
        Rule(reason="minimal.empty", column="num_letters_digits", low=config.min_chars),
        Rule(reason="minimal.repeated", column="repeated_share", high=config.max_repeated),
        Rule(reason="minimal.duplicate_lines", column="dup_line_char_share", high=config.max_dup_line_chars),
    ]


def stub_rules(config: MinimalConfig) -> list[Rule]:
    """Rules for web pages whose language is unknown: too short to tell is too short to keep."""
    return [Rule(reason="minimal.stub", column="num_letters_digits", low=config.min_unknown_letters)]
