"""Saving a session, and which checkpoints stay.

In: a Session after some step. Out: its checkpoint on the disk; then the older ones removed but for
the newest few and the one before the decay, from which longer training continues.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError
from headwater.model.checkpoint import MODEL, OPTIMIZER, folders, name_of, read_state
from headwater.model.config import ModelConfig
from headwater.train import checkpoint
from headwater.train.loop import Session
from headwater.train.optim import registry
from headwater.train.resume import serves
from headwater.train.segments import Rows


@dataclass(frozen=True)
class Saver:
    """What every checkpoint of a run holds beside the moving state."""

    folder: Path
    model: ModelConfig
    tokenizer: bytes
    identity: dict[str, Any]
    schedule: Rows
    mix_schedule: Rows
    fork: str = ""  # RUN@STEP this run was started from

    def save(self, session: Session) -> None:
        """Metrics reach the disk first: a checkpoint never knows steps that the log has lost."""
        session.log.sync()
        optimizer = registry.state_tensors(session.decoder, session.optimizers)
        path = checkpoint.write(
            self.folder,
            asdict(self.model),
            {MODEL: session.decoder.state_dict(), OPTIMIZER: optimizer},
            self.tokenizer,
            self.state(session),
        )
        session.log.event(session.step, "checkpoint", checkpoint=path.name)
        self.retain(session)

    def state(self, session: Session) -> dict[str, Any]:
        return {
            "step": session.step,
            "tokens": session.plan.tokens_until(session.step),
            "attempt": session.log.attempt,
            "plan": session.plan.as_json(),
            "before_decay": session.step == session.plan.decay_start,
            "identity": self.identity,
            "machine": asdict(session.machine),
            "schedule": self.schedule,
            "mix_schedule": self.mix_schedule,
            "fork": self.fork,
            "last_row": {key: value for key, value in session.last_row.items() if key != "tokens_per_s"},
        }

    def retain(self, session: Session) -> None:
        """Keep the newest that serve the plan and the newest before the decay; later steps are left alone."""
        serving, before_decay, rest = [], [], []
        for folder in folders(self.folder):
            if folder.name > name_of(session.step):
                continue
            try:
                state = read_state(folder)
            except HeadwaterError:  # damaged: `resume` has said so, and it can serve nobody
                rest.append(folder)
                continue
            rest.append(folder)
            if serves(state, session.plan):
                serving.append(folder)
            if state["before_decay"]:
                before_decay.append(folder)
        kept = {*serving[: session.config.keep_checkpoints], *before_decay[:1]}
        for folder in rest:
            if folder not in kept:
                checkpoint.remove(folder)
