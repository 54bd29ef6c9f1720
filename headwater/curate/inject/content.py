"""What a fact has to say, as pieces that any form of text can take up.

`topics`: what it is about, as a heading names it. `lines`: entries of a list. `sentences`: whole statements.
`pairs`: questions with answers. `gaps`: statements with a gap, and what is missing. Every piece but a topic or a
question states the fact by itself, or together with its other half.
"""

from __future__ import annotations

from dataclasses import dataclass

GAP = "____"


@dataclass(frozen=True, kw_only=True)
class Content:
    topics: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()


def unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
