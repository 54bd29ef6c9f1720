"""A long text in pieces that can be repaired one by one.

In: the bytes of a text. Out: pieces, cut before a character that nothing of the one before it belongs to: ASCII that is
seen, or a Chinese character. Neither is a combining mark, composes with what stands before it, or ends a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PIECE_BYTES = 1 << 18
_FREE = re.compile(rb"[\x21-\x7e\xe4-\xe9]")  # as first bytes: U+4000 to U+9FFF


def pieces(text: memoryview) -> Iterator[memoryview]:
    """The pieces in order, of PIECE_BYTES and up to the next free place."""
    at = 0
    while at < len(text):
        found = _FREE.search(text, at + PIECE_BYTES)
        end = found.start() if found else len(text)
        yield text[at:end]
        at = end
