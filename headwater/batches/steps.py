"""How many sequences each step of a run has: one number, or a batch that grows before it stays.

In: the tokens to train, the batch, the sequence length and a ramp. Out: Steps, which both the mixture and the
trainer count by, so that a change at a step is at the same tokens for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """The batch starts at `start` (a share of the whole) and grows in `stages` equal parts of `tokens`."""

    start: float = 1.0
    tokens: int = 0
    stages: int = 8


@dataclass(frozen=True, kw_only=True)
class Steps:
    """`stages` are (steps, sequences a step), in order; the last is the whole batch."""

    sequence_length: int
    stages: tuple[tuple[int, int], ...]

    @property
    def num_steps(self) -> int:
        return sum(steps for steps, _ in self.stages)

    @property
    def sequences(self) -> int:
        """Sequences of the whole batch."""
        return self.stages[-1][1]

    def sequences_at(self, step: int) -> int:
        """Sequences of a step, counted from 1; past the end the whole batch."""
        for steps, sequences in self.stages:
            if step <= steps:
                return sequences
            step -= steps
        return self.sequences

    def sequences_until(self, step: int) -> int:
        """Sequences of the first `step` steps."""
        total = 0
        for steps, sequences in self.stages:
            total += min(step, steps) * sequences
            step = max(0, step - steps)
        return total + step * self.sequences

    def tokens_until(self, step: int) -> int:
        """Tokens of the first `step` steps."""
        return self.sequences_until(step) * self.sequence_length

    def nearest(self, sequences: float) -> int:
        """After how many steps the sequences given are nearest to a number of them."""
        done, past = 0, 0.0
        for steps, size in self.stages:
            if sequences <= past + steps * size:
                return done + round((sequences - past) / size)
            done, past = done + steps, past + steps * size
        return done

    def before_last(self, share: float) -> int:
        """Steps before the last `share` of the run's tokens, counted from its end."""
        total = self.sequences_until(self.num_steps)
        full = self.stages[-1][0]
        last = round(share * total / self.sequences)
        return self.num_steps - last if last <= full else self.nearest((1.0 - share) * total)

    def cut(self, num_steps: int) -> Steps:
        """The first `num_steps` steps, one at least."""
        left, stages = max(1, num_steps), []
        for steps, sequences in self.stages:
            if left > 0:
                stages.append((min(steps, left), sequences))
                left -= steps
        return Steps(sequence_length=self.sequence_length, stages=tuple(stages))

    def holding(self, tokens: int) -> int:
        """How many steps hold `tokens`, all of them at most."""
        fewer = self.within(tokens).num_steps
        return min(self.num_steps, fewer + (self.tokens_until(fewer) < tokens)) if tokens > 0 else 0

    def within(self, tokens: float) -> Steps:
        """As many whole steps as hold no more than `tokens`, one at least."""
        low, high = 1, self.num_steps
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.tokens_until(middle) <= tokens else (low, middle - 1)
        return self.cut(low)


def whole_batch(batch_tokens: int, sequence_length: int) -> int:
    """`batch_tokens` in whole sequences, rounded to the nearest, one at least."""
    return max(1, (2 * batch_tokens + sequence_length) // (2 * sequence_length))


def planned(tokens: int, batch_tokens: int, sequence_length: int, ramp: Any = None) -> Steps:
    """The steps that see `tokens` or a little more: the last batch is whole too. `ramp`: a Ramp, or what is like one.

    Every part of a ramp ends at the step nearest to its tokens, so that rounding never adds up.
    """
    batch = whole_batch(batch_tokens, sequence_length)
    stages: list[tuple[int, int]] = []
    done = 0
    for part in range(ramp.stages if ramp is not None and ramp.start < 1.0 else 0):
        size = max(1, round(batch * (ramp.start + (1.0 - ramp.start) * part / ramp.stages)))
        until = min(ramp.tokens * (part + 1) / ramp.stages, tokens) / sequence_length
        steps = max(0, round((until - done) / size))
        if steps and size < batch:
            stages.append((steps, size))
            done += steps * size
    left = -(-int(tokens) // sequence_length) - done
    if left > 0 or not stages:
        stages.append((max(1, -(-left // batch)), batch))
    return Steps(sequence_length=sequence_length, stages=tuple(stages))
