"""Chinese identity numbers (GB 11643-1999): region, date of birth, serial and a checksum, 18 characters.

The older ones of 15 digits have no century and no checksum, so they count only where they are called identity numbers.

In: the window of a run of digits. Out: where the numbers are.
"""

from __future__ import annotations

import datetime
import re

from headwater.curate.clean.pii.window import ID_WORDS, Window

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z_.])([1-8]\d{5})[ -]?((?:18|19|20)\d{2}[01]\d[0-3]\d)[ -]?(\d{3}[\dXx])(?![0-9A-Za-z_])"
)
_OLD = re.compile(r"(?<![0-9A-Za-z_.])[1-8]\d{5}\d{2}[01]\d[0-3]\d{4}(?![0-9A-Za-z_])")


def find(window: Window) -> list[tuple[int, int]]:
    """Places of the numbers in the window's text; the X that ends one may be the character after it."""
    text = window.text + window.after[:2]
    places = []
    for match in _NUMBER.finditer(text):
        preceded = match.start() == 0 and (window.before[-1:].isascii() and window.before[-1:].isalnum())
        if not preceded and is_valid("".join(match.groups())):
            places.append(match.span())
    for match in _OLD.finditer(text):
        if is_old(match.group()) and window.called(match.start(), ID_WORDS):
            places.append(match.span())
    return places


def is_old(number: str) -> bool:
    """Whether 15 digits can be an identity number of before 1999."""
    return number[:2] in PROVINCES and _is_date(f"19{number[6:8]}", number[8:10], number[10:12])


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        datetime.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def is_valid(number: str) -> bool:
    """Whether 18 characters are an identity number."""
    if number[:2] not in PROVINCES or not _is_date(number[6:10], number[10:12], number[12:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False))
    return CHECKS[total % 11] == number[17].upper()
