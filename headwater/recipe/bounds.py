"""From where to where a number of a recipe makes sense, and which of a section's numbers lie outside.

In: a dataclass whose fields say their unit, and their bounds where the unit does not imply them (`pipeline.option`,
`curate.limits`). Out: (field, message) pairs, each with the nearest number that would do. What no number alone can say
is left to the section's own `check`.

A share lies from 0 to 1, a ratio from 0 to 1000; a least number of anything up to a million, since more would keep
nothing; whatever else has a unit, from 0 (or a default below it) to 1000T. `min_x` is at most its `max_x`,
but in a section that is switched off: its numbers say nothing together.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from headwater.recipe.spelling import spelled

SHARES = ("share", "0 to 1")
MOST = {**dict.fromkeys(SHARES, 1.0), "ratio": 1000.0, "seconds": 1e9}  # by unit
MOST_OF_ANY, MOST_OF_LEAST = 1e15, 1e6  # of a unit that is not in MOST; the second for a field `min_…`
Problem = tuple[str, str]


def of(field: dataclasses.Field[Any]) -> tuple[float, float] | None:
    """The least and the most that a field may be; None where nothing is known."""
    told = field.metadata
    if "least" not in told and "most" not in told and not told.get("unit"):
        return None
    given: Any = field.default
    default = given if _is_number(given) else 0
    unit = told.get("unit", "")
    usual = MOST.get(unit, MOST_OF_LEAST if field.name.startswith("min_") else MOST_OF_ANY)
    return float(told.get("least", min(0, default))), float(told.get("most", usual))


def outside(section: Any) -> list[Problem]:
    """The numbers of a section that lie outside their bounds, and pairs that exclude each other."""
    problems: list[Problem] = []
    fields = {field.name: field for field in dataclasses.fields(section)}
    for name, field in fields.items():
        value, bounds = getattr(section, name), of(field)
        if bounds and _is_number(value) and not bounds[0] <= value <= bounds[1]:
            problems.append((name, _told(value, bounds, field.metadata.get("unit", ""))))
    wrong = {name for name, _ in problems}
    for name in fields:
        other = "max_" + name.removeprefix("min_")
        if (
            name.startswith("min_")
            and other in fields
            and not {name, other} & wrong
            and getattr(section, "enabled", True)
        ):
            problems += _pair(section, fields, name, other)
    return problems


def problems(section: Any) -> list[Problem]:
    """Everything that is wrong with a section: its bounds, and what its own `check` says of other fields."""
    found = outside(section)
    wrong = {name for name, _ in found}
    own = section.check() if hasattr(section, "check") else []
    return found + [(name, message) for name, message in own if name not in wrong]


def _pair(section: Any, fields: dict[str, dataclasses.Field[Any]], low: str, high: str) -> list[Problem]:
    """A problem where nothing can be at least `low` and at most `high`; told of the one that was given.

    Where the other one is a default, nobody wrote it: it is named as what to set, too.
    """
    least, most = getattr(section, low), getattr(section, high)
    if not (_is_number(least) and _is_number(most)) or least <= most:
        return []
    if least == fields[low].default:
        return [(high, f"must be at least {low}, {spelled(least)}, got {spelled(most)}; set {low} too")]
    also = f"; set {high} too" if most == fields[high].default else ""
    return [(low, f"must be at most {high}, {spelled(most)}, got {spelled(least)}{also}")]


def _told(value: float, bounds: tuple[float, float], unit: str) -> str:
    low, high = bounds
    of_what = f" {unit}" if unit and unit not in (*SHARES, "ratio") else ""
    told = f"must be from {spelled(low)} to {spelled(high)}{of_what}, got {spelled(value)}"
    if math.isnan(value):
        return told
    return f"{told}; the nearest is {spelled(min(max(value, low), high))}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
