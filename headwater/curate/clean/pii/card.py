"""Bank cards: 13 to 19 digits of a known issuer with Luhn's checksum (ISO/IEC 7812).

In: the window of a run of digits. Out: where the numbers are. One of ten numbers passes the checksum by chance: one
written without spaces counts in source code only where it is called a card.
"""

from __future__ import annotations

import re

from headwater.curate.clean.pii.window import CARD_WORDS, Window

# issuer: first digits, lengths
ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"62|81"), (16, 17, 18, 19)),  # UnionPay
    (re.compile(r"9558|60[13]|94|95|96"), (16, 17, 18, 19)),  # Chinese banks before UnionPay
    (re.compile(r"6011|65|64[4-9]"), (16,)),  # Discover
    (re.compile(r"35(?:2[89]|[3-8]\d)"), (16,)),  # JCB
    (re.compile(r"3(?:0[0-5]|[689])"), (14,)),  # Diners Club
    (re.compile(r"220[0-4]"), (16,)),  # Mir
)
_BARE = re.compile(r"(?<![0-9A-Za-z_.])(?<!\d{6}[ -])\d{13,19}(?![0-9A-Za-z_]|[ -]\d{6})")
_GROUPED = re.compile(
    r"(?<![0-9A-Za-z_.-])(?:\d{4}(?P<a>[ -])\d{4}(?P=a)\d{4}(?P=a)\d{1,4}(?:(?P=a)\d{1,3})?"
    r"|\d{4}(?P<b>[ -])\d{6}(?P=b)\d{4,5}|\d{6}(?P<c>[ -])\d{10,13})(?![0-9A-Za-z_])(?![ -]\d)"
)


def find(window: Window) -> list[tuple[int, int]]:
    """Places of the numbers in the window's text."""
    joined = window.before[-1:].isascii() and (
        window.before[-1:].isalnum() or window.before[-1:] in ("_", ".", "-", "+")
    )
    followed = window.after[:1].isascii() and (window.after[:1].isalnum() or window.after[:1] in ("_", "%"))
    places = []
    for pattern in (_GROUPED, _BARE):
        for match in pattern.finditer(window.text):
            if (match.start() == 0 and joined) or (match.end() == len(window.text) and followed):
                continue
            if is_valid(re.sub(r"\D", "", match.group())) and _is_meant(window, match, pattern is _BARE):
                places.append(match.span())
    return places


def _is_meant(window: Window, match: re.Match[str], bare: bool) -> bool:
    if window.called(match.start(), CARD_WORDS):
        return True
    return not (bare and window.strict) and not window.called_otherwise(match.start())


def is_valid(digits: str) -> bool:
    """Whether the digits are a card's: issuer, length and checksum, and not one digit repeated."""
    if len(set(digits)) < 2 or not any(first.match(digits) and len(digits) in lengths for first, lengths in ISSUERS):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
