"""Numbers as people write them in a recipe: `20M` is 20000000, and the other way round.

Suffixes k, M, B, T are powers of ten, Ki, Mi, Gi powers of two.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, DecimalException

SUFFIXES = {"k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
_NUMBER = re.compile(r"^([-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(k|K|M|B|T|Ki|Mi|Gi)?$")


def number(text: str) -> float | None:
    """`20M` as 20000000.0; None when it is not a number."""
    match = _NUMBER.match(text.strip())
    if not match:
        return None
    suffix = {"K": "k"}.get(match[2], match[2])
    digits = match[1].replace("_", "")
    try:
        return float(Decimal(digits) * (SUFFIXES[suffix] if suffix else 1))  # as floats 4.18M were not a whole number
    except DecimalException:  # beyond all exponents
        return float(digits)


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
