"""Settings of the tokenizer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from headwater.pipeline.option import option

END_OF_DOCUMENT = "<|endoftext|>"
PADDING = "<|pad|>"
TURN_START, TURN_END = "<|im_start|>", "<|im_end|>"  # ChatML's; the role stands between as text
ROLES = ("<|system|>", "<|user|>", "<|assistant|>", "<|tool|>")  # for templates that have a token a role
TOOLS = ("<|tool_call|>", "<|tool_call_end|>", "<|tool_response|>", "<|tool_response_end|>")
FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX = "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"  # arXiv 2207.14255
FIM_PADDING, REPOSITORY, FILE_SEPARATOR = "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"
NAMED = (
    *(TURN_START, TURN_END, *ROLES, *TOOLS),
    *(FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX, FIM_PADDING, REPOSITORY, FILE_SEPARATOR),
)
RESERVED = "<|reserved_{}|>"
MAX_TOKEN_BYTES = 48  # boilerplate does not become a token
NUM_BYTES = 256  # every byte is a token, so that any text can be written


def special_tokens(reserve: int) -> list[str]:
    """The special tokens in the order of their ids, which come before all others."""
    return [END_OF_DOCUMENT, PADDING, *NAMED, *(RESERVED.format(i) for i in range(reserve))]


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """A byte-pair vocabulary learned from the training part of the corpus."""

    vocab_size: int = field(default=16384, metadata={"help": "tokens in all, special ones included", "unit": "tokens"})
    type: Literal["bbpe", "bpe"] = field(
        default="bbpe",
        metadata={"help": "bbpe merges bytes; bpe merges characters and spells rare ones in bytes"},
    )
    pretokenizer: Literal["headwater", "gpt2", "cl100k", "llama3", "qwen2"] = field(
        default="headwater",
        metadata={"help": "how text is cut into words before merging: ours, or that of the model so named"},
    )
    digits: Literal["auto", "single", "triple", "none"] = field(
        default="auto",
        metadata={
            "help": "how numbers are cut: digit by digit, in threes from the right, or left to merging; "
            "auto: as the pretokenizer does (ours: digit by digit)"
        },
    )
    reserve: int = field(default=256, metadata={"help": "unused special tokens kept for later", "unit": "tokens"})
    audit: str = option("", "a review.tsv of `headwater tokenizer audit`: its dropped tokens never form")
    sample_bytes: int = option(
        10_000_000_000, "text read to learn from; a larger corpus is sampled by document", "bytes", 1
    )
    memory: int = option(1_000_000_000, "that counting words and learning may take, all workers", "bytes", 64_000_000)
    weights: dict[str, float] = field(
        default_factory=dict,
        metadata={"help": "what each language weighs in learning, as zh: 4, en: 4; empty: as in the corpus"},
    )
    target_compression: dict[str, float] = field(
        default_factory=dict,
        metadata={
            "help": "bytes a token that a language must reach, as zh: 3.2, en: 4.4; the weights are searched for"
        },
    )
    target_characters: dict[str, float] = field(
        default_factory=dict,
        metadata={"help": "the same in characters a token, as zh: 1.1"},
    )
    balance: bool = option(
        False, "search weights by which every language comes equally near to what it reaches with a vocabulary alone"
    )
    max_vocab_size: int = option(
        0, "with targets: take the smallest vocabulary that meets them, up to this one; 0: vocab_size as given",
        "tokens", 0, 1_000_000,
    )  # fmt: skip

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
        for lang, weight in self.weights.items():
            if not 0 < weight < float("inf"):
                problems.append((f"weights.{lang}", "must be above 0"))
        return problems + self._check_targets(least)

    def _check_targets(self, least: int) -> list[tuple[str, str]]:
        """What is wrong with the targets, the balance and the size that they are to choose."""
        problems = []
        for lang, value in self.target_compression.items():
            if not 1 <= value <= MAX_TOKEN_BYTES:
                told = f"must be from 1 to {MAX_TOKEN_BYTES} bytes a token, which hold at least one byte each"
                problems.append((f"target_compression.{lang}", told))
        for lang, value in self.target_characters.items():
            if not 0.25 <= value <= MAX_TOKEN_BYTES:
                told = f"must be from 0.25 to {MAX_TOKEN_BYTES} characters a token; a character has at most 4 bytes"
                problems.append((f"target_characters.{lang}", told))
            if lang in self.target_compression:
                problems.append((f"target_characters.{lang}", "has a target in bytes, too; keep one of the two"))
        targets = bool(self.target_compression or self.target_characters)
        if targets and self.balance:
            problems.append(("balance", "chooses the weights by itself; leave it or the targets out"))
        if self.weights and (targets or self.balance):
            problems.append(("weights", "are what targets and balance search for; leave one of them out"))
        if self.max_vocab_size and not targets:
            problems.append(("max_vocab_size", "needs targets that say when a vocabulary is large enough"))
        if 0 < self.max_vocab_size < least:
            problems.append(("max_vocab_size", f"must be at least {least}"))
        return problems
