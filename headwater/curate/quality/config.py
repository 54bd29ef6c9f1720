"""Settings of the quality classifier: how it is trained, and how many documents it keeps in a run.

In: options or the recipe's `quality:` section. Out: frozen dataclasses whose `check` names what types cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from headwater.pipeline.option import option


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How a classifier is trained from examples."""

    max_documents: int = option(50_000, "most examples a class; more are thinned by a hash of their text", "documents")
    folds: int = option(5, "parts of a small set of examples, each held out once to measure", "parts")
    fold_documents: int = option(4_000, "a larger set is measured on one held-out part alone", "documents")
    positive_from: float = option(0.5, "a label from here on is a positive one, for measuring", "0 to 1")
    max_weight: float = option(20.0, "most that one example of a rare class or language weighs", "examples")

    def check(self) -> list[tuple[str, str]]:
        problems = [(n, "must be at least 1") for n in ("max_documents", "fold_documents") if getattr(self, n) < 1]
        problems += [("folds", "must be at least 2")] if self.folds < 2 else []
        problems += [("positive_from", "must be above 0 and at most 1")] if not 0 < self.positive_from <= 1 else []
        problems += [("max_weight", "must be at least 1")] if not self.max_weight >= 1 else []
        return problems


@dataclass(frozen=True, kw_only=True)
class QualityConfig:
    """Documents kept by a classifier's score. Empty: the stage is absent."""

    model: str = option("", "folder of a model that `headwater classify train` made")
    positive: tuple[str, ...] = option((), "files of good documents, to train a model from")
    negative: tuple[str, ...] = option((), "files of other documents, to train a model from")
    keep_share: float = option(1.0, "share of the documents to keep, the best first", "0 to 1")
    min_score: float = option(0.0, "a document below this score is not kept, whatever the share", "0 to 1")
    per: Literal["lang", "all"] = option("lang", "the share is kept of each language, or of all together")

    def check(self) -> list[tuple[str, str]]:
        problems = [(n, "must be from 0 to 1") for n in ("keep_share", "min_score") if not 0 <= getattr(self, n) <= 1]
        if self.model and (self.positive or self.negative):
            problems.append(("model", "give a model, or positive and negative files to train one from, not both"))
        if bool(self.positive) != bool(self.negative):
            missing = "negative" if self.positive else "positive"
            problems.append((missing, "a model is trained from positive and negative files together"))
        if not self.present and self != QualityConfig():
            problems.append(("model", "name a model, or positive and negative files to train one from"))
        return problems

    @property
    def present(self) -> bool:
        return bool(self.model or self.positive or self.negative)
