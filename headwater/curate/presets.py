"""Presets of curation: which rules judge pages of kind `general`, and with which thresholds.

In: the configuration as the recipe says it. Out: the one that is judged by. `web` is the published thresholds. Under
`technical` those that technical English cannot meet are laid wider, unless the recipe names a value of its own: words
are counted with every sign as a word, so that a page of documentation has few words with a letter; code samples
have curly brackets, short lines that end in no full stop, and lines that come again. `none` judges nothing.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.curate.config import CurateConfig

PRESETS = ("web", "technical", "none")
# Measured on documentation, proposals and textbooks in English: docs/cleaning/agreement.md says what each one saves.
TECHNICAL: dict[str, dict[str, Any]] = {
    "gopher": {
        "max_hashes_per_word": 0.2,
        "max_ellipses_per_word": 0.2,
        "min_alpha_words": 0.4,
    },
    "gopher_repetition": {
        "max_dup_lines": 0.5,
        "max_dup_line_chars": 0.3,
        "max_dup_5gram": 0.4,
        "max_dup_6gram": 0.38,
        "max_dup_7gram": 0.36,
        "max_dup_8gram": 0.34,
        "max_dup_9gram": 0.32,
        "max_dup_10gram": 0.30,
    },
    "c4": {"max_curly_brackets": 1_000_000, "min_sentences": 1},
    "fineweb": {"enabled": False},
}


def settle(config: CurateConfig, named: frozenset[str] = frozenset()) -> CurateConfig:
    """The configuration with the preset's thresholds in place of those that nobody named.

    `named`: keys that a recipe gives, as `gopher.min_alpha_words`, whatever their value.
    """
    if config.preset != "technical":
        return config
    sections: dict[str, Any] = {}
    for name, values in TECHNICAL.items():
        given: Any = getattr(config, name)
        defaults = {field.name: field.default for field in fields(given)}
        open_keys = (key for key in values if getattr(given, key) == defaults[key] and f"{name}.{key}" not in named)
        sections[name] = replace(given, **{key: values[key] for key in open_keys})
    return replace(config, **sections)
