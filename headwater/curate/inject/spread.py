"""In what order documents stand: each fact once in every round, at about the same place of the round.

In: how many facts and rounds, and a seed. Out: pairs (round, fact) in the order of the output. Round after round holds
the same base order, shuffled within blocks of a quarter: two documents of a fact are at least three quarters of a
round apart, and its neighbours change.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

SHUFFLED = 4  # a block is this part of a round


def order(num_facts: int, rounds: int, seed: int) -> Iterator[tuple[int, int]]:
    """(round, fact) in output order; every fact is in every round once."""
    base = list(range(num_facts))
    random.Random(f"inject {seed}").shuffle(base)
    size = max(1, num_facts // SHUFFLED)
    for number in range(rounds):
        rng = random.Random(f"inject {seed} {number}")
        for start in range(0, num_facts, size):
            block = base[start : start + size]
            rng.shuffle(block)
            yield from ((number, fact) for fact in block)
