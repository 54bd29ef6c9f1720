"""How the next token is chosen from the logits: greedy, or drawn by temperature, top-k and top-p.

In: logits (B, V) and a random generator a row. Out: token ids (B).
A row draws from its own generator, so that a prompt gets the same text alone and in a batch.
Dimensions: B prompts, V vocabulary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.errors import HeadwaterError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Temperature 0 takes the likeliest token; the other fields then mean nothing."""

    temperature: float = field(default=0.0, metadata={"help": "0: greedy; 1: the model's own distribution"})
    top_k: int = field(default=0, metadata={"help": "draw from the k likeliest; 0: from all", "unit": "tokens"})
    top_p: float = field(default=1.0, metadata={"help": "draw from the likeliest that together reach this share"})
    seed: int = field(default=0, metadata={"help": "equal seeds, equal texts"})

    def require(self) -> Sampling:
        """Itself when its values make sense. Raises HeadwaterError arguments."""
        wrong = ""
        if not 0.0 <= self.temperature <= 100.0:
            wrong = f"temperature must be between 0 and 100, not {self.temperature}"
        elif self.top_k < 0:
            wrong = f"top-k must be 0 or more, not {self.top_k}"
        elif not 0.0 < self.top_p <= 1.0:
            wrong = f"top-p must be above 0 and at most 1, not {self.top_p}"
        if wrong:
            raise HeadwaterError("arguments", wrong)
        return self


def generators(sampling: Sampling, prompts: Sequence[Sequence[int]]) -> list[torch.Generator]:
    """A random generator a prompt, from the seed, the prompt and how often it came before in the list."""
    import torch

    seen: dict[tuple[int, ...], int] = {}
    made = []
    for prompt in prompts:
        key = tuple(int(token) for token in prompt)
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(repr((sampling.seed, key, seen[key])).encode()).digest()
        made.append(torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1))
    return made


def choose(logits_BV: torch.Tensor, sampling: Sampling, draws: Sequence[torch.Generator]) -> list[int]:
    """The next token of each row."""
    import torch

    if sampling.temperature == 0.0:
        return logits_BV.argmax(dim=-1).tolist()
    probs_BV = torch.softmax(logits_BV.double().cpu() / sampling.temperature, dim=-1)
    sorted_BV, order_BV = probs_BV.sort(dim=-1, descending=True, stable=True)
    keep_BV = torch.ones_like(sorted_BV, dtype=torch.bool)
    if sampling.top_k:
        keep_BV[:, sampling.top_k :] = False
    # a token stays while the share before it is below top_p, so the likeliest always stays
    keep_BV &= sorted_BV.cumsum(dim=-1) - sorted_BV < sampling.top_p
    picks = []
    for row, generator in enumerate(draws):
        kept_V = sorted_BV[row] * keep_BV[row]
        picks.append(int(order_BV[row, torch.multinomial(kept_V, 1, generator=generator)]))
    return picks
