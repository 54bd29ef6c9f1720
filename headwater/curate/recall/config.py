"""Settings of recall: which documents are the seed, and when a page or a site counts as like them.

In: options or the recipe's `recall:` section. Out: a frozen dataclass whose `check` names what types cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater.pipeline.option import option

COLUMNS = ("id", "url", "title", "source", "license", "lang", "domain", "kind", "digest")
PAPER = "DeepSeekMath, arXiv 2402.03300, section 2.1"


@dataclass(frozen=True, kw_only=True)
class RecallConfig:
    """Documents like those of a seed, found round by round. No seed: the stage is absent."""

    seed: tuple[str, ...] = option((), "files of documents that are liked already")
    seed_where: dict[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={"help": "take only seed rows whose column has one of the values, such as {domain: [math]}"},
    )
    seed_size: int = option(500, "seed documents to draw by the hash of their text; 0: all", "documents")
    domain: str = option("", "domain that recalled documents get; empty: they keep theirs")
    keep_others: bool = option(False, "documents that were not recalled stay in the corpus too")
    labels: dict[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={"help": "columns that say which documents are relevant, to measure by: {domain: [math]}"},
    )
    review: str = option("", "a review.tsv that a person edited; its edits are honoured")
    site_share: float = option(0.1, f"a site is looked at if more of its pages were recalled ({PAPER})", "0 to 1")
    look_pages: int = option(20, "pages of a site that are looked at before its pages join the seed", "pages")
    look_agreement: float = option(0.5, "share of them that the first classifier must find relevant too", "0 to 1")
    whole_site_share: float = option(0.9, "a site with this share recalled joins with all its pages", "0 to 1")
    min_gain: float = option(0.02, "stop when a round adds less of what was recalled before", "share")
    max_rounds: int = option(4, f"most rounds ({PAPER})", "rounds")
    keep: int = option(0, "documents to recall, by rank; 0: found from the scores", "documents")
    keep_share: float = option(0.0, "share of the pool to recall, by rank; 0: found from the scores", "0 to 1")
    max_examples: int = option(20_000, "most examples of each class that a classifier is trained on", "documents")

    def check(self) -> list[tuple[str, str]]:
        shares = ("site_share", "look_agreement", "whole_site_share", "min_gain", "keep_share")
        problems = [(n, "must be from 0 to 1") for n in shares if not 0 <= getattr(self, n) <= 1]
        problems += [(n, "must be at least 1") for n in ("look_pages", "max_rounds") if getattr(self, n) < 1]
        problems += [(n, "must not be negative") for n in ("seed_size", "keep") if getattr(self, n) < 0]
        problems += [("max_examples", "must be at least 100")] if self.max_examples < 100 else []
        problems += [("keep", "give either `keep` or `keep_share`")] if self.keep and self.keep_share else []
        problems += [(f"seed.{i}", "is empty") for i, path in enumerate(self.seed) if not path.strip()]
        for name in ("seed_where", "labels"):
            for column, values in getattr(self, name).items():
                if column not in COLUMNS and not column.startswith("meta."):
                    problems.append((f"{name}.{column}", f"no such column; known are {', '.join(COLUMNS)}, meta.NAME"))
                if not values:
                    problems.append((f"{name}.{column}", "name at least one value"))
        return problems
