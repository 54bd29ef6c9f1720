"""Numbers as people write them in a recipe: `20M` is 20000000, and the other way round.

Suffixes k, M, B, T are powers of ten, Ki, Mi, Gi powers of two.
"""

from __future__ import annotations

import math
import re

SUFFIXES = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_NUMBER = re.compile(r"^([-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(k|K|M|B|T|Ki|Mi|Gi)?$")


def number(text: str) -> float | None:
    """`20M` as 20000000.0; None when it is not a number."""
    match = _NUMBER.match(text.strip())
    if not match:
        return None
    suffix = {"K": "k"}.get(match[2], match[2])
    return float(match[1].replace("_", "")) * (SUFFIXES[suffix] if suffix else 1)


def spelled(value: float) -> str:
    """A number in few characters: 1000000 as `1M`, 50.0 as `50`."""
    if not math.isfinite(value) or abs(value) >= 1e18:
        return f"{value:.6g}"
    if value != int(value):
        return repr(value)
    for suffix in ("T", "B", "M"):
        if value and value % SUFFIXES[suffix] == 0:
            return f"{int(value / SUFFIXES[suffix])}{suffix}"
    return str(int(value))
