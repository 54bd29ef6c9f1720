"""Several facts in one document: tellings that come one after the other are put together, each fact as often as before.

In: tellings in their order, and how many a document may hold. Out: groups of them, a document each. Only tellings of
one language and licence meet, comments in code only such of their programming language; no document states a fact
twice. How many a document gets is drawn by the seed; what is left at the end, or has no other to meet, may be fewer;
how many documents do is said.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from headwater.curate.inject.facts import Fact
from headwater.curate.inject.render import COMMENT
from headwater.curate.inject.tellings import Told


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A fact as it is told once; `model` wrote the text, or a template where that is empty."""

    fact: Fact
    told: Told
    text: str
    model: str = ""


def groups(stated: Iterable[Stated], few: int, many: int, seed: int) -> Iterator[list[Stated]]:
    """Each telling in one group, of `few` to `many` facts where there are others to meet."""
    waiting: dict[tuple[str, str, str], tuple[list[Stated], int]] = {}
    rng = random.Random(f"inject together {seed}")
    for one in stated:
        key = (one.told.lang, one.fact.license, f"code {one.fact.code}" if one.told.form == COMMENT else "")
        group, wanted = waiting.pop(key, ([], 0))
        if any(other.fact.id == one.fact.id for other in group):
            yield group
            group = []
        if not group:
            wanted = rng.randint(few, many)
        group.append(one)
        if len(group) == wanted:
            yield group
        else:
            waiting[key] = group, wanted
    yield from (group for group, _ in waiting.values())


def shortfall(sizes: Mapping[str, int], few: int) -> str:
    """What is said of documents that state fewer than `few` facts; empty where none does. `sizes`: documents by facts.

    Some at the end are as it must be: no more were left.
    """
    short = sum(count for size, count in sizes.items() if int(size) < few)
    if not short:
        return ""
    told = f"{short} of {sum(sizes.values())} documents state fewer than {few} facts"
    most = max(map(int, sizes))
    if most >= few:
        return f"{told}: what was left at the end, or the next fact was there already"
    return f"{told}, none more than {most}: more facts of one language and licence (comments: one code) are needed"
