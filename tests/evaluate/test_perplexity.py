"""The score is the slow, obvious one, whatever the batch, and says how sure it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from headwater.errors import HeadwaterError
from headwater.evaluate import perplexity, windows
from headwater.evaluate.config import EvaluateConfig
from headwater.evaluate.windows import Encoded
from tests.generate.tiny import EOD, Bytes, decoder

TEXTS = {
    "zh-general": "清晨,老师在安静的花园里阅读论文。" * 30,
    "en-general": "The river carries the old mill's letters to the sea. " * 20,
    "code-general": "def f(x):\n    return x + 1\n\n" * 30,
}


def cut(length: int = 24, wanted: int = 11) -> dict[str, np.ndarray]:
    documents = [
        Encoded(channel=name, id=name, url="", ids=Bytes().encode_batch([text])[0]) for name, text in TEXTS.items()
    ]
    return windows.cut(documents, EOD, length, wanted, 1)


def reference(model: torch.nn.Module, row: np.ndarray) -> np.ndarray:
    """Nats of each token of one window, by log-softmax in float64 over the plain logits."""
    with torch.inference_mode():
        logits = model(torch.from_numpy(row[None, :-1].astype(np.int64)))[0].double()
    logp = torch.log_softmax(logits, dim=-1)
    return -logp[torch.arange(len(row) - 1), torch.from_numpy(row[1:].astype(np.int64))].numpy()


@pytest.mark.parametrize("batch", [1, 4, 5, 8])
def test_log_probabilities_do_not_depend_on_the_batch(batch):
    model = decoder()
    rows = np.concatenate(list(cut().values()))
    found = perplexity.window_nats(model, rows, batch)
    slow = np.stack([reference(model, row) for row in rows])
    assert np.abs(found - slow).max() <= 1e-4


def test_positions_scored_in_stretches_are_the_same(monkeypatch):
    model, rows = decoder(), cut()["zh-general"]
    whole = perplexity.window_nats(model, rows, 4)
    monkeypatch.setattr(perplexity, "MAX_LOGITS", Bytes.vocab_size * 5)
    assert np.abs(perplexity.window_nats(model, rows, 4) - whole).max() <= 1e-4


def test_bits_a_byte_are_summed_nats_over_summed_bytes():
    model, rows = decoder(), cut()
    result = perplexity.score(model, Bytes(), rows, EvaluateConfig())
    for name, found in result["channels"].items():
        nats = np.stack([reference(model, row) for row in rows[name]])
        text = rows[name][:, 1:] < 256
        assert found["bits_per_byte"] == pytest.approx(nats[text].sum() / math.log(2) / text.sum(), rel=1e-5)
        assert found["ppl"] == pytest.approx(math.exp(nats.mean()), rel=1e-5)
        assert found["n"] == len(rows[name]) and found["low"] < found["ppl"] < found["high"]
    assert result["n"] == sum(map(len, rows.values())) and result["metric"] == "perplexity"


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(3)
    for count in (5, 40):
        inside = 0
        for _ in range(2000):
            _, _, low, high = perplexity.interval(rng.normal(2.0, 0.5, count))
            inside += low <= 2.0 <= high
        assert abs(inside / 2000 - 0.95) < 0.02


def test_one_window_has_no_interval_and_an_empty_channel_no_score():
    rows = cut()
    few = {"zh-general": rows["zh-general"][:1], "en-general": rows["en-general"][:0]}
    channels = perplexity.score(decoder(), Bytes(), few, EvaluateConfig())["channels"]
    assert channels["zh-general"]["n"] == 1 and channels["zh-general"]["low"] is None
    assert channels["en-general"] == {"ppl": None, "low": None, "high": None, "n": 0, "bits_per_byte": None}
    with pytest.raises(HeadwaterError) as caught:
        perplexity.score(decoder(), Bytes(), {"en-general": rows["en-general"][:0]}, EvaluateConfig())
    assert caught.value.exit_code == 3


def test_a_model_of_not_a_number_gives_no_score():
    model = decoder()
    with torch.no_grad():
        model.model.norm.weight.fill_(math.nan)
    with pytest.raises(HeadwaterError) as caught:
        perplexity.score(model, Bytes(), cut(), EvaluateConfig())
    assert caught.value.exit_code == 4


def test_marks_have_no_bytes():
    sizes = perplexity.token_bytes(Bytes())
    assert sizes[:256].tolist() == [1] * 256 and sizes[EOD] == 0
