"""Chinese passports and licence plates: found only where asked for, since their forms say little.

In: a text. Out: where they are.
"""

from __future__ import annotations

import re

PASSPORT_SIGNS = r"(?i)护照|passport"
PLATE_SIGNS = r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{5}"
_PASSPORT = re.compile(
    r"(?:护照|passport)[^0-9\n]{0,16}?(?<![0-9A-Za-z])([DEGPSdegps][A-Za-z]?\d{7,8})(?![0-9A-Za-z])", re.IGNORECASE
)
_PLATE = re.compile(rf"{PLATE_SIGNS}[A-HJ-NP-Z0-9学警港澳领挂使]?(?![0-9A-Za-z])")


def find_passports(text: bytes) -> list[tuple[int, int]]:
    """Places of passport numbers that are called so, in bytes."""
    return _places(text, _PASSPORT, 1)


def find_plates(text: bytes) -> list[tuple[int, int]]:
    """Places of licence plates, in bytes."""
    return _places(text, _PLATE, 0)


def _places(text: bytes, pattern: re.Pattern[str], group: int) -> list[tuple[int, int]]:
    decoded = text.decode("utf-8", "replace")
    places, at, byte = [], 0, 0
    for match in pattern.finditer(decoded):
        start, end = match.span(group)
        byte += len(decoded[at:start].encode())
        size = len(decoded[start:end].encode())
        places.append((byte, byte + size))
        at, byte = end, byte + size
    return places
