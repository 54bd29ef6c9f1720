"""Settings of training; every token count is in tokens, not sequences or steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from headwater.batches.steps import Ramp, Steps, planned, whole_batch


def _field(default: Any, help_text: str, unit: str = "") -> Any:
    return field(default=default, metadata={"help": help_text, "unit": unit})


@dataclass(frozen=True, kw_only=True)
class BatchRamp(Ramp):
    """A batch that grows before it stays: early gradients agree well enough in small batches."""

    start: float = _field(1.0, "share of batch_tokens that the run begins with; 1: no ramp")
    tokens: int = _field(0, "until the whole batch", "tokens")
    stages: int = _field(8, "equal parts of these tokens, in each of which the batch is one size")

    def check(self) -> list[tuple[str, str]]:
        problems = []
        if not 0 < self.start <= 1:
            problems.append(("start", f"must be above 0 and at most 1, not {self.start}"))
        elif self.start < 1 and self.tokens < 1:
            problems.append(("tokens", "say over how many tokens the batch grows, as in 2M"))
        if not 1 <= self.stages <= 1000:
            problems.append(("stages", f"must be 1 to 1000, not {self.stages}"))
        return problems


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The recipe's `train:`. A field left empty is derived, and the derivation is printed."""

    tokens: int = _field(20_000_000, "how much to train on; more than before continues a finished run", "tokens")
    batch_tokens: int = _field(32_000, "one optimizer step, rounded to whole sequences", "tokens")
    batch_ramp: BatchRamp = _field(BatchRamp(), "smaller batches at the beginning: {start: 0.25, tokens: 2M}")
    sequence_length: int = _field(512, "context of one training sequence", "tokens")
    optimizer: Literal["adamw", "muon"] = _field("adamw", "muon: hidden matrices by Muon, the rest by AdamW")
    learning_rate: float | None = _field(None, "peak rate (default: derived from model size and tokens)")
    weight_decay: float = _field(0.1, "decoupled decay of matrices; embeddings and norms have none")
    betas: tuple[float, ...] = _field((0.9, 0.95), "AdamW's two moments")
    eps: float = _field(1e-8, "AdamW's epsilon")
    momentum: float = _field(0.95, "Muon's momentum")
    clip_norm: float = _field(1.0, "largest norm of the gradient; 0: no clipping")
    schedule: Literal["wsd"] = _field("wsd", "warm up, stay, decay (arXiv 2404.06395)")
    warmup_tokens: int | None = _field(
        None, "tokens until the peak rate (default: a twentieth, 10 steps at least)", "tokens"
    )
    decay_share: float = _field(0.1, "part of the run over which the rate falls to nothing")
    precision: Literal["auto", "bf16", "fp32"] = _field("auto", "type of matrix products; weights and sums stay fp32")
    compile: Literal["auto", "on", "off"] = _field(
        "auto", "torch.compile, where a C++ compiler is found and the run is long enough"
    )
    micro_batch: int = _field(0, "sequences at once; 0: chosen for the device", "sequences")
    checkpoint_every_s: float = _field(120.0, "time between checkpoints", "seconds")
    checkpoint_every_steps: int | None = _field(None, "steps between checkpoints, instead of the time", "steps")
    keep_checkpoints: int = _field(2, "newest checkpoints kept, beside the one before the decay")
    device: Literal["auto", "cpu", "cuda"] = _field("auto", "where to train")

    def check(self) -> list[tuple[str, str]]:
        problems = []
        for name in ("tokens", "batch_tokens", "sequence_length", "keep_checkpoints"):
            if getattr(self, name) < 1:
                problems.append((name, f"must be 1 or more, not {getattr(self, name)}"))
        for name in ("weight_decay", "clip_norm", "micro_batch", "warmup_tokens", "checkpoint_every_s"):
            if (getattr(self, name) or 0) < 0:
                problems.append((name, f"must be 0 or more, not {getattr(self, name)}"))
        if self.learning_rate is not None and not 0 < self.learning_rate < 10:
            problems.append(("learning_rate", f"must be above 0 and below 10, not {self.learning_rate}"))
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            problems.append(("betas", "must be two numbers of at least 0 and below 1"))
        if not 0 <= self.momentum < 1:
            problems.append(("momentum", f"must be at least 0 and below 1, not {self.momentum}"))
        if not 0 < self.eps < 1:
            problems.append(("eps", f"must be between 0 and 1, not {self.eps}"))
        if not 0 <= self.decay_share <= 1:
            problems.append(("decay_share", f"must be between 0 and 1, not {self.decay_share}"))
        if self.checkpoint_every_steps is not None and self.checkpoint_every_steps < 1:
            problems.append(("checkpoint_every_steps", f"must be 1 or more, not {self.checkpoint_every_steps}"))
        if not problems and self.batch_tokens < self.sequence_length:
            problems.append(("batch_tokens", f"must hold one sequence of {self.sequence_length} tokens at least"))
        return problems


def steps_of(config: TrainConfig) -> Steps:
    """The steps that see `tokens` or a little more, each with its batch."""
    return planned(config.tokens, config.batch_tokens, config.sequence_length, config.batch_ramp)


def sequences_a_step(config: TrainConfig) -> int:
    """`batch_tokens` in whole sequences, rounded to the nearest, one at least."""
    return whole_batch(config.batch_tokens, config.sequence_length)


def num_steps(config: TrainConfig) -> int:
    """Steps of the run."""
    return steps_of(config).num_steps
