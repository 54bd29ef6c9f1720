"""What the dataclasses of all sources share: checks of addresses and patterns."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = ("http", "https")
Problems = list[tuple[str, str]]


def address_problem(seed: str) -> str | None:
    """Why a text is no http or https address, or None."""
    try:
        parts = urlsplit(seed)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{seed!r} is not an address: {error}"
    if parts.scheme.lower() not in SCHEMES:
        return f"{seed!r} must begin with http:// or https://"
    return None if host else f"{seed!r} names no host"


def pattern_problem(path: str, pattern: str) -> Problems:
    """The problem of a text that is no regular expression, at its path in the recipe."""
    try:
        re.compile(pattern)
    except re.error as error:
        return [(path, f"not a regular expression: {error}")]
    return []
