"""What each language would need of a vocabulary, by which weights are guessed that come out right.

In: for each language, its curve under a vocabulary that was learned from it alone. Out: how many entries give it a
compression, and the weights at which a common learning gives every language its number.

A common learning takes the pair with the highest weighted count, so where it stops, what one more entry would save is
the same for every language, by weight: weight = 1 / (what the next entry saves). That would be exact if languages
shared no merge; since they share some, the search corrects it by what each round achieved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from headwater.tokenizer.curve import Curve

SMOOTHED = 0.1  # of the entries before and after, over which what one saves is averaged
LEAST_SAVED = 0.5  # tokens of the whole text, by an entry past the end of a curve
STEPS = 50  # of a bisection


@dataclass(frozen=True, kw_only=True)
class Alone:
    """A language under a vocabulary of its own. `base`: the entries that every vocabulary has; `full`: there are no
    more merges to learn."""

    curve: Curve
    base: int
    full: bool

    def entries(self, bytes_per_token: float) -> float:
        """How many entries beyond the base give so many bytes a token; infinite where the curve does not reach it."""
        size = self.curve.size_for(bytes_per_token)
        return math.inf if size is None else float(size - self.base)

    def saved(self, entries: float) -> float:
        """The tokens that the next entry saves."""
        last = int(self.curve.sizes[-1]) - self.base
        middle = min(entries, last)
        low, high = math.floor(middle * (1 - SMOOTHED)), min(last, math.ceil(middle * (1 + SMOOTHED)) + 1)
        before, after = self.curve.tokens_at(self.base + low), self.curve.tokens_at(self.base + high)
        return max(LEAST_SAVED, (before - after) / max(1, high - low))


def needed(alone: Mapping[str, Alone], goals: Mapping[str, float], share: float = 1.0) -> dict[str, float]:
    """Entries of each language for that share of its goal."""
    return {name: alone[name].entries(goal * share) for name, goal in goals.items()}


def affordable(alone: Mapping[str, Alone], goals: Mapping[str, float], entries: float) -> float:
    """The share of all goals, the same for each, that so many entries pay for together; it may be above 1."""
    low, high = 0.0, 64.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if sum(needed(alone, goals, middle).values()) <= entries:
            low = middle
        else:
            high = middle
    return low
