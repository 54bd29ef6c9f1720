"""Where a run goes on: from its own newest intact checkpoint, another run's, or the beginning.

In: a run folder, the plan and the identity. Out: a Start. A checkpoint serves when its rate has not
begun to fall, or fell by the same plan; so a longer run goes back to the one before the decay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError
from headwater.model.checkpoint import CHECKPOINTS, Checkpoint, verify
from headwater.model.checkpoint import folders as folders_of
from headwater.train import fork as forks
from headwater.train import segments
from headwater.train.derive import Plan
from headwater.train.identity import check_same


@dataclass(frozen=True, kw_only=True)
class Start:
    """The state a loop begins with. `step` steps are done; `finished` says that none is left."""

    step: int
    plan: Plan
    rows: segments.Rows
    checkpoint: Checkpoint | None = None
    fork: bool = False
    finished: bool = False
    damaged: tuple[str, ...] = ()


def serves(state: dict[str, Any], plan: Plan) -> bool:
    """Whether a checkpoint's learning rate is the one `plan` would have given."""
    its = state["plan"]
    if its["num_steps"] == plan.num_steps:
        return True
    return bool(state["step"] <= min(its["decay_start"], plan.decay_start))


def find(
    run_folder: Path, plan: Plan, mix_rows: segments.Rows, now: dict[str, Any], fork: str, say: Callable[[str], None]
) -> Start:
    """Raises HeadwaterError recipe_changed, damaged_checkpoint, unknown_name or arguments."""
    parent = run_folder / CHECKPOINTS
    folders = folders_of(parent)
    if not folders:
        return _forked(run_folder, plan, mix_rows, now, fork) if fork else Start(step=0, plan=plan, rows=mix_rows)
    intact, damaged = _intact(folders, say)
    if not intact:
        raise HeadwaterError(
            "damaged_checkpoint",
            f"none of the {len(folders)} checkpoints is intact: {'; '.join(damaged)}",
            where=str(parent),
            mend=f"restore one from a copy, or remove {parent} to train from the beginning",
        )
    if fork and intact[0].state.get("fork", "") != fork:
        raise HeadwaterError(
            "arguments",
            f"the run {run_folder.name!r} has checkpoints of its own that did not start from {fork}",
            where="--fork",
            mend="give the fork a run of its own: --set name=…",
        )
    check_same(intact[0].state["identity"], now, run_folder.name)
    finished = next((c for c in intact if c.step >= max(c.state["plan"]["num_steps"], plan.num_steps)), None)
    if finished is not None:
        return _start(finished, plan, finished.state["schedule"], damaged, finished=True)
    serving = next((c for c in intact if serves(c.state, plan)), None)
    if serving is None:
        raise _none_serves(run_folder.name, intact, plan)
    return _start(serving, plan, _rows(serving, mix_rows), damaged)


def _intact(folders: list[Path], say: Callable[[str], None]) -> tuple[list[Checkpoint], list[str]]:
    """Every intact checkpoint, newest first, and what is wrong with the others."""
    intact, damaged = [], []
    for folder in folders:
        try:
            intact.append(verify(folder))
        except HeadwaterError as error:
            if error.failure != "damaged_checkpoint":
                raise
            damaged.append(str(error))
            say(f"damaged checkpoint passed over: {error}")
    return intact, damaged


def _start(found: Checkpoint, plan: Plan, rows: segments.Rows, damaged: list[str], finished: bool = False) -> Start:
    """Peak rate and warm-up stay those the run began with, also where they were derived from fewer tokens."""
    its = found.state["plan"]
    kept = replace(plan, warmup_steps=its["warmup_steps"], learning_rate=its["learning_rate"])
    return Start(step=found.step, plan=kept, rows=rows, checkpoint=found, finished=finished, damaged=tuple(damaged))


def _rows(found: Checkpoint, mix_rows: segments.Rows) -> segments.Rows:
    if found.state["mix_schedule"] == mix_rows:
        return list(found.state["schedule"])
    return segments.extended(found.state["schedule"], mix_rows, found.step)


def _none_serves(run: str, intact: list[Checkpoint], plan: Plan) -> HeadwaterError:
    steps = ", ".join(str(c.step) for c in intact)
    begins = min(plan.decay_start, intact[-1].state["plan"]["decay_start"])
    return HeadwaterError(
        "recipe_changed",
        f"run {run!r} cannot become one of {plan.num_steps} steps: its checkpoints (steps {steps}) come after "
        f"step {begins}, where the learning rate of the old or the new plan begins to fall",
        where="train.tokens",
        mend="set train.tokens back, or give the new run another `name`",
    )


def _forked(run_folder: Path, plan: Plan, mix_rows: segments.Rows, now: dict[str, Any], fork: str) -> Start:
    found = verify(forks.find(run_folder.parent, fork))
    recorded = found.state["identity"]
    check_same(
        recorded,
        now,
        fork.partition("@")[0],
        only=("model.", "data.tokenizer", "train.optimizer", "train.sequence_length"),
    )
    if found.step >= plan.num_steps:
        raise HeadwaterError(
            "arguments",
            f"{fork} has trained {found.step} steps already, the recipe asks for {plan.num_steps} in all",
            where="train.tokens",
            mend="raise train.tokens: it counts the steps before the fork too",
        )
    same_data = (
        recorded["data.pack"] == now["data.pack"] and recorded["train.batch_tokens"] == now["train.batch_tokens"]
    )
    rows = segments.extended(found.state["schedule"], mix_rows, found.step) if same_data else mix_rows
    return Start(step=found.step, plan=plan, rows=rows, checkpoint=found, fork=True)
