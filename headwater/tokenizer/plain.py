"""Encoding by the `tokenizers` library: any tokenizer it loads, at its own speed; what the others are checked against.

In: a `tokenizers.Tokenizer`. Out: a Plain that encodes lists or Arrow arrays of text, a bounded number at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

CALL_CHARACTERS = 1 << 18  # handed to the library at once: it needs some 150 bytes a token
# Where every pattern of ours cuts, whatever stands around: a long document may be encoded in parts.
_SAFE_CUT = re.compile(r"(?<=\n)(?=[ \t]*\S)|(?<=[a-z])(?= [a-z])|(?<=[\u4e00-\u9fff])(?=[，。、！？；：])")


class Unsupported(ValueError):
    """A feature of a tokenizer that a faster back end does not have, in words."""


class Plain:
    """`divisible`: the pattern is ours, so that a long text may be encoded in parts."""

    name = "tokenizers"

    def __init__(self, tokenizer: Any, divisible: bool) -> None:
        self._tokenizer, self._divisible = tokenizer, divisible

    def encode(self, texts: Any) -> tuple[np.ndarray, np.ndarray]:
        """(ids uint32, offsets int64) of every text; a null counts as empty."""
        given = texts if isinstance(texts, list) else texts.to_pylist()
        lengths = np.zeros(len(given) + 1, dtype=np.int64)
        parts: list[np.ndarray] = []
        for owners, pieces in self._calls(given):
            found = self._tokenizer.encode_batch_fast(pieces, add_special_tokens=False)
            for owner, encoded in zip(owners, found, strict=True):
                ids = np.array(encoded.ids, dtype=np.uint32)
                lengths[owner + 1] += len(ids)
                parts.append(ids)
        ids = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint32)
        return ids, np.cumsum(lengths)

    def _calls(self, texts: list[str | None]) -> Iterator[tuple[list[int], list[str]]]:
        """Pieces of text with the index of the text each belongs to, a bounded number at a time."""
        owners: list[int] = []
        pieces: list[str] = []
        size = 0
        for owner, text in enumerate(texts):
            for piece in self.parts(text or ""):
                owners.append(owner)
                pieces.append(piece)
                size += len(piece)
                if size >= CALL_CHARACTERS:
                    yield owners, pieces
                    owners, pieces, size = [], [], 0
        if pieces:
            yield owners, pieces

    def parts(self, text: str) -> Iterator[str]:
        """A long text in parts, cut only where our pattern cuts it anyway.

        Where a quarter of a million characters hold no such place, it is cut after them: the tokens
        there may be others than for the whole, and memory stays bounded.
        """
        start = 0
        while self._divisible and len(text) - start > 2 * CALL_CHARACTERS:
            limit = start + 2 * CALL_CHARACTERS
            found = _SAFE_CUT.search(text, start + CALL_CHARACTERS, limit)
            end = found.start() if found else limit
            yield text[start:end]
            start = end
        yield text[start:] if start else text
