"""Numbers of a training run that follow from its recipe.

In: a TrainConfig and a ModelConfig (the whole recipe for `derived`). Out: a Plan in steps, and the
list that `--dry-run` prints. No torch here: a plan costs nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from headwater.batches.steps import Steps
from headwater.model import flops
from headwater.model.config import ModelConfig, resolve
from headwater.train.config import TrainConfig, steps_of

# Step Law, eq. 1 (arXiv 2503.04715): rate = 1.79 N^-0.713 D^0.307, N without vocabulary, D in tokens.
STEP_LAW = (1.79, -0.713, 0.307)
# Its runs have 60 M parameters or more; below, the formula grows past what small models bear. These bounds
# were measured on 0.5 M parameters, Chinese, English and code: AdamW is worse at 5e-3 (loss 2.76 against 2.58
# at 2.5e-3), Muon better (2.06 against 2.32).
MAX_DERIVED_RATE = {"adamw": 2.5e-3, "muon": 5e-3}
MIN_WARMUP_STEPS = 10
WARMUP_SHARE = 0.05


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run in steps. Step s (from 1) is in the decay when s > `decay_start`.

    `ramp` are (steps, sequences) before the batch has all its `sequences`.
    """

    sequences: int
    sequence_length: int
    num_steps: int
    warmup_steps: int
    decay_start: int
    learning_rate: float
    ramp: tuple[tuple[int, int], ...] = ()

    @property
    def steps(self) -> Steps:
        full = self.num_steps - sum(steps for steps, _ in self.ramp)
        return Steps(sequence_length=self.sequence_length, stages=(*self.ramp, (full, self.sequences)))

    @property
    def tokens(self) -> int:
        """Tokens of the whole run."""
        return self.tokens_until(self.num_steps)

    def tokens_until(self, step: int) -> int:
        """Tokens of the first `step` steps."""
        return self.steps.tokens_until(step)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def learning_rate(train: TrainConfig, model: ModelConfig) -> tuple[float, str]:
    """The peak rate and where it comes from."""
    if train.learning_rate is not None:
        return train.learning_rate, "the recipe's"
    factor, n_power, d_power = STEP_LAW
    law = factor * flops.parameters(model).non_embedding ** n_power * train.tokens**d_power
    bound = MAX_DERIVED_RATE[train.optimizer]
    if law > bound:
        return bound, f"Step Law (arXiv 2503.04715) gives {law:.2e}; held to {bound:g} for a model below its range"
    return float(f"{law:.3g}"), "Step Law (arXiv 2503.04715): 1.79 N^-0.713 D^0.307"


def plan(train: TrainConfig, model: ModelConfig, available_steps: int | None = None) -> Plan:
    """The steps of a run; `available_steps` is a bound that the data sets."""
    run = steps_of(train)
    run = run.cut(min(run.num_steps, available_steps or run.num_steps))
    steps = run.num_steps
    if train.warmup_tokens is None:
        warmup = min(max(MIN_WARMUP_STEPS, round(WARMUP_SHARE * steps)), max(1, steps // 4))
    else:
        warmup = run.holding(train.warmup_tokens)
    return Plan(
        sequences=run.sequences,
        sequence_length=train.sequence_length,
        num_steps=steps,
        warmup_steps=warmup,
        decay_start=max(warmup, run.before_last(train.decay_share)),
        learning_rate=learning_rate(train, model)[0],
        ramp=run.stages[:-1],
    )


def derived(recipe: Any) -> list[tuple[str, Any, str, str]]:
    """(name, value, text, why) for a recipe with `model`, `train` and `tokenizer` sections."""
    train: TrainConfig = recipe.train
    model = resolve(recipe.model, recipe.tokenizer.vocab_size, train.sequence_length)
    run, size = plan(train, model), flops.parameters(model)
    operations = flops.training_flops_per_token(model, train.sequence_length) * run.tokens
    return [
        ("parameters", size.total, f"{size.total:,}", f"{size.non_embedding:,} without the vocabulary"),
        (
            "batch_tokens",
            run.sequences * run.sequence_length,
            f"{run.sequences * run.sequence_length:,}",
            f"{run.sequences} sequences of {run.sequence_length}{_ramped(run)}",
        ),
        ("steps", run.num_steps, f"{run.num_steps:,}", f"for {train.tokens:,} tokens"),
        ("warmup_steps", run.warmup_steps, f"{run.warmup_steps:,}", "a twentieth of the run, unless the recipe says"),
        (
            "decay_start",
            run.decay_start,
            f"step {run.decay_start:,}",
            f"the last {train.decay_share:.0%} (arXiv 2404.06395)",
        ),
        ("learning_rate", run.learning_rate, f"{run.learning_rate:g}", learning_rate(train, model)[1]),
        ("training_flops", operations, f"{operations:.3g}", "forward and backward, causal attention"),
    ]


def _ramped(run: Plan) -> str:
    if not run.ramp:
        return ""
    until = sum(steps for steps, _ in run.ramp)
    return f"; {run.ramp[0][1]} at first, growing until step {until:,} ({run.tokens_until(until):,} tokens)"
