"""Close calls between prose and code, and between a language and none, that a look at the lines settles.

In: texts and their probabilities of being code. Out: the probabilities, with those near the threshold less where the
lines read like sentences; and whether a text is a line typed at a machine. Only texts whose score leaves it open are
looked at, so that a pass over a corpus takes no longer.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from headwater.curate.langid import paths

READ_CHARS = 4000
CLOSE = 0.8  # a probability of code below this is a close call
SENTENCES_SHARE, SENTENCES_LOGIT = 1 / 3, -3.0  # of the lines; what is added where so many are sentences
TYPED_WORDS, TYPED_SCORE = 8, 0.7  # such a short line with signs of code is a language only from this score on
# Six words with nothing but spaces and commas between them, or as much of a script without spaces.
_RUN = re.compile(r"[^\W\d_]+(?:[,;:]? \(?[^\W\d_]+){5}|[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff、，]{12}")
# How a comment or a statement of words begins, and what stands in one.
_MARK = re.compile(
    r"(?i)\s*(//|#|--|/?\*|<|%|;|\"|'|(return|select|insert|update|delete|create|alter|drop|join|where|from|run|echo)\b)"
)
_OPERATOR = re.compile(r"\s[<>=!]?=\s|::|\(\)|&&|\|\|")
_SIGNS = re.compile(r"[;={}<>$|\\`]|\w\(|\(\)|\"|(?<!\S)--?\w|\w[./]\w")


def settled(texts: pa.Array, chances: np.ndarray, least: float) -> np.ndarray:
    """Probabilities of code; of those from `least` to nearly sure, those of sentences fall."""
    changed = chances.copy()
    for row in np.flatnonzero((chances >= least) & (chances < CLOSE)):
        if reads_as_prose(texts[int(row)].as_py() or ""):
            changed[row] = paths.tipped(chances[row], SENTENCES_LOGIT)
    return changed


def reads_as_prose(text: str) -> bool:
    """Whether a third of the lines have a run of plain words, and are neither comments nor statements of words."""
    lines = [line for line in text[:READ_CHARS].splitlines() if line.strip()]
    told = sum(bool(_RUN.search(line)) and not _MARK.match(line) and not _OPERATOR.search(line) for line in lines)
    return bool(lines) and told >= SENTENCES_SHARE * len(lines)


def is_typed(text: str) -> bool:
    """Whether a text is one short line with a sign that commands and statements have."""
    line = text[:READ_CHARS].strip()
    return "\n" not in line and len(line.split()) <= TYPED_WORDS and bool(_SIGNS.search(line))
