"""Settings of the tokenizer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

END_OF_DOCUMENT = "<|endoftext|>"
PADDING = "<|pad|>"
RESERVED = "<|reserved_{}|>"
NUM_BYTES = 256  # every byte is a token, so that any text can be written


def special_tokens(reserve: int) -> list[str]:
    """The special tokens in the order of their ids, which come before all others."""
    return [END_OF_DOCUMENT, PADDING, *(RESERVED.format(i) for i in range(reserve))]


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """A byte-pair vocabulary learned from the training part of the corpus."""

    vocab_size: int = field(default=16384, metadata={"help": "tokens in all, special ones included", "unit": "tokens"})
    type: Literal["bbpe", "bpe"] = field(
        default="bbpe",
        metadata={"help": "bbpe merges bytes; bpe merges characters and spells rare ones in bytes"},
    )
    digits: Literal["single", "triple", "none"] = field(
        default="single",
        metadata={"help": "how numbers are cut: digit by digit, in threes from the right, or left to merging"},
    )
    reserve: int = field(default=256, metadata={"help": "unused special tokens kept for later", "unit": "tokens"})
    sample_bytes: int = field(
        default=50_000_000,
        metadata={
            "help": "text read to learn from; a larger corpus is sampled by document (memory: some 30 times it)",
            "unit": "bytes",
        },
    )
    weights: dict[str, float] = field(
        default_factory=dict,
        metadata={"help": "share of each language in the sample, as zh: 4, en: 4; empty: as in the corpus"},
    )

    def check(self) -> list[tuple[str, str]]:
        problems = []
        if self.reserve < 0 or self.reserve > 65_536:
            problems.append(("reserve", "must be 0 to 65536"))
        least = NUM_BYTES + len(special_tokens(0)) + max(0, self.reserve)
        if self.vocab_size < least:
            parts = f"{NUM_BYTES} bytes, {len(special_tokens(0))} special tokens and {self.reserve} reserved ones"
            problems.append(("vocab_size", f"must be at least {least}, to hold {parts}"))
        if self.vocab_size > 1_000_000:
            problems.append(("vocab_size", "must be at most 1000000"))
        if self.sample_bytes < 1:
            problems.append(("sample_bytes", "must be at least 1"))
        for lang, weight in self.weights.items():
            if not 0 < weight < float("inf"):
                problems.append((f"weights.{lang}", "must be above 0"))
        return problems
