"""The source `inject`: facts that are to be learnt, each told many times in varied words.

In: recipe values, their types already checked. Out: a frozen source whose `check` names what types cannot say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from headwater.curate.endpoint.config import EndpointConfig
from headwater.pipeline.option import option

LANGS = ("zh", "en")
MAX_EXPOSURES = 100_000
MAX_TOGETHER = 50  # facts in a document
_RANGE = re.compile(r"(\d{1,4})(?:\s*(?:\.\.|-)\s*(\d{1,4}))?")
SHARED = (
    *("model", "max_tokens", "temperature", "concurrency", "requests_per_minute", "timeout_s", "retries"),
    *("token_field", "price_in", "price_out", "max_cost"),
)


@dataclass(frozen=True, kw_only=True)
class InjectSource:
    """Documents that state facts, a fixed number for each fact."""

    facts: str = option("", "file of facts: JSONL, JSON, CSV, TSV, Parquet or text")
    exposures: int = option(
        20, "documents that state each fact (arXiv 2309.14316: many, in varied words)", "documents", 1, MAX_EXPOSURES
    )
    facts_per_document: str = option("1", f"facts that a document states: a number up to {MAX_TOGETHER}, or 2..4")
    lang: Literal["both", "zh", "en"] = option("both", "languages to tell facts in, of those that they are given in")
    forms: tuple[str, ...] = option((), "forms to tell them in, such as encyclopedia; empty: all in turn")
    seed: int = option(7, "in what order facts come and forms take turns", least=0)
    endpoint: str = option("", "address of an OpenAI-compatible endpoint that rewrites some documents; empty: none")
    model: str = option("", "name of the model there")
    paraphrase_share: float = option(0.5, "documents that the endpoint rewrites", "share")
    max_tokens: int = option(512, "longest text; one that is cut there is not used", "tokens", 1, 1_000_000)
    temperature: float = option(0.8, "randomness of the texts; below 0: not sent", least=-1, most=2)
    concurrency: int = option(4, "requests in flight", "requests", 1, 1024)
    requests_per_minute: float = option(0.0, "most requests begun a minute; 0: no limit", "requests")
    timeout_s: float = option(300.0, "time for one request", "seconds", 0.001)
    retries: int = option(5, "further tries of a request that failed", "tries", most=100)
    token_field: Literal["max_tokens", "max_completion_tokens"] = option(
        "max_tokens", "what the endpoint calls its limit"
    )
    price_in: float = option(0.0, "price of what is sent", "money a million tokens")
    price_out: float = option(0.0, "price of what is answered", "money a million tokens")
    max_cost: float = option(0.0, "most money to spend, by the log of answers; 0: no cap", "money")
    answers: str = option("", "file that keeps the answers, shared by runs; empty: the output's own")
    kind: Literal["general", "specific", "instruct"] = option("specific", "kind of every document")
    domain: str = option("knowledge", "domain of every document")
    license: str = option("", "licence of every document; empty: each fact's own")
    source: str = option("inject", "name of the source")

    def check(self) -> list[tuple[str, str]]:
        from headwater.curate.inject.forms_en import FORMS

        problems = [("facts", "name a file of facts")] if not self.facts.strip() else []
        if not self.together:
            problems.append(("facts_per_document", f"must be a number from 1 to {MAX_TOGETHER}, or a range as 2..4"))
        told = f"known are {', '.join(FORMS)}"
        problems += [(f"forms.{i}", told) for i, form in enumerate(self.forms) if form not in FORMS]
        if not self.endpoint:
            return problems
        return problems + [("endpoint" if name == "url" else name, why) for name, why in self.asking().check()]

    @property
    def together(self) -> tuple[int, int] | None:
        """The fewest and the most facts of a document; None where that is not what `facts_per_document` says."""
        found = _RANGE.fullmatch(self.facts_per_document.strip())
        few, many = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        return (few, many) if 1 <= few <= many <= MAX_TOGETHER else None

    def asking(self) -> EndpointConfig:
        """The endpoint and its limits."""
        return EndpointConfig(url=self.endpoint, **{name: getattr(self, name) for name in SHARED})
