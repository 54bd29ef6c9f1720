"""A field of a recipe's dataclass with what people are told of it."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def option(default: Any, help: str, unit: str = "") -> Any:
    """A dataclass field with a default, its help and its unit."""
    return field(default=default, metadata={"help": help, **({"unit": unit} if unit else {})})
