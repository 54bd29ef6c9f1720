"""Settings of the mixture: the shares a model is trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

KINDS = ("general", "specific", "instruct")
GENERAL_DOMAIN = "general"


@dataclass(frozen=True, kw_only=True)
class MixtureConfig:
    """Constraints on the tokens drawn; what they leave open follows the natural shares of the corpus."""

    lang: dict[str, float] = field(
        default_factory=dict,
        metadata={"help": "ratio of languages, as zh: 4, en: 4, code: 2; one not listed gets nothing; empty: free"},
    )
    kind: dict[str, float] = field(
        default_factory=dict,
        metadata={"help": "ratio of kinds (general, specific, instruct); one not listed gets nothing; empty: free"},
    )
    max_domain_share: float | dict[str, float] = field(
        default=1.0,
        metadata={"help": "a bare share caps all domains but `general` together; {math: 0.15} caps one each"},
    )
    max_epochs: float = field(
        default=4.0, metadata={"help": "how often a channel may be repeated", "unit": "epochs"}
    )  # up to about 4 epochs repeated text is nearly as good as fresh: arXiv 2305.16264
    min_share: dict[str, float] = field(default_factory=dict, metadata={"help": "least share of a channel"})
    max_share: dict[str, float] = field(default_factory=dict, metadata={"help": "greatest share of a channel"})
    block_sequences: int = field(
        default=1000,
        metadata={"help": "sequences within which every channel's count is exact", "unit": "sequences"},
    )
    relax: bool = field(
        default=False, metadata={"help": "take the nearest mixture there is when the asked one is impossible"}
    )

    def check(self) -> list[tuple[str, str]]:
        problems = []
        for name in ("lang", "kind"):
            for key, weight in getattr(self, name).items():
                if not 0 <= weight < math.inf:
                    problems.append((f"{name}.{key}", "must be 0 or more"))
            if getattr(self, name) and not sum(getattr(self, name).values()) > 0:
                problems.append((name, "at least one must be above 0"))
        for kind in self.kind:
            if kind not in KINDS:
                problems.append((f"kind.{kind}", f"unknown kind; one of {', '.join(KINDS)}"))
        caps = self.max_domain_share
        if isinstance(caps, dict) and GENERAL_DOMAIN in caps:
            problems.append(("max_domain_share.general", "the domain `general` is never capped"))
        named = (
            {f"max_domain_share.{k}": v for k, v in caps.items()}
            if isinstance(caps, dict)
            else {"max_domain_share": caps}
        )
        named |= {f"{n}.{k}": v for n in ("min_share", "max_share") for k, v in getattr(self, n).items()}
        problems += [(path, "must be a share from 0 to 1") for path, share in named.items() if not 0 <= share <= 1]
        if not 0 < self.max_epochs < math.inf:
            problems.append(("max_epochs", "must be above 0"))
        if not 1 <= self.block_sequences <= 1_000_000:
            problems.append(("block_sequences", "must be 1 to 1000000"))
        return problems
