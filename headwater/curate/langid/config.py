"""Settings of language identification."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater.curate.limits import outside


@dataclass(frozen=True, kw_only=True)
class LangidConfig:
    """When a language is believed."""

    min_score: float = field(default=0.3, metadata={"help": "below this score a document is `und`", "unit": "0 to 1"})
    min_override: float = field(
        default=0.5,
        metadata={"help": "a given language in the wrong script is replaced above this score", "unit": "0 to 1"},
    )
    min_script_share: float = field(
        default=0.1, metadata={"help": "a given language stands if this share of the letters is in its script"}
    )

    def check(self) -> list[tuple[str, str]]:
        return outside(self, ("min_score", "min_override", "min_script_share"))
