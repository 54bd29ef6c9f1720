"""A run that was stopped, damaged, lengthened, forked or told otherwise."""

import hashlib
import io
import json
import os
import random
import shutil
import signal
from dataclasses import replace

import pytest

from headwater.errors import HeadwaterError
from headwater.model.checkpoint import folders, name_of, verify
from headwater.monitor import metrics
from headwater.train import guard, loop, stage
from headwater.train.config import TrainConfig
from tests.train import tiny

STEP_TOKENS = 8 * tiny.LENGTH


def weights_of(root, run, step):
    return hashlib.sha256((root / f"runs/{run}/checkpoints/{name_of(step)}/model.safetensors").read_bytes()).hexdigest()


def rows_of(root, run):
    return {
        step: (row["loss"], row["batch_digest"], row["lr"], row["grad_norm"])
        for step, row in metrics.latest(root / "runs" / run).items()
    }


def events_of(root, run):
    return [json.loads(line) for line in (root / "runs" / run / "events.jsonl").read_text().splitlines()]


def stop_after(monkeypatch, step, act):
    """Do `act` when the given step is done, as a signal between two steps would."""
    advance = loop.advance

    def wrapped(session):
        row = advance(session)
        if session.step == step:
            act()
        return row

    monkeypatch.setattr(loop, "advance", wrapped)


class Killed(BaseException):
    """Stands for kill -9: nothing in the code under test may catch it."""


def kill():
    raise Killed


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_killed_anywhere_ends_bit_identical(tmp_path, monkeypatch, precision, optimizer):
    settings = {"precision": precision, "optimizer": optimizer}
    whole = stage.run(tiny.world(tmp_path, "whole", **settings))
    rng = random.Random(precision + optimizer)
    for step in sorted(rng.sample(range(1, 20), 4)):
        with monkeypatch.context() as patch:
            stop_after(patch, step, kill)
            with pytest.raises(Killed):
                stage.run(tiny.world(tmp_path, "cut", **settings))
    assert stage.run(tiny.world(tmp_path, "cut", **settings)) == whole
    assert weights_of(tmp_path, "cut", 20) == weights_of(tmp_path, "whole", 20)
    assert rows_of(tmp_path, "cut") == rows_of(tmp_path, "whole")
    assert events_of(tmp_path, "cut")[-1]["attempt"] == 5


@pytest.mark.parametrize(
    ("number", "failure", "code"), [(signal.SIGTERM, "preempted", 75), (signal.SIGINT, "interrupted", 130)]
)
def test_signals_save_and_the_same_command_goes_on(tmp_path, monkeypatch, number, failure, code):
    stage.run(tiny.world(tmp_path, "whole"))
    before = signal.getsignal(number)
    with monkeypatch.context() as patch:
        stop_after(patch, 7, lambda: os.kill(os.getpid(), number))
        with pytest.raises(HeadwaterError) as caught:
            stage.run(tiny.world(tmp_path, "cut"))
    assert (caught.value.failure, caught.value.exit_code) == (failure, code)
    assert signal.getsignal(number) is before
    assert verify(tmp_path / "runs/cut/checkpoints/step-00000007").step == 7
    stage.run(tiny.world(tmp_path, "cut"))
    assert weights_of(tmp_path, "cut", 20) == weights_of(tmp_path, "whole", 20)


def test_a_second_interrupt_stops_at_once():
    with guard.stop_signals() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.failure == "interrupted"
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_damaged_checkpoint_is_said_and_the_one_before_used(tmp_path):
    stage.run(tiny.world(tmp_path, "whole"))
    shutil.copytree(tmp_path / "runs/whole", tmp_path / "runs/cut")
    path = tmp_path / "runs/cut/checkpoints/step-00000020/model.safetensors"
    path.write_bytes(path.read_bytes()[:-3])
    heard = io.StringIO()
    stage.run(tiny.world(tmp_path, "cut", say=heard))
    assert "step-00000020/model.safetensors" in heard.getvalue() and "cut short" in heard.getvalue()
    assert [e["kind"] for e in events_of(tmp_path, "cut") if e["attempt"] == 2][:2] == ["damaged_checkpoint", "resume"]
    assert weights_of(tmp_path, "cut", 20) == weights_of(tmp_path, "whole", 20)


