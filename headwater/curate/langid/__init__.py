"""Language identification: the language of each text, its script, and how sure that is.

In: texts, and what their rows say. Out: ISO 639-1 (`code` for source code, `und` for none), a score from 0 to 1 and a
script in ISO 15924 where one language is written in several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headwater.curate import characters, languages
from headwater.curate.langid.by_words import CODE, READ_CHARS, UNKNOWN, identify_one, in_script
from headwater.curate.langid.config import LangidConfig

__all__ = ["CODE", "READ_CHARS", "UNKNOWN", "Identified", "identify", "identify_one", "in_script", "resolve"]


@dataclass(frozen=True, kw_only=True)
class Identified:
    """A language, a score (NaN where the row's own language stands) and a script ("" for the usual) a text."""

    langs: list[str]
    scores: np.ndarray
    scripts: list[str]


def identify(texts: pa.Array | Sequence[str], config: LangidConfig | None = None) -> Identified:
    """The language of each text, `und` where the score is below the least believed."""
    config = config or LangidConfig()
    found = [identify_one(text or "") for text in _plain(texts)]
    langs = [lang if score >= config.min_score else UNKNOWN for lang, score in found]
    scores = np.array([score for _, score in found], dtype=np.float64)
    return Identified(langs=langs, scores=scores, scripts=[""] * len(langs))


def resolve(texts: pa.Array | Sequence[str], given: Sequence[str], config: LangidConfig) -> Identified:
    """The given language where the text is in its script or in none surely, else the identified one."""
    plain = _plain(texts)
    tags = [languages.normalise(name or "") for name in given]
    scores = np.full(len(tags), np.nan)
    langs = list(tags)
    for row, (text, tag) in enumerate(zip(plain, tags, strict=True)):
        text = text or ""
        if tag and in_script(tag, characters.counts(characters.code_points(text))) >= config.min_script_share:
            continue
        found, score = identify_one(text)
        if tag and score < config.min_override:
            continue
        langs[row], scores[row] = (found if score >= config.min_score else UNKNOWN), score
    return Identified(langs=langs, scores=scores, scripts=[""] * len(langs))


def _plain(texts: pa.Array | Sequence[str]) -> list[str]:
    return texts.to_pylist() if isinstance(texts, pa.Array) else list(texts)
