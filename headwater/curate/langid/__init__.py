"""Language identification: the language of each text, its script, and how sure that is.

In: texts, and what their rows say. Out: ISO 639-1 (`code` for source code, `und` for none), a score from 0 to 1 and a
script in ISO 15924 where one language is written in several.
The way of a text: `kernels/letters` makes a stream of letters of it, `kernels/languages` weighs its n-grams by `model`
and its lines for code; here thresholds make an answer of that. `train` makes the model, `fasttext` reads a user's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.curate.langid.config import LangidConfig

CODE, UNKNOWN = "code", "und"
READ_CHARS = 20_000  # more of a text need not be handed over: it is read in pieces of a few kilobytes

if TYPE_CHECKING:
    from headwater.curate.langid.answer import Identified, identify, identify_one, model_digest, resolve, scripts_of

__all__ = [
    "CODE", "READ_CHARS", "UNKNOWN", "Identified", "LangidConfig", "identify", "identify_one", "model_digest",
    "resolve", "scripts_of",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """What identifies is imported when it is first asked for: settings are read without numpy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from headwater.curate.langid import answer

    return getattr(answer, name)
