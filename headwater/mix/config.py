"""Settings of the mixture: the shares a model is trained on, and how they change over the run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from headwater.pipeline.option import option

KINDS = ("general", "specific", "instruct")
GENERAL_DOMAIN = "general"
RATIOS = ("lang", "kind")
LIMITS = ("min_share", "max_share", "min_source", "max_source")


def _shares(help: str) -> Any:
    return field(default_factory=dict, metadata={"help": help})


@dataclass(frozen=True, kw_only=True)
class PhaseConfig:
    """A part of the run with a mixture of its own; what it does not say, it takes from the mixture."""

    start: float | Literal["decay"] = option(
        "decay", "where it begins: a share of the run (0.9), a step (2 or more), or `decay`, where the rate falls"
    )  # MiniCPM brings in high-quality and instruct data with the decay: arXiv 2404.06395
    lang: dict[str, float] | None = option(None, "ratio of languages from there on")
    kind: dict[str, float] | None = option(None, "ratio of kinds from there on")
    max_domain_share: float | dict[str, float] | None = option(None, "cap on domains from there on")
    min_share: dict[str, float] | None = option(None, "least share of a channel from there on")
    max_share: dict[str, float] | None = option(None, "greatest share of a channel from there on")
    min_source: dict[str, float] | None = option(None, "least share of a source from there on")
    max_source: dict[str, float] | None = option(None, "greatest share of a source from there on")
    quality: dict[str, float] | None = option(None, "quality weights from there on")

    def check(self) -> list[tuple[str, str]]:
        problems = replace(MixtureConfig(), **self.own()).check()
        if not isinstance(self.start, str) and not (0 < self.start < 1 or self.start >= 2):
            problems.append(
                ("start", f"must be a share of the run above 0 and below 1, or a step from 2: {self.start}")
            )
        return problems

    def own(self) -> dict[str, Any]:
        """The settings that the phase gives itself."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "start"}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class MixtureConfig:
    """Constraints on the tokens drawn; what they leave open follows the natural shares of the corpus."""

    lang: dict[str, float] = _shares(
        "ratio of languages, as zh: 4, en: 4, code: 2; one not listed gets nothing; empty: free"
    )
    kind: dict[str, float] = _shares(
        "ratio of kinds (general, specific, instruct); one not listed gets nothing; empty: free"
    )
    max_domain_share: float | dict[str, float] = option(
        1.0, "a bare share caps all domains but `general` together; {math: 0.15} caps one each"
    )
    max_epochs: float = field(
        default=4.0, metadata={"help": "how often a channel may be repeated in the whole run", "unit": "epochs"}
    )  # up to about 4 epochs repeated text is nearly as good as fresh: arXiv 2305.16264
    min_share: dict[str, float] = _shares("least share of a channel")
    max_share: dict[str, float] = _shares("greatest share of a channel")
    min_source: dict[str, float] = _shares("least share of a source")
    max_source: dict[str, float] = _shares("greatest share of a source")
    quality: dict[str, float] = _shares(
        "weight on the natural share of a channel, language, kind, domain or source; 0 leaves it out; not listed: 1"
    )
    phases: tuple[PhaseConfig, ...] = option(
        (), "later parts of the run, in order: [{start: decay, kind: {general: 1, instruct: 1}}]"
    )
    block_sequences: int = field(
        default=65_536,
        metadata={"help": "sequences after which every channel's count is exact", "unit": "sequences"},
    )
    relax: bool = option(False, "take the nearest mixture there is when the asked one is impossible")

    def check(self) -> list[tuple[str, str]]:
        problems = [*self._ratio_problems(), *self._share_problems()]
        for name, weight in self.quality.items():
            if not 0 <= weight <= 1000:
                problems.append((f"quality.{name}", "must be a weight from 0 to 1000"))
        if not 0 < self.max_epochs < math.inf:
            problems.append(("max_epochs", "must be above 0"))
        if not 1 <= self.block_sequences <= 1_000_000:
            problems.append(("block_sequences", "must be 1 to 1000000"))
        if len(self.phases) > 20:
            problems.append(("phases", f"must be 20 at most, not {len(self.phases)}"))
        return problems

    def _ratio_problems(self) -> list[tuple[str, str]]:
        problems = []
        for name in RATIOS:
            weights = getattr(self, name)
            problems += [(f"{name}.{key}", "must be 0 or more") for key, w in weights.items() if not 0 <= w < math.inf]
            if weights and not sum(weights.values()) > 0:
                problems.append((name, "at least one must be above 0"))
        unknown = [kind for kind in self.kind if kind not in KINDS]
        return problems + [(f"kind.{kind}", f"unknown kind; one of {', '.join(KINDS)}") for kind in unknown]

    def _share_problems(self) -> list[tuple[str, str]]:
        caps, problems = self.max_domain_share, []
        if isinstance(caps, dict) and GENERAL_DOMAIN in caps:
            problems.append(("max_domain_share.general", "the domain `general` is never capped"))
        prefix = "max_domain_share."
        named = {prefix + k: v for k, v in caps.items()} if isinstance(caps, dict) else {"max_domain_share": caps}
        named |= {f"{n}.{k}": v for n in LIMITS for k, v in getattr(self, n).items()}
        problems += [(path, "must be a share from 0 to 1") for path, share in named.items() if not 0 <= share <= 1]
        for low in ("min_share", "min_source"):
            least, most = getattr(self, low), getattr(self, low.replace("min", "max"))
            for name in sorted(least.keys() & most.keys()):
                if least[name] > most[name]:
                    problems.append((f"{low}.{name}", f"is above {low.replace('min', 'max')}.{name}, {most[name]:g}"))
            total = sum(share for share in least.values() if 0 <= share <= 1)
            if total > 1 + 1e-9:
                problems.append((low, f"adds up to {total:.6g}, more than the whole"))
        return problems