def test_no_intact_checkpoint_is_an_error_with_a_mend(tmp_path):
    stage.run(tiny.world(tmp_path))
    for folder in folders(tmp_path / "runs/tiny/checkpoints"):
        (folder / "state.json").write_bytes(b"{")
    with pytest.raises(HeadwaterError) as caught:
        stage.run(tiny.world(tmp_path))
    assert (
        caught.value.exit_code == 3 and caught.value.failure == "damaged_checkpoint" and "remove" in caught.value.mend
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"model": replace(tiny.MODEL, hidden_size=48)}, "model.hidden_size"),
        ({"seed": 8}, "seed"),
        ({"train": replace(tiny.TRAIN, weight_decay=0.2)}, "train.weight_decay"),
        ({"train": replace(tiny.TRAIN, optimizer="muon")}, "train.optimizer"),
        ({"train": replace(tiny.TRAIN, learning_rate=0.02)}, "train.learning_rate"),
    ],
)
def test_another_recipe_is_refused_by_field(tmp_path, changed, field):
    stage.run(tiny.world(tmp_path))
    kept = rows_of(tmp_path, "tiny")
    with pytest.raises(HeadwaterError) as caught:
        stage.run(tiny.world(tmp_path, **changed))
    error = caught.value
    assert error.failure == "recipe_changed" and error.exit_code == 2
    assert f"{field} was " in error.message and " now" in error.message and "--fork" in error.mend
    assert rows_of(tmp_path, "tiny") == kept


def test_other_data_is_refused(tmp_path):
    stage.run(tiny.world(tmp_path))
    context = tiny.world(tmp_path)
    with pytest.raises(HeadwaterError, match="data.pack was 'p' and is 'q' now"):
        stage.run(replace(context, input_digests={**context.input_digests, "pack": "q"}))


def test_finished_runs_have_nothing_to_do(tmp_path):
    figures = stage.run(tiny.world(tmp_path))
    for tokens in (20 * STEP_TOKENS, 10 * STEP_TOKENS):
        heard = io.StringIO()
        assert stage.run(tiny.world(tmp_path, tokens=tokens, say=heard)) == figures
        assert "nothing to do" in heard.getvalue()
    assert len(rows_of(tmp_path, "tiny")) == 20


def test_longer_training_goes_on_from_before_the_decay(tmp_path):
    stage.run(tiny.world(tmp_path, "long", tokens=40 * STEP_TOKENS))
    stage.run(tiny.world(tmp_path, "grown"))
    stage.run(tiny.world(tmp_path, "grown", tokens=40 * STEP_TOKENS))
    resumed = [event for event in events_of(tmp_path, "grown") if event["kind"] == "resume"]
    assert [event["step"] for event in resumed] == [15]  # the decay of 20 steps begins after 15
    grown, long = rows_of(tmp_path, "grown"), rows_of(tmp_path, "long")
    assert len(grown) == 40 and grown[16][2] == 0.01
    batches = [grown[step][1] for step in range(1, 41)]
    assert len(set(batches)) == 40 and batches[:15] == [long[step][1] for step in range(1, 16)]
    assert [
        json.loads(line)["first_step"] for line in (tmp_path / "runs/grown/schedule.jsonl").read_text().splitlines()
    ] == [1, 16]


def test_longer_training_survives_a_kill_before_its_first_checkpoint(tmp_path, monkeypatch):
    for run in ("grown", "cut"):
        stage.run(tiny.world(tmp_path, run))
    longer = {"tokens": 40 * STEP_TOKENS, "checkpoint_every_steps": 8}
    stage.run(tiny.world(tmp_path, "grown", **longer))
    for step in (17, 21, 29):
        with monkeypatch.context() as patch:
            stop_after(patch, step, kill)
            with pytest.raises(Killed):
                stage.run(tiny.world(tmp_path, "cut", **longer))
    stage.run(tiny.world(tmp_path, "cut", **longer))
    assert weights_of(tmp_path, "cut", 40) == weights_of(tmp_path, "grown", 40)
    assert rows_of(tmp_path, "cut") == rows_of(tmp_path, "grown")


