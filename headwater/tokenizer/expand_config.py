"""Settings of an expansion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from headwater.pipeline.option import option


@dataclass(frozen=True, kw_only=True)
class ExpandConfig:
    """How many tokens an old vocabulary gets, from what text, and what a model's rows for them begin as."""

    add: int = option(1, "new tokens, exactly so many", "tokens", 1, 1_000_000)
    init: Literal["mean", "focus", "random"] = field(
        default="mean",
        metadata={
            "help": "new rows of a model: the mean of the old pieces' rows, a weighted mean of tokens that stand in "
            "like company (FOCUS), or random with the old rows' mean and deviation"
        },
    )
    multiple: int = option(64, "a model's rows are padded to a multiple of this, for the hardware", "rows", 1, 65_536)
    sample_bytes: int = option(10_000_000_000, "text read to learn from; more is sampled by document", "bytes", 1)
    memory: int = option(1_000_000_000, "that counting words and learning may take", "bytes", 64_000_000)
    weights: dict[str, float] = field(
        default_factory=dict,
        metadata={"help": "what each language weighs in learning, as zh: 4, en: 1; empty: as in the text"},
    )
    seed: int = option(0, "of random rows", "", 0, 2**63 - 1)

    def check(self) -> list[tuple[str, str]]:
        """(field, message) of what cannot be."""
        problems = [
            (f"weights.{lang}", "must be above 0")
            for lang, weight in self.weights.items()
            if not 0 < weight < float("inf")
        ]
        if self.init not in ("mean", "focus", "random"):
            problems.append(("init", f"is {self.init}; known are mean, focus and random"))
        return problems
