"""Bytes of a text file to text: UTF-8, or the character set its bytes speak for.

In: bytes. Out: text, and the name of the character set where it is not UTF-8; None for what is no text.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
GUESS_BYTES = 64 << 10
MAX_CONTROL_SHARE = 0.02  # of bytes that no text holds
MAX_DAMAGED_SHARE = 0.005  # of characters
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")


def is_binary(data: bytes) -> bool:
    """Whether the first bytes are no text in any character set without a byte order mark."""
    head = data[:GUESS_BYTES]
    if any(head.startswith(mark) for mark, _ in BOMS):
        return False
    return b"\x00" in head or len(_CONTROL.findall(head)) > MAX_CONTROL_SHARE * len(head)


def charset_of(data: bytes) -> str:
    """The character set of a text: UTF-8 where its bytes are that, else a guess; "" where nothing fits."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        if error.end >= len(data) - 3 and error.reason == "unexpected end of data":
            return "utf-8"  # a piece cut inside a character
    from resiliparse.parse.encoding import detect_encoding

    first = _HIGH.search(data)
    start = max(0, first.start() - 64) if first else 0
    return _decodes(detect_encoding(data[start : start + GUESS_BYTES]) or "")


def stream_charset(head: bytes) -> str:
    """The character set of a stream by its first bytes; UTF-8 also where a few of them are damaged."""
    text = head.decode("utf-8", "replace")
    if text.count("\ufffd") <= MAX_DAMAGED_SHARE * len(text) + 1:
        return "utf-8"
    return charset_of(head) or "utf-8"


def _decodes(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    return "" if found in ("utf-8", "ascii") else found


def text_of(data: bytes, problems: Counter[str]) -> tuple[str, str] | None:
    """The text of a whole file and its character set, or None with `input.binary` or `input.invalid_utf8` counted."""
    if is_binary(data):
        problems["input.binary"] += 1
        return None
    name = charset_of(data)
    try:
        text = data.decode(name) if name else None
    except (UnicodeDecodeError, LookupError):
        text = None
    if text is None:
        problems["input.invalid_utf8"] += 1
        return None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), name
