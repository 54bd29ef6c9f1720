"""How text is cut before merging: no token crosses one of these cuts.

In: the name of a pattern and the way numbers are to be cut. Out: its regular expression, the same as RULES of the
scanning kernel, and the `tokenizers` pieces around it.

`headwater`: a run of Han is its own piece, and so is a run of kana: neither joins the Latin word or the punctuation
beside it, as it would in English patterns ("，Python" as one piece). A word of any other script takes one space or
ASCII mark before it (" the", "_id", ".append"). White space before a line end goes with it; indentation stays one
piece but for the space that the next word takes. `gpt2`, `cl100k`, `llama3`, `qwen2`: those of the models so named.
What no alternative matches stays a piece of its own, so that nothing is ever lost.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from headwater.kernels import pretokens
from headwater.tokenizer.pieces import byte_letters as byte_letters

Name = Literal["headwater", "gpt2", "cl100k", "llama3", "qwen2"]
Digits = Literal["auto", "single", "triple", "none"]
NAMES: tuple[str, ...] = get_args(Name)

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
    "left": r"\p{N}{1,3}",
}
DIGIT_RULES = {
    "single": pretokens.SINGLE,
    "triple": pretokens.THREES,
    "none": pretokens.RUN,
    "left": pretokens.UP_TO_THREE,
}
OWN_NUMBERS = {"headwater": "single", "gpt2": "none", "cl100k": "left", "llama3": "left", "qwen2": "single"}


def numbers_of(name: str, digits: str) -> str:
    """The key of NUMBERS that a pattern uses; `auto` is its own."""
    return OWN_NUMBERS[name] if digits == "auto" else digits


def pattern(name: str, digits: str) -> str:
    """The cutting expression."""
    numbers = NUMBERS[numbers_of(name, digits)]
    if name == "headwater":
        words = rf"[{_HAN}]+|[{_KANA}]+|{_ASCII_MARK}?{_WORD}+"
        return "|".join((_CONTRACTION, words, numbers, _MARKS, _SPACE))
    if name == "gpt2":
        return rf"'s|'t|'re|'ve|'m|'ll|'d| ?\p{{L}}+|{numbers}| ?[^\s\p{{L}}\p{{N}}]+|\s+(?!\S)|\s+"
    # cl100k's and llama3's are one expression; qwen2's differs in its numbers
    words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
    return rf"{words}|{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACE}"


def rules(name: str, digits: str) -> np.ndarray:
    """What the kernel is told of a pattern: uint8 [NUM_RULES]."""
    found = np.zeros(pretokens.NUM_RULES, np.uint8)
    contractions, before = {
        "headwater": (pretokens.WHOLE, pretokens.ONE_SIGN),
        "gpt2": (pretokens.EXACT, pretokens.ONE_SPACE),
    }.get(name, (pretokens.ANY_CASE, pretokens.ONE_OTHER))
    found[pretokens.CONTRACTIONS], found[pretokens.BEFORE] = contractions, before
    found[pretokens.APART] = name == "headwater"
    found[pretokens.DIGITS] = DIGIT_RULES[numbers_of(name, digits)]
    found[pretokens.LINES] = name != "gpt2"
    return found


def rules_of(expression: str) -> np.ndarray | None:
    """The rules of an expression that a tokenizer.json names, or None where it is not one of these."""
    for name in NAMES:
        for numbers in NUMBERS:
            if pattern(name, numbers) == expression:
                return rules(name, numbers)
    return None


def expressions(described: dict[str, Any]) -> list[str]:
    """The regular expressions by which a tokenizer cuts text."""
    top = described.get("pre_tokenizer") or {}
    return [p.get("pattern", {}).get("Regex", "") for p in top.get("pretokenizers", [top]) if p.get("type") == "Split"]


def pre_tokenizer(kind: str, name: str, digits: str) -> Any:
    """The `tokenizers` pre-tokenizer of a bbpe or bpe vocabulary."""
    from tokenizers import Regex, pre_tokenizers

    if name == "gpt2" and kind == "bbpe" and numbers_of(name, digits) == "none":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)  # as GPT-2's own file says it
    cut = pre_tokenizers.Split(Regex(pattern(name, digits)), behavior="isolated")
    if kind == "bpe":
        return cut
    return pre_tokenizers.Sequence([cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def decoder(kind: str) -> Any:
    """The `tokenizers` decoder that joins tokens to text again."""
    from tokenizers import decoders

    return decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()]) if kind == "bpe" else decoders.ByteLevel()
