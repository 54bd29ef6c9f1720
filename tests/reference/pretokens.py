"""Pieces of a text, slowly: the expression of a pattern as the `tokenizers` library runs it.

In: one text, a pattern and a way to cut numbers. Out: where each piece ends, in bytes.
"""

from __future__ import annotations

from itertools import accumulate

from headwater.tokenizer import patterns


def pieces(text: str, name: str, digits: str) -> list[str]:
    return [piece for piece, _ in patterns.pre_tokenizer("bpe", name, digits).pre_tokenize_str(text)]


def ends(text: str, name: str, digits: str) -> list[int]:
    return list(accumulate(len(piece.encode()) for piece in pieces(text, name, digits)))
