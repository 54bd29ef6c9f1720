"""How much text says, and whether texts say the same: measures as fair to Chinese as to English."""

from __future__ import annotations

import re

PROBE_CHARS = 48  # of a line's letters, looked up in another text
PROSE_WEIGHT = 60  # of a line's letters, from here on a paragraph
_SQUASH = re.compile(r"[\W_]+")


def squashed(text: str) -> str:
    """Letters and digits alone, so that texts compare whatever their marks and white space."""
    return _SQUASH.sub("", text)


def weight(text: str) -> int:
    """Bytes of UTF-8: a Chinese character weighs three letters, which is nearly what it says."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def visible(text: str) -> int:
    """Characters that are no white space."""
    return len(text) - sum(map(text.count, (" ", "\n", "\t", "\u3000")))


def shared_share(text: str, other: str) -> float:
    """The share of a text's paragraphs, by length, that another text has too; 1 for a text without any."""
    known = squashed(other)
    lines = [line for line in map(squashed, text.split("\n")) if weight(line) >= PROSE_WEIGHT]
    both = sum(len(line) for line in lines if line[:PROBE_CHARS] in known)
    return both / sum(map(len, lines)) if lines else 1.0
