"""Tokens to text, one token at a time, without ever showing half a character.

In: token ids as they are generated. Out: the text that is certain so far. What was given out never
changes: the pieces joined are the final text.
"""

from __future__ import annotations

import codecs
from typing import Any


class Detokenizer:
    """Holds back the bytes of an unfinished UTF-8 character until the rest of it, or the end, comes."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, token: int) -> str:
        """The new text that this token makes certain; empty while a character is unfinished."""
        return self._decoder.decode(self._encoder.decode_bytes([token]))

    def close(self) -> str:
        """The replacement character for a character that never ended, or nothing."""
        return self._decoder.decode(b"", final=True)


def text_of(encoder: Any, ids: list[int]) -> str:
    """The text of a whole list of tokens."""
    stream = Detokenizer(encoder)
    return "".join(stream.feed(token) for token in ids) + stream.close()
