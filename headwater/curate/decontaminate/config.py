"""Settings of decontamination: the evaluation sets, how their questions are found, and how much of one is too much.

In: the recipe's `curate.decontaminate:` section, or options. Out: a frozen dataclass. `sets` and the lengths reach the
hits; the shares are thresholds on what the hits keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.pipeline.option import option

DECON = "as allenai/decon: grow from short runs, then ask for a share"
DEEPSEEKMATH = "DeepSeekMath, arXiv 2402.03300, section 2.1: 10-grams; GPT-3, 2005.14165, appendix C: 13; PaLM: 8"
OURS = "ours, measured in docs/cleaning/decontamination.md"
MIN_RUN, MAX_RUN = 3, 64
READING = ("seed_words", "seed_chars", "min_tokens", "short_tokens")  # fields that change the hits
CHARS_PER_WORD = 1.6  # Han characters that say as much as a word does


@dataclass(frozen=True, kw_only=True)
class DecontaminateConfig:
    """Documents that hold questions of evaluation sets. No sets: nothing is looked for."""

    sets: tuple[str, ...] = option((), "files of evaluation sets, of any format, or folders or globs")
    seed_words: int = option(5, f"words in a row that a match begins with ({DECON})", "words", MIN_RUN, MAX_RUN)
    seed_chars: int = option(
        8, f"in a row, where words are not spaced, that a match begins with ({OURS})", "characters", MIN_RUN, MAX_RUN
    )
    min_tokens: int = option(
        10, f"words (or 1.6 times as many characters) a match has ({DEEPSEEKMATH})", "words", MIN_RUN, MAX_RUN
    )
    short_tokens: int = option(13, f"questions of fewer words are matched whole ({OURS})", "words", MIN_RUN, MAX_RUN)
    max_share: float = option(
        0.4, f"most of a question that a document may hold, common phrases aside ({OURS})", "0 to 1"
    )
    max_short_share: float = option(0.85, f"most of a short question that a document may hold ({OURS})", "0 to 1")

    def check(self) -> list[tuple[str, str]]:
        return [(f"sets.{i}", "is empty") for i, path in enumerate(self.sets) if not path.strip()]


def hit_fields(config: DecontaminateConfig) -> dict[str, Any]:
    """The settings that can change a hit, beside what the sets hold; a threshold is not among them."""
    return {name: getattr(config, name) for name in READING}
