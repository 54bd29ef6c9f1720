"""Settings of recall: the seed, how many rounds, and what becomes of what was found.

In: options or the recipe's `recall:` section. Out: a frozen dataclass whose `check` names what types cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _option(default: Any, help: str, unit: str = "") -> Any:
    return field(default=default, metadata={"help": help, **({"unit": unit} if unit else {})})


@dataclass(frozen=True, kw_only=True)
class RecallConfig:
    """Documents like those of a seed (DeepSeekMath, arXiv 2402.03300, section 2.1). No seed: the stage is absent."""

    seed: tuple[str, ...] = _option((), "files of documents of the kind looked for")
    seed_where: dict[str, tuple[str, ...]] = field(
        default_factory=dict, metadata={"help": "of the seed files, only rows whose column has one of the values"}
    )
    seed_size: int = _option(500, "most documents of the seed, drawn by a hash", "documents")
    domain: str = _option("", "domain that found documents get; empty: they keep theirs")
    keep_others: bool = _option(False, "keep the documents that were not found too")
    labels: dict[str, tuple[str, ...]] = field(
        default_factory=dict, metadata={"help": "columns and values that mark a relevant document, to measure by"}
    )
    review: str = _option("", "a review file that a person edited: what each site's action is")
    site_share: float = _option(0.1, "share of a site's pages found, from which the site is looked at", "0 to 1")
    min_gain: float = _option(0.02, "stop when a round adds less than this share", "0 to 1")
    max_rounds: int = _option(4, "most rounds", "rounds")

    def check(self) -> list[tuple[str, str]]:
        problems = [(n, "must be from 0 to 1") for n in ("site_share", "min_gain") if not 0 <= getattr(self, n) <= 1]
        problems += [(n, "must be at least 1") for n in ("seed_size", "max_rounds") if getattr(self, n) < 1]
        return problems
