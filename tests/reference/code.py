"""Figures of source code, slowly: the reference of `kernels/code.py`.

In: one text. Out: figures by name, and runs of data found by regular expressions.
"""

from __future__ import annotations

import re

from tests.reference.characters import is_letter_or_digit, is_white

NUMBER = re.compile(
    rb"(?:0[xX][0-9a-fA-F]*|[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)(?:[A-Za-z]{1,3}(?![A-Za-z]))?"
)  # fmt: skip
WORD = re.compile(rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*")
BETWEEN = re.compile(rb"[\x00-\x20,.;:+\-()\[\]{}]+")
ENCODED = re.compile(rb"[A-Za-z0-9+/=]+")
ESCAPES = re.compile(rb"(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})+")


def sizes(text: str) -> dict[str, int]:
    lines = text.splitlines()
    return {
        "lines": len(lines),
        "chars": len(text),
        "max_line": max(map(len, lines), default=0),
        "line_chars": sum(map(len, lines)),
        "alnum": sum(map(is_letter_or_digit, text)),
        "alpha": sum(is_letter_or_digit(character) and not ("0" <= character <= "9") for character in text),
        "visible": sum(not is_white(character) for character in text),
    }


def listed(data: bytes) -> int:
    """Visible bytes of runs of 16 or more numbers."""
    total = at = 0
    while at < len(data):
        if word := WORD.match(data, at):
            at = word.end()
            continue
        numbers, first, end = 0, at, at
        while number := NUMBER.match(data, end):
            numbers, at = numbers + 1, number.end()
            between = BETWEEN.match(data, at)
            end = between.end() if between else at
        if numbers >= 16:
            total += len(re.sub(rb"[\x00-\x20]", b"", data[first:at]))
        at = max(at, end) if numbers else at + 1
    return total


def encoded(data: bytes) -> tuple[int, int]:
    """(bytes, the longest run) of base64, hexadecimal and escapes."""
    runs = []
    escapes = [match for match in ESCAPES.finditer(data) if len(re.findall(rb"\\", match.group())) >= 8]
    for match in escapes:
        runs.append(len(match.group()))
    kept = bytearray(data)
    for match in ESCAPES.finditer(data):
        kept[match.start() : match.end()] = b"\\" * len(match.group())
    for match in ENCODED.finditer(bytes(kept)):
        letters = sum(chr(byte).isalnum() for byte in match.group())
        if len(match.group()) >= 128 and letters * 10 >= len(match.group()) * 9:
            runs.append(len(match.group()))
    return sum(runs), max(runs, default=0)
