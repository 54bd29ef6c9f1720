"""The digits lab: its sums are right, answers are marked exactly, and it writes what a lab writes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import torch

from headwater import storage
from headwater.cli.lab import lab
from headwater.errors import HeadwaterError
from headwater.labs import arithmetic, digits
from headwater.tokenizer import report, train
from headwater.tokenizer.config import TokenizerConfig


@pytest.fixture(scope="module")
def encoder():
    lines = arithmetic.drawn(np.random.default_rng(0), 500)
    text = pa.array(["".join(pair) for pair in zip(lines.asked, lines.answers, strict=True)], pa.large_string())
    config = TokenizerConfig(vocab_size=400, digits="triple", reserve=0)
    return report.encoder_of(train.train_from([pa.RecordBatch.from_pydict({"text": text})], config))


def test_every_answer_is_right():
    found = arithmetic.drawn(np.random.default_rng(1), 400)
    for asked, answer, size in zip(found.asked, found.answers, found.digits.tolist(), strict=True):
        left, right = (int(part) for part in asked.rstrip("=").split("+"))
        assert int(answer) == left + right
        assert size == max(len(str(left)), len(str(right)))
    assert set(found.digits.tolist()) == {1, 2, 3, 4}


def test_only_the_answer_is_scored(encoder):
    found = arithmetic.drawn(np.random.default_rng(2), 50)
    inputs, targets = arithmetic.tokens(encoder, found)
    for row, (asked, answer) in enumerate(zip(found.asked, found.answers, strict=True)):
        scored = targets[row] != arithmetic.IGNORED
        assert encoder.decode(targets[row][scored].numpy()) == answer
        first = int(scored.nonzero()[0])
        assert encoder.decode(inputs[row][: first + 1].numpy()) == asked


class Oracle:
    """Answers each token of a text as it comes, but for some rows."""

    def __init__(self, targets, wrong):
        self.targets, self.wrong, self.at = targets, wrong, 0

    def __call__(self, inputs):
        part = self.targets[self.at : self.at + len(inputs)].clone()
        part[part == arithmetic.IGNORED] = 0
        for row in self.wrong:
            if self.at <= row < self.at + len(inputs):
                place = int((self.targets[row] != arithmetic.IGNORED).nonzero()[-1])
                part[row - self.at, place] += 1
        self.at += len(inputs)
        return torch.nn.functional.one_hot(part, 1000).float()


def test_one_wrong_token_makes_the_answer_wrong(encoder):
    found = arithmetic.drawn(np.random.default_rng(3), 300)
    _, targets = arithmetic.tokens(encoder, found)
    answered = arithmetic.right(Oracle(targets, {0, 280}), encoder, found)
    assert np.flatnonzero(~answered).tolist() == [0, 280]


def test_the_lab_writes_its_page_plot_and_result(tmp_path, monkeypatch):
    monkeypatch.setattr(digits, "VOCABULARY_LINES", 1000)
    monkeypatch.setattr(digits, "TESTED", 60)
    monkeypatch.setattr(digits, "PROBED", 20)
    monkeypatch.setattr(digits, "BATCH", 8)
    outcome = lab("digits", tmp_path / "out", steps=2, seed=0)
    result = storage.read_json(tmp_path / "out" / "result.json")
    assert set(result["ways"]) == {"single", "triple", "none"}
    assert all(0 <= found["accuracy"] <= 1 and found["curve"] for found in result["ways"].values())
    assert "| left to merging |" in (tmp_path / "out" / "index.md").read_text()
    assert (tmp_path / "out" / "accuracy.svg").read_text().startswith("<svg")
    assert outcome.value["steps"] == 2
    with pytest.raises(HeadwaterError, match="not empty"):
        lab("digits", tmp_path / "out", steps=2, seed=0)


def test_an_unknown_lab_is_refused(tmp_path):
    with pytest.raises(HeadwaterError, match="no lab 'numbers'"):
        lab("numbers", tmp_path / "out", steps=0, seed=0)