def test_a_changed_mixture_is_appended(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        stop_after(patch, 9, kill)
        with pytest.raises(Killed):
            stage.run(tiny.world(tmp_path))
    counts = {"zh-general": 1, "en-general": 8, "code-specific": 1}
    stage.run(tiny.world(tmp_path, counts=counts))
    rows = [json.loads(line) for line in (tmp_path / "runs/tiny/schedule.jsonl").read_text().splitlines()]
    assert [row["first_step"] for row in rows] == [1, 9] and rows[1]["counts"] == counts
    assert sum(rows[1]["offsets"].values()) == 8 * 8  # eight steps of eight sequences were drawn before


def test_a_shorter_run_before_its_decay_is_allowed_and_after_it_is_not(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        stop_after(patch, 13, kill)
        with pytest.raises(Killed):
            stage.run(tiny.world(tmp_path, keep_checkpoints=1))
    with pytest.raises(HeadwaterError) as caught:  # 12 steps are done, and the decay of 14 would have begun at 10
        stage.run(tiny.world(tmp_path, tokens=14 * STEP_TOKENS))
    assert caught.value.failure == "recipe_changed" and caught.value.where == "train.tokens"
    assert stage.run(tiny.world(tmp_path, tokens=17 * STEP_TOKENS))["steps"] == 17


def test_fork_starts_from_another_run(tmp_path):
    stage.run(tiny.world(tmp_path, "parent"))
    figures = stage.run(tiny.world(tmp_path, "child", fork="parent@15", learning_rate=0.002, tokens=30 * STEP_TOKENS))
    assert figures["steps"] == 30
    child = rows_of(tmp_path, "child")
    assert min(child) == 16 and child[16][2] == 0.002
    assert events_of(tmp_path, "child")[0]["kind"] == "fork"
    assert child[16][0] < rows_of(tmp_path, "parent")[1][0]  # it does not begin anew


@pytest.mark.parametrize(
    ("fork", "failure"),
    [
        ("parent@3", "unknown_name"),
        ("nobody@15", "unknown_name"),
        ("parent", "arguments"),
        ("../x@1", "arguments"),
        ("parent@20", "arguments"),
    ],
)
def test_a_fork_that_cannot_be(tmp_path, fork, failure):
    stage.run(tiny.world(tmp_path, "parent"))
    with pytest.raises(HeadwaterError) as caught:
        stage.run(tiny.world(tmp_path, "child", fork=fork))
    assert caught.value.failure == failure and caught.value.mend


def test_divergence_stops_before_the_weights_move(tmp_path):
    with pytest.raises(HeadwaterError) as caught:
        stage.run(
            tiny.world(
                tmp_path, learning_rate=9.0, warmup_tokens=0, clip_norm=0.0, weight_decay=9.0, tokens=400 * STEP_TOKENS
            )
        )
    assert caught.value.exit_code == 4
    assert events_of(tmp_path, "tiny")[-1]["kind"] == "non_finite"
    for folder in folders(tmp_path / "runs/tiny/checkpoints"):
        verify(folder)


def test_old_checkpoints_go_and_the_one_before_the_decay_stays(tmp_path):
    stage.run(tiny.world(tmp_path, checkpoint_every_steps=1, keep_checkpoints=2))
    assert [f.name for f in folders(tmp_path / "runs/tiny/checkpoints")] == [name_of(step) for step in (20, 19, 15)]
    assert not list((tmp_path / "runs/tiny/checkpoints").glob(".tmp-*"))


def test_a_mixture_with_fewer_steps_is_said(tmp_path):
    context = tiny.world(tmp_path)
    longer: TrainConfig = replace(tiny.TRAIN, tokens=99 * STEP_TOKENS)
    heard = io.StringIO()
    context = replace(
        context,
        stage=replace(context.stage, config=longer),
        report=tiny.Reporter(out=heard),
    )
    assert stage.run(context)["steps"] == 20
    assert "the mixture gives 20 steps of the 99 asked for" in heard.getvalue()
