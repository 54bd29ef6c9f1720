"""A run that goes on after a takedown: what it did stays, and it neither reads nor scores the documents again."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from headwater import storage
from headwater.batches import takedown
from headwater.batches.reader import BatchReader
from headwater.errors import HeadwaterError
from headwater.model.decoder import build
from headwater.model.init import initialise
from headwater.train import precision, stage, step
from headwater.train.config import TrainConfig
from tests.train import tiny
from tests.train.test_resume import Killed, kill, rows_of, stop_after, weights_of
from tests.train.test_step import CONFIG

TAKEN = {"zh-general": ((0, 700), (1500, 33)), "code-specific": ((100, 1),)}


def begun(root, monkeypatch, run="tiny", steps=9):
    """A run cut short after some steps (its last checkpoint is of step 8), and the takedown that came then."""
    with monkeypatch.context() as patch:
        stop_after(patch, steps, kill)
        with pytest.raises(Killed):
            stage.run(tiny.world(root, run))
    digest = storage.file_digest(root / "tokenizer" / "tokenizer.json")
    storage.write_json(root / "pack" / "pack.json", {"eod_id": 0, "tokenizer": digest})


def test_steps_done_stay_and_those_to_come_leave_it_out(tmp_path, monkeypatch):
    for run in ("plain", "taken"):
        begun(tmp_path, monkeypatch, run)
    takedown.write(tmp_path / "runs/taken", "p", TAKEN)
    for run in ("plain", "taken"):
        stage.run(tiny.world(tmp_path, run))
    plain, taken = rows_of(tmp_path, "plain"), rows_of(tmp_path, "taken")
    assert len(taken) == 20 and all(math.isfinite(row[0]) for row in taken.values())
    assert all(plain[number] == taken[number] for number in range(1, 9)) and plain != taken
    rows = [json.loads(line) for line in (tmp_path / "runs/taken/schedule.jsonl").read_text().splitlines()]
    assert [(row["first_step"], bool(row.get("masked"))) for row in rows] == [(1, False), (9, True)]
    reader = BatchReader(tmp_path / "pack", tmp_path / "runs/taken/schedule.jsonl")
    hidden = sum(int((~reader.batch(number).scored_BT1).sum()) for number in range(9, 21))
    assert hidden > 100 and reader.batch(8).scored_BT1 is None


def test_a_kill_after_a_takedown_changes_nothing(tmp_path, monkeypatch):
    for run in ("whole", "cut"):
        begun(tmp_path, monkeypatch, run)
        takedown.write(tmp_path / f"runs/{run}", "p", TAKEN)
    stage.run(tiny.world(tmp_path, "whole"))
    for number in (10, 14, 17):
        with monkeypatch.context() as patch:
            stop_after(patch, number, kill)
            with pytest.raises(Killed):
                stage.run(tiny.world(tmp_path, "cut"))
    stage.run(tiny.world(tmp_path, "cut"))
    assert weights_of(tmp_path, "cut", 20) == weights_of(tmp_path, "whole", 20)
    assert rows_of(tmp_path, "cut") == rows_of(tmp_path, "whole")


def test_a_longer_run_and_another_mixture_keep_the_takedown(tmp_path, monkeypatch):
    begun(tmp_path, monkeypatch)
    takedown.write(tmp_path / "runs/tiny", "p", TAKEN)
    counts = {"zh-general": 8, "en-general": 1, "code-specific": 1}
    stage.run(tiny.world(tmp_path, counts=counts, tokens=24 * 8 * tiny.LENGTH))
    rows = [json.loads(line) for line in (tmp_path / "runs/tiny/schedule.jsonl").read_text().splitlines()]
    assert rows[-1]["counts"] == counts and rows[-1]["last_step"] == 24 and rows[-1]["masked"]


def test_a_takedown_of_another_corpus_is_none_of_this_one(tmp_path, monkeypatch):
    begun(tmp_path, monkeypatch)
    takedown.write(tmp_path / "runs/tiny", "another", TAKEN)
    stage.run(tiny.world(tmp_path))
    assert "masked" not in (tmp_path / "runs/tiny/schedule.jsonl").read_text()


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"schema": 1, "pack": "p"}', b'{"schema": 2}', b'{"schema": 1, "pack": "p", "masked": [[1]]}'],
)
def test_a_damaged_takedown_stops_the_run_before_it_begins(tmp_path, content):
    context = tiny.world(tmp_path)
    (tmp_path / "runs/tiny/takedown.json").write_bytes(content)
    with pytest.raises(HeadwaterError) as caught:
        stage.run(context)
    assert caught.value.failure in ("damaged_file", "foreign_version")
    assert not (tmp_path / "runs/tiny/schedule.jsonl").exists()


def test_what_is_not_scored_gives_no_gradient_and_the_rest_the_same():
    rng = np.random.default_rng(3)
    tokens = rng.integers(0, tiny.VOCAB, (4, tiny.LENGTH + 1))
    scored = rng.random(tokens.shape) < 0.7
    scored[2] = False
    config = TrainConfig(micro_batch=1, precision="fp32", compile="off", sequence_length=tiny.LENGTH, device="cpu")
    decoder = initialise(build(CONFIG), 1)
    nats_B = step.accumulate(decoder, tokens, precision.decide(config, 1e18, 4)[0], scored)
    found = {name: value.grad.clone() for name, value in decoder.named_parameters()}
    decoder.zero_grad()
    given = torch.from_numpy(tokens)
    targets = torch.where(torch.from_numpy(scored[:, 1:]), given[:, 1:], -100)
    logits = decoder(given[:, :-1]).transpose(1, 2)
    plain = torch.nn.functional.cross_entropy(logits, targets, ignore_index=-100, reduction="none")
    (plain.sum() / scored[:, 1:].sum()).backward()
    torch.testing.assert_close(nats_B, plain.detach().sum(1), rtol=1e-5, atol=1e-5)
    assert nats_B[2] == 0 and step.scored_targets(tokens, scored).tolist() == scored[:, 1:].sum(1).tolist()
    for name, value in decoder.named_parameters():
        torch.testing.assert_close(found[name], value.grad, rtol=1e-4, atol=1e-6)
