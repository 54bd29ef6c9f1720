"""Sums for a small model: what it reads, and how often it gets them right.

In: a seed. Out: problems as text; as batches of tokens of a vocabulary, the answer marked; the share answered exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from headwater.model.decoder import Decoder

IGNORED = -100  # a target that is not scored
MAX_DIGITS = 4


@dataclass(frozen=True)
class Problems:
    """`asked[i]` and `answers[i]` make one line; `digits[i]` are those of the larger number."""

    asked: list[str]
    answers: list[str]
    digits: np.ndarray


def drawn(random: np.random.Generator, count: int) -> Problems:
    """Additions of numbers of 1 to MAX_DIGITS digits, every length alike."""
    digits = random.integers(1, MAX_DIGITS + 1, (count, 2))
    high = 10 ** digits.astype(np.int64)
    numbers = random.integers(high // 10 * (digits > 1), high)
    asked = [f"{left}+{right}=" for left, right in numbers.tolist()]
    answers = [f"{left + right}\n" for left, right in numbers.tolist()]
    return Problems(asked, answers, digits.max(axis=1))


def tokens(encoder: Any, problems: Problems) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets, int64 (problems, longest); only the answer is scored."""
    asked, ends = encoder.encode_batch(problems.asked)
    answers, answer_ends = encoder.encode_batch(problems.answers)
    sizes, answer_sizes = np.diff(ends), np.diff(answer_ends)
    longest = int((sizes + answer_sizes).max())
    inputs = np.full((len(sizes), longest), encoder.eod_id, np.int64)
    targets = np.full((len(sizes), longest), IGNORED, np.int64)
    for row in range(len(sizes)):
        line = np.concatenate(
            [[encoder.eod_id], asked[ends[row] : ends[row + 1]], answers[answer_ends[row] : answer_ends[row + 1]]]
        )
        inputs[row, : len(line) - 1] = line[:-1]
        targets[row, sizes[row] : len(line) - 1] = line[1 + sizes[row] :]
    return torch.from_numpy(inputs), torch.from_numpy(targets)


@torch.no_grad()
def right(decoder: Decoder, encoder: Any, problems: Problems) -> np.ndarray:
    """Which problems greedy decoding answers exactly: bool.

    A first token that is wrong decides, so it is enough to look whether the likeliest token is right everywhere.
    """
    inputs, targets = tokens(encoder, problems)
    found = []
    for start in range(0, len(inputs), 256):
        part = slice(start, start + 256)
        likeliest = decoder(inputs[part]).argmax(dim=-1)
        found.append(((likeliest == targets[part]) | (targets[part] == IGNORED)).all(dim=1).numpy())
    return np.concatenate(found)
