"""Fields of rule sets: a threshold, what it limits, and where it was published.

In: a default with its source. Out: a dataclass field whose help says all three. From where to where a threshold makes
sense follows from its unit (`recipe.bounds`), unless it says so itself.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

from headwater.pipeline.option import option

OURS = "ours, measured on Chinese and English corpora"


def limit(
    default: float,
    source: str,
    text: str,
    unit: str = "share",
    least: float | None = None,
    most: float | None = None,
) -> Any:
    """A threshold of a rule set."""
    return option(default, f"{text} ({source})", unit, least, most)


def enabled() -> Any:
    """The switch of a whole rule set."""
    return field(default=True, metadata={"help": "false leaves this rule set out"})
