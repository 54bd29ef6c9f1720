"""Settings of language identification."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.pipeline.option import option


@dataclass(frozen=True, kw_only=True)
class LangidConfig:
    """When a language is believed, and which model says so."""

    model: str = option("", "a model of `headwater.curate.langid.train` or of fastText (`.bin`, `.ftz`); empty: ours")
    min_score: float = option(0.3, "below this score a document is `und`", "0 to 1")
    min_code: float = option(0.5, "from this probability on a document is source code", "0 to 1")
    min_override: float = option(0.5, "a given language in the wrong script is replaced above this score", "0 to 1")
    min_script_share: float = option(
        0.1, "a given language stands if so many of the letters are in its script", "0 to 1"
    )
