"""Numbers that follow from a recipe: the dials are few, the rest is derived and printed.

A section's `config` module may offer `derived(recipe) -> list[tuple[name, value, text, why]]`; this
module gathers them. `value` is for machines, `text` for people, `why` names the rule or paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

DERIVATIONS = ("headwater.train.derive:derived",)


@dataclass(frozen=True)
class Number:
    name: str
    value: Any
    text: str
    why: str


def derived(recipe: Any) -> list[Number]:
    """Every derived number of a recipe, in the order of the chain."""
    numbers = []
    for place in DERIVATIONS:
        module, _, attribute = place.partition(":")
        numbers += [Number(*entry) for entry in getattr(import_module(module), attribute)(recipe)]
    return numbers
