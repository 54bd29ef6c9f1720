"""A field of a recipe's dataclass with what people are told of it."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def option(default: Any, help: str, unit: str = "", least: float | None = None, most: float | None = None) -> Any:
    """A dataclass field with a default, its help, its unit, and its bounds where the unit does not imply them."""
    told = {"help": help, "unit": unit, "least": least, "most": most}
    return field(default=default, metadata={name: value for name, value in told.items() if value not in (None, "")})
