"""Verdicts: which rule, if any, rejects a document.

In: annotation columns and the configuration. Out: a reason (empty: kept) and the value that broke
the rule, per row. A pure function: no text is read.

Who is judged by what:
- every document, by whether the stages `recall` and `quality` chose it, where they ran;
- every document, by the minimal rules;
- source code of kind `general`, by the code rules;
- other documents of kind `general` by the URL rules, and by their language's own if they are crawled or of
  the general domain;
- chosen corpora (kind `specific` or `instruct`, or a domain that someone named) by the minimal rules alone.
Minimum lengths are for pages: three sentences on a web page are a stub, saved by themselves a proverb.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate import chosen
from headwater.curate.config import CurateConfig
from headwater.curate.filters import c4, chinese, code, fineweb, gopher, gopher_repetition, minimal, url
from headwater.curate.rules import Columns, Rule, first_broken
from headwater.document import GENERAL_DOMAIN

Sets = list[tuple[np.ndarray, list[Rule]]]
RULED = ("en", "zh", "code")  # languages with rules of their own
SHORT_FORM_ENDED = 0.5  # of its characters stand in lines that end a sentence or verse
VERSE_LINE_CHARS = 60  # of the mean line of a poem
VERSE_LINES = 4


def judge(annotations: pa.Table, config: CurateConfig) -> tuple[pa.Array, pa.Array]:
    """Reason (string, empty where kept) and value (float64, null where kept) of each row."""
    columns = columns_of(annotations, config)
    return verdicts(columns, rule_sets(columns, config))


def verdicts(columns: Columns, sets: Sets) -> tuple[pa.Array, pa.Array]:
    """Reason and value of each row by rule sets in order, each with the mask of the rows it judges."""
    num_rows = len(columns["lang"])
    found, values = np.full(num_rows, -1, np.int32), np.full(num_rows, np.nan)
    reasons: list[str] = []
    for rows, rules in sets:
        first_broken(columns, rules, rows, found, values, len(reasons))
        reasons += [rule.reason for rule in rules]
    names = np.array([*reasons, ""], dtype=object)[found]  # -1 is the last: kept
    return pa.array(names, pa.string()), pa.array(values, pa.float64(), mask=found < 0)


def rule_sets(columns: Columns, config: CurateConfig) -> Sets:
    """Rules in order, each set with the mask of the rows it judges."""
    everyone = np.ones(len(columns["lang"]), bool)
    chosen_rules = [(everyone, chosen.rules(columns))]
    if config.preset == "none":
        return chosen_rules
    lang, general = columns["lang"], columns["kind"] == "general"
    source_code, short = lang == "code", is_short_form(columns, config)
    prose = general & (columns["crawled"] | (columns["domain"] == GENERAL_DOMAIN))
    english, han = prose & (lang == "en") & ~short, prose & (lang == "zh")
    min_han, *chinese_rules = chinese.rules(config.chinese)
    return [
        *chosen_rules,
        (everyone, minimal.rules(config.minimal)),
        (general & ~source_code, url.rules(config.url)),
        (general & columns["crawled"], url.crawled_rules(config.url)),
        (general & source_code, code.rules(config.code)),
        (general & is_page(columns) & ~np.isin(lang, RULED), minimal.stub_rules(config.minimal)),
        (han & columns["crawled"], [min_han]),
        (han, chinese_rules),
        *_english_sets(english, english & is_page(columns), config),
    ]


def _english_sets(prose: np.ndarray, pages: np.ndarray, config: CurateConfig) -> Sets:
    """The rule sets of English that are switched on."""
    sets = (
        (config.gopher.enabled, prose, gopher.rules(config.gopher)),
        (config.gopher_repetition.enabled, prose, gopher_repetition.rules(config.gopher_repetition)),
        (config.c4.enabled, pages, c4.rules(config.c4)),
        (config.fineweb.enabled, pages, fineweb.rules(config.fineweb)),
    )
    return [(rows, rules) for enabled, rows, rules in sets if enabled]


def is_page(columns: Columns) -> np.ndarray:
    """Rows that are web pages: crawled, or with a web address and no domain that someone chose."""
    return columns["crawled"] | ((columns["url_chars"] > 0) & (columns["domain"] == GENERAL_DOMAIN))


def is_short_form(columns: Columns, config: CurateConfig) -> np.ndarray:
    """Rows that are a short form: no page, and a proverb, a note or a poem by their lines."""
    finished = columns["ended_char_share"] >= SHORT_FORM_ENDED
    few_words = columns["num_words"] < config.gopher.min_words
    verse = (columns["mean_line_chars"] <= VERSE_LINE_CHARS) & (columns["num_lines"] >= VERSE_LINES)
    return ~is_page(columns) & finished & (few_words | verse)


def columns_of(annotations: pa.Table, config: CurateConfig) -> dict[str, np.ndarray]:
    """Columns as arrays: numbers as float64 with NaN for null, labels as objects, URL statistics added."""
    found: dict[str, Any] = {}
    for field in annotations.schema:
        column = annotations[field.name]
        if pa.types.is_string(field.type):
            found[field.name] = np.array(column.to_pylist(), dtype=object)
        elif pa.types.is_boolean(field.type):
            found[field.name] = column.to_numpy()
        else:
            found[field.name] = column.cast(pa.float64()).to_numpy()
    return found | url.columns(annotations["url"].combine_chunks(), config.url)
