"""JSON as it is found: also what Python's own `json` writes and no standard allows.

In: the bytes of one value. Out: the value. Beside JSON proper: a byte order mark, NaN (absent) and Infinity, numbers
of any size (inexact), and halves of characters as `\\ud83d`, each of which becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from typing import Any

BOM = b"\xef\xbb\xbf"
LENIENT_BYTES = 16 << 20  # of a value that is read a second time: what is no JSON at all costs no more than that
EXACT_DIGITS = 19
# Begun at the first of a run of backslashes, since an escaped one escapes nothing after it.
_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_PAIR_BYTES = 12


def loads(data: bytes) -> Any:
    """The value. Raises UnicodeDecodeError for bytes that are not UTF-8, ValueError for what is no JSON."""
    import orjson

    data = data.strip().removeprefix(BOM).lstrip()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        text = data if len(data) > LENIENT_BYTES else _SURROGATE.sub(_whole, data)
        decoded = text.decode("utf-8")
        if len(data) > LENIENT_BYTES:
            raise
    try:
        return json.loads(decoded, parse_constant=_constant, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _whole(match: re.Match[bytes]) -> bytes:
    return match.group() if len(match.group(2)) == _PAIR_BYTES else match.group(1) + rb"\ufffd"


def _constant(name: str) -> float | None:
    return None if name == "NaN" else float(name)


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < EXACT_DIGITS else float(digits)
