"""How text is cut before merging: no token crosses one of these cuts.

In: the way numbers are to be cut. Out: one regular expression, and the `tokenizers` pieces around it.

A run of Han is its own piece, and so is a run of kana: neither joins the Latin word or the
punctuation beside it, as it would in English patterns ("，Python" as one piece). A word of any other
script takes one space or ASCII mark before it (" the", "_id", ".append"). White space before a line
end goes with it; indentation stays one piece but for the space that the next word takes.
What no alternative matches stays a piece of its own, so that nothing is ever lost.
"""

from __future__ import annotations

from typing import Any

_HAN = r"\p{Han}"
_KANA = r"\p{Hiragana}\p{Katakana}ー"
_WORD = rf"[\p{{L}}\p{{M}}&&[^{_HAN}{_KANA}]]"
_CONTRACTION = r"'(?i:s|t|d|m|ll|re|ve)(?![\p{L}\p{M}])"
_ASCII_MARK = r"[ \t!-/:-@\[-`{-~]"
_MARKS = r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
_SPACE = r"\s*[\r\n]+|\s+(?!\S)|\s+"
# In threes from the right. The look-ahead is bounded: an unbounded one reads a line of a million
# digits a million times. Past 63 digits the threes are counted from the left.
NUMBERS = {
    "single": r"\p{N}",
    "triple": r"\p{N}{1,3}(?=(?:\p{N}{3}){0,20}(?!\p{N}))|\p{N}{3}",
    "none": r" ?\p{N}+",
}


def pattern(digits: str) -> str:
    """The cutting expression; `digits` is a key of NUMBERS."""
    words = rf"[{_HAN}]+|[{_KANA}]+|{_ASCII_MARK}?{_WORD}+"
    return "|".join((_CONTRACTION, words, NUMBERS[digits], _MARKS, _SPACE))


def pre_tokenizer(kind: str, digits: str) -> Any:
    """The `tokenizers` pre-tokenizer of a bbpe or bpe vocabulary."""
    from tokenizers import Regex, pre_tokenizers

    cut = pre_tokenizers.Split(Regex(pattern(digits)), behavior="isolated")
    if kind == "bpe":
        return cut
    return pre_tokenizers.Sequence([cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def decoder(kind: str) -> Any:
    """The `tokenizers` decoder that joins tokens to text again."""
    from tokenizers import decoders

    return decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()]) if kind == "bpe" else decoders.ByteLevel()


def byte_letters() -> list[str]:
    """The printable character by which byte-level vocabularies write each byte, GPT-2's order."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in plain}
    rest = (byte for byte in range(256) if byte not in letters)
    letters |= {byte: chr(256 + position) for position, byte in enumerate(rest)}
    return [letters[byte] for byte in range(256)]
