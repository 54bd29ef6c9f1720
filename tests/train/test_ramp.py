"""Training with a batch that grows while the mixture changes: counted right, and the same after a kill anywhere."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from headwater import storage
from headwater.batches.packing import num_windows
from headwater.errors import HeadwaterError
from headwater.mix import phases
from headwater.mix.config import MixtureConfig, PhaseConfig
from headwater.mix.constraints import labelled
from headwater.mix.segments import segments
from headwater.mix.solve import solve
from headwater.monitor import metrics
from headwater.train import stage
from headwater.train.config import BatchRamp, steps_of
from headwater.train.derive import plan
from headwater.train.schedule import wsd
from tests.train import tiny
from tests.train.test_resume import Killed, kill, rows_of, stop_after, weights_of

RAMP = BatchRamp(start=0.25, tokens=6 * 8 * tiny.LENGTH, stages=3)
MIXTURE = MixtureConfig(lang={"zh": 1, "en": 1}, phases=(PhaseConfig(start="decay", lang={"zh": 1, "code": 1}),))


def world(root, run, **changed):
    """A run whose schedule is the mixture's own."""
    context = tiny.world(root, run, batch_ramp=RAMP, **changed)
    train = context.recipe.train
    steps = steps_of(train)
    sizes = {name: num_windows(size, tiny.LENGTH) * tiny.LENGTH for name, size in tiny.CHANNELS.items()}
    parts, _ = phases.parts(MIXTURE, steps, train.decay_share)
    spans = [part.span for part in parts]
    mixture = solve([labelled(*one) for one in sizes.items()], MIXTURE, steps.tokens_until(steps.num_steps), spans)
    rows = [json.dumps(one.row()) + "\n" for one in segments(mixture, parts, steps, context.seed)]
    mix = root / f"mix-ramp-{train.tokens}"
    storage.write_text(mix / "schedule.jsonl", "".join(rows))
    return replace(context, inputs=context.inputs | {"mix": mix})


def test_tokens_rates_and_batches_are_counted_by_the_ramp(tmp_path):
    figures = stage.run(world(tmp_path, "whole"))
    run = plan(replace(tiny.TRAIN, batch_ramp=RAMP), stage.resolve(tiny.MODEL, tiny.VOCAB, tiny.LENGTH))
    rows = metrics.latest(tmp_path / "runs/whole")
    assert [size for _, size in run.ramp] == [2, 4, 6] and figures["steps"] == run.num_steps == max(rows)
    assert figures["tokens"] == run.tokens >= tiny.TRAIN.tokens > run.tokens_until(run.num_steps - 1)
    for step, row in rows.items():
        assert row["tokens"] == run.tokens_until(step) and row["lr"] == wsd(run, step)
        drawn = {name.partition("-")[0] for name in row["loss_by_channel"]}
        assert drawn <= ({"zh", "code"} if step > run.decay_start else {"zh", "en"})


def test_killed_anywhere_ends_bit_identical(tmp_path, monkeypatch):
    whole = stage.run(world(tmp_path, "whole"))
    for step in sorted(random.Random(3).sample(range(1, whole["steps"]), 3)):
        with monkeypatch.context() as patch:
            stop_after(patch, step, kill)
            with pytest.raises(Killed):
                stage.run(world(tmp_path, "cut"))
    assert stage.run(world(tmp_path, "cut")) == whole
    assert weights_of(tmp_path, "cut", whole["steps"]) == weights_of(tmp_path, "whole", whole["steps"])
    assert rows_of(tmp_path, "cut") == rows_of(tmp_path, "whole")


def test_longer_training_goes_on_after_the_ramp(tmp_path):
    stage.run(world(tmp_path, "run"))
    longer = stage.run(world(tmp_path, "run", tokens=30 * 8 * tiny.LENGTH))
    rows = metrics.latest(tmp_path / "runs/run")
    assert longer["steps"] == max(rows) and longer["tokens"] >= 30 * 8 * tiny.LENGTH
    assert [rows[step]["tokens"] for step in sorted(rows)] == sorted({row["tokens"] for row in rows.values()})


def test_another_ramp_is_another_run_and_another_schedule_is_refused(tmp_path):
    stage.run(world(tmp_path, "run"))
    with pytest.raises(HeadwaterError, match=r"train\.batch_ramp"):
        stage.run(tiny.world(tmp_path, "run"))
    with pytest.raises(HeadwaterError, match="in step 1, the recipe 2"):
        stage.run(tiny.world(tmp_path, "other", batch_ramp=RAMP))


def test_a_ramp_that_cannot_be_is_named():
    problems = [BatchRamp(start=0.5).check(), BatchRamp(start=0.0).check(), BatchRamp(stages=0).check()]
    assert [path for found in problems for path, _ in found] == ["tokens", "start", "stages"]
