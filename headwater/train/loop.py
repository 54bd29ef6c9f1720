"""The training loop.

In: a Session (decoder, optimizers, batches, plan) at some step. Out: the same after the last step,
with a metrics row a step, and checkpoints. Each turn: fetch batch `step`, accumulate gradients, look
at loss and norm, move the weights, write the row, save when due, stop when asked.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from headwater.errors import HeadwaterError
from headwater.model.decoder import Decoder
from headwater.monitor.metrics import RunLog
from headwater.train import guard, step
from headwater.train.config import TrainConfig
from headwater.train.derive import Plan
from headwater.train.optim import registry
from headwater.train.precision import Machine
from headwater.train.schedule import rate_of

if TYPE_CHECKING:
    from headwater.pipeline.progress import Reporter


class Batches(Protocol):
    """What the loop needs of `batches.reader.BatchReader`."""

    channels: tuple[str, ...]

    def batch(self, step: int) -> Any: ...


@dataclass
class Session:
    """Everything that moves in a run. `step` steps are done."""

    decoder: Decoder
    optimizers: list[torch.optim.Optimizer]
    batches: Batches
    plan: Plan
    config: TrainConfig
    machine: Machine
    log: RunLog
    step: int = 0
    last_row: dict[str, Any] = field(default_factory=dict)


def train(session: Session, save: Callable[[Session], None], report: Reporter, stop: guard.StopRequest) -> None:
    """Run to the plan's last step. `save` writes a checkpoint of the session as it is.

    Raises HeadwaterError diverged, or preempted or interrupted after a last checkpoint.
    """
    plan, config = session.plan, session.config
    saved_s, saved_step = time.monotonic(), session.step
    with report.bar("train", plan.tokens, "tokens") as bar:
        bar.done = plan.tokens_until(session.step)
        while session.step < plan.num_steps:
            if session.step == plan.decay_start:
                session.log.event(session.step + 1, "decay_start")
            row = advance(session)
            bar.advance(row["tokens"] - bar.done, note=f"loss {row['loss']:.3f}")
            by_time = config.checkpoint_every_steps is None and time.monotonic() - saved_s >= config.checkpoint_every_s
            by_step = session.step - saved_step >= (config.checkpoint_every_steps or plan.num_steps + 1)
            if by_time or by_step or stop.failure or session.step in (plan.decay_start, plan.num_steps):
                save(session)
                saved_s, saved_step = time.monotonic(), session.step
            if stop.failure and session.step < plan.num_steps:
                raise stop.error(session.step)


def advance(session: Session) -> dict[str, Any]:
    """One step; its metrics row. Raises HeadwaterError diverged before the weights move."""
    started_s = time.monotonic()
    number, plan = session.step + 1, session.plan
    batch = session.batches.batch(number)
    nats_B = step.accumulate(session.decoder, batch.tokens_BT1, session.machine, batch.scored_BT1, batch.segment_BT)
    counts_B = step.scored_targets(batch.tokens_BT1, batch.scored_BT1)
    loss = float(nats_B.numpy().astype(np.float64).sum() / max(1, counts_B.sum()))
    norm = step.clip(session.decoder, session.config.clip_norm)
    _guarded(session, number, loss, norm)
    rate = rate_of(session.config.schedule)(plan, number)
    registry.set_rate(session.optimizers, rate)
    for optimizer in session.optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    session.step = number
    row = {
        "tokens": plan.tokens_until(number),
        "loss": loss,
        "loss_by_channel": step.by_channel(nats_B, batch.channel_B, session.batches.channels, counts_B),
        "lr": rate,
        "grad_norm": norm,
        "tokens_per_s": round(len(nats_B) * plan.sequence_length / max(time.monotonic() - started_s, 1e-9), 1),
        "batch_digest": batch_digest(batch.tokens_BT1, batch.scored_BT1, batch.segment_BT),
    }
    session.log.metric(number, **row)
    session.last_row = row
    return row


def _guarded(session: Session, number: int, loss: float, norm: float) -> None:
    try:
        guard.check_finite(number, loss, norm)
    except HeadwaterError as error:
        session.log.event(number, "non_finite", loss=str(loss), grad_norm=str(norm), message=str(error))
        raise


def batch_digest(tokens_BT1: np.ndarray, *masks: np.ndarray | None) -> str:
    """A fingerprint of a batch's tokens and masks, by which two runs compare what they were fed."""
    digest = hashlib.sha256(np.ascontiguousarray(tokens_BT1, dtype="<i8").data)
    for mask in masks:
        if mask is not None:
            digest.update(np.ascontiguousarray(mask, dtype="<i4").data)
    return digest.hexdigest()[:16]
