"""Rules for Chinese web pages, by character: Chinese has no spaces, and its lines are short or endless.

In: a column of texts. Out: statistics, and the rules on them.
Repetition is Gopher's idea by character: a word of Chinese has 1.7 characters or so, so its runs of 2 to 10 words are
runs of as many characters here, of Han alone: code and tables repeat for good reasons, prose does not. Manuals say the
same of every option, so the limits are wider than FineWeb-2's.
Technical pages mix much Latin and code, poems are short and regular: neither is a fault here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from headwater.curate.filters.chinese_lines import LONG_HAN, MENU_LINE_HAN, MENU_LINES
from headwater.curate.limits import OURS, limit
from headwater.curate.rules import Columns, Rule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COLUMNS = (
    "chinese_han_share",
    "chinese_punctuation_share",
    "chinese_sentence_marks",
    "chinese_traditional_share",
    "chinese_rare_share",
    "chinese_garbled_per_1000",
    "chinese_spam_per_1000",
    "chinese_menu_share",
    "chinese_verse_share",
    "chinese_verse_or_facts",
    "chinese_short_lines",
    "chinese_dup_paragraph_chars",
    "chinese_top_4gram",
    "chinese_top_7gram",
    "chinese_dup_8gram",
    "chinese_dup_12gram",
    "chinese_dup_17gram",
)
WIDTHS = (4, 7, 8, 12, 17)  # characters, for 2 and 4 words (the commonest), 5, 7 and 10 (seen before)
FACTS = 0.5  # of the lines
VERSE_SHARE = 0.5  # of its lines have 5 or 7 characters, as the next one
MIN_HAN_REPEATED = 200  # fewer repeat a refrain or a title, and say nothing
MIN_HAN_STUFFED, STUFFED_HAN = 60, 0.35  # in fewer, one phrase may yet be most of what is said
REPEATED_HAN = 0.3  # of the Han characters: lines that repeat are Chinese lines
MAX_HAN_READ = 200_000  # whose repetition is counted
FINEWEB2 = OURS + "; FineWeb-2, configs/cmn_Hani.yml, of all text: "
_PUNCTUATION = ("ascii_punctuation", "cjk_punctuation", "punctuation", "symbol")
_UNSEEN = ("space", "newline", "control", "invisible")


@dataclass(frozen=True, kw_only=True)
class ChineseConfig:
    """Chinese prose, judged by character."""

    min_han: float = limit(30, OURS, "fewest Han characters on a page", "characters")
    min_han_share: float = limit(0.03, OURS, "Han among visible characters")
    max_rare: float = limit(0.35, OURS, "Han in neither GB 2312 nor Big5's first level; poems reach 0.24")
    max_garbled_per_1000: float = limit(
        30, OURS, "remains of wrong decoding in 1000 Han characters", "pieces", most=1000
    )
    max_spam_per_1000: float = limit(4, OURS, "phrases of the spam list in 1000 Han characters", "phrases", most=1000)
    max_punctuation: float = limit(0.6, OURS, "punctuation among visible characters")
    min_sentence_marks: float = limit(
        0.01, OURS, f"marks a Han character, from {LONG_HAN} characters on", "ratio", most=1
    )
    min_ended_chars: float = limit(0.05, OURS, "characters in lines that end like a sentence or verse")
    max_menu: float = limit(0.5, OURS, "characters in lines of entries between | » and the like")
    max_short_lines: float = limit(0.9, OURS, "lines of fewer than 5 visible characters")
    max_dup_line_chars: float = limit(0.5, OURS, "characters in lines seen before")
    max_dup_paragraph_chars: float = limit(0.5, OURS, "characters in paragraphs seen before")
    max_top_4gram: float = limit(0.3, FINEWEB2 + "0.256 for 2 words", "Han in the commonest 4-gram")
    max_top_7gram: float = limit(0.3, FINEWEB2 + "0.171 for 4 words", "Han in the commonest 7-gram")
    max_dup_8gram: float = limit(0.6, FINEWEB2 + "0.198 for 5 words", "Han in 8-grams seen before")
    max_dup_12gram: float = limit(0.55, FINEWEB2 + "0.167 for 7 words", "Han in 12-grams seen before")
    max_dup_17gram: float = limit(0.5, FINEWEB2 + "0.127 for 10 words", "Han in 17-grams seen before")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    import numpy as np

    from headwater.curate import characters, han
    from headwater.curate.filters import chinese_lines, chinese_spam
    from headwater.kernels import kinds, lines
    from headwater.kernels.arrow import text_buffers

    offsets, text = text_buffers(texts)
    counts, _ = kinds.count(offsets, text, rows, _kinds_and_classes(), len(characters.KINDS) + len(han.CLASSES))
    counts, classes = np.hsplit(counts, [len(characters.KINDS)])
    found = lines.figures(offsets, text, rows, characters.flags())
    of = characters.INDEX
    num_han = counts[:, of["han"]] + classes.sum(1)
    some_han = np.maximum(num_han, 1)
    visible = np.maximum(counts.sum(1) + classes.sum(1) - counts[:, [of[name] for name in _UNSEEN]].sum(1), 1)
    told = classes[:, han.TRADITIONAL] + classes[:, han.SIMPLIFIED]
    num_lines, line_chars = np.maximum(found["lines"], 1), np.maximum(found["chars"], 1)
    return {
        "chinese_han_share": num_han / visible,
        "chinese_punctuation_share": counts[:, [of[name] for name in _PUNCTUATION]].sum(1) / visible,
        "chinese_sentence_marks": found["marks"] / some_han,
        "chinese_traditional_share": np.where(told > 0, classes[:, han.TRADITIONAL] / np.maximum(told, 1), np.nan),
        "chinese_rare_share": classes[:, han.RARE] / np.maximum(classes[:, han.COMMON :].sum(1), 1),
        "chinese_garbled_per_1000": chinese_spam.garbled_per_1000(offsets, text, rows, num_han),
        "chinese_spam_per_1000": chinese_spam.spam_per_1000(offsets, text, rows, num_han),
        "chinese_menu_share": found["menu_chars"] / line_chars,
        "chinese_verse_share": found["verse_lines"] / num_lines,
        "chinese_verse_or_facts": chinese_lines.verse_or_facts(texts, rows, found, num_han),
        "chinese_short_lines": found["short_lines"] / num_lines,
        "chinese_dup_paragraph_chars": found["dup_paragraph_chars"] / line_chars,
        **_repetition(offsets, text, rows),
    }


def _repetition(offsets: np.ndarray, text: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    """How much of the Han characters stands in repeated runs."""
    from headwater.curate import characters
    from headwater.kernels import lines, windows

    found = windows.of_flagged(
        offsets, text, rows, characters.flags(), lines.HAN, widths=WIDTHS, most=MAX_HAN_READ
    )  # fmt: skip
    return {
        f"chinese_{'top' if figure == windows.TOP else 'dup'}_{WIDTHS[w]}gram": found[:, w, figure]
        for w, figure in enumerate([windows.TOP, windows.TOP] + [windows.COVERED] * 3)
    }


@cache
def _kinds_and_classes() -> np.ndarray:
    """The kind of every code point, or where it has a class of Han characters, that class, counted on."""
    import numpy as np

    from headwater.curate import characters, han

    return np.where(han.table() > 0, len(characters.KINDS) + han.table(), characters.table()).astype(np.uint8)


def is_list(columns: Columns) -> np.ndarray:
    """Many lines with little Chinese each: a menu. A short answer may well end without a mark, and so does a poem."""
    many = (columns["num_lines"] >= MENU_LINES) & are_entries(columns)
    return many & (columns["num_han"] < MENU_LINE_HAN * columns["num_lines"])


def is_long(columns: Columns) -> np.ndarray:
    """So much Chinese that it must have marks, unless it is verse or a table."""
    return (columns["num_han"] >= LONG_HAN) & are_entries(columns)


def are_entries(columns: Columns) -> np.ndarray:
    """Lines that are neither verse nor facts."""
    return ~((columns["chinese_verse_share"] >= VERSE_SHARE) | (columns["chinese_verse_or_facts"] >= FACTS))


def can_repeat(columns: Columns) -> np.ndarray:
    """Enough Chinese for its repetition to mean something."""
    return columns["num_han"] >= MIN_HAN_REPEATED


def can_repeat_a_phrase(columns: Columns) -> np.ndarray:
    """The same, or a short page of little but one phrase."""
    stuffed = (columns["num_han"] >= MIN_HAN_STUFFED) & (columns["chinese_top_4gram"] >= STUFFED_HAN)
    return can_repeat(columns) | stuffed


def repeats_itself(columns: Columns) -> np.ndarray:
    """Its Chinese repeats, not only the code and the tables in it."""
    return columns["chinese_dup_8gram"] >= REPEATED_HAN


def rules(config: ChineseConfig) -> list[Rule]:
    repeated = [
        Rule(
            reason=f"chinese.{name}",
            column=f"chinese_{name}",
            high=getattr(config, f"max_{name}"),
            applies=can_repeat_a_phrase if name == "top_4gram" else can_repeat,
        )
        for name in ("top_4gram", "top_7gram", "dup_8gram", "dup_12gram", "dup_17gram")
    ]
    return [
        Rule(reason="chinese.num_han", column="num_han", low=config.min_han),
        Rule(reason="chinese.han_share", column="chinese_han_share", low=config.min_han_share),
        Rule(reason="chinese.rare", column="chinese_rare_share", high=config.max_rare),
        Rule(reason="chinese.garbled", column="chinese_garbled_per_1000", high=config.max_garbled_per_1000),
        Rule(reason="chinese.spam_phrases", column="chinese_spam_per_1000", high=config.max_spam_per_1000),
        Rule(reason="chinese.punctuation", column="chinese_punctuation_share", high=config.max_punctuation),
        Rule(reason="chinese.menu", column="chinese_menu_share", high=config.max_menu),
        Rule(reason="chinese.ended_lines", column="ended_char_share", low=config.min_ended_chars, applies=is_list),
        Rule(
            reason="chinese.sentence_marks",
            column="chinese_sentence_marks",
            low=config.min_sentence_marks,
            applies=is_long,
        ),
        Rule(
            reason="chinese.short_lines", column="chinese_short_lines", high=config.max_short_lines, applies=are_entries
        ),
        Rule(
            reason="chinese.duplicate_line_chars",
            column="dup_line_char_share",
            high=config.max_dup_line_chars,
            applies=repeats_itself,
        ),
        Rule(
            reason="chinese.duplicate_paragraph_chars",
            column="chinese_dup_paragraph_chars",
            high=config.max_dup_paragraph_chars,
            applies=repeats_itself,
        ),
        *repeated,
    ]
