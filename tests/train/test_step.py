import numpy as np
import pytest
import torch

from headwater.model.config import resolve
from headwater.model.decoder import build
from headwater.model.init import initialise
from headwater.train import precision, step
from headwater.train.config import TrainConfig
from tests.train import tiny

CONFIG = resolve(tiny.MODEL, tiny.VOCAB, tiny.LENGTH)


def gradients(tokens, micro_batch, dtype="fp32", compiled="off"):
    decoder = initialise(build(CONFIG), 1)
    config = TrainConfig(
        micro_batch=micro_batch, precision=dtype, compile=compiled, sequence_length=tiny.LENGTH, device="cpu"
    )
    machine, _ = precision.decide(config, 1e18, len(tokens))
    step.prepare(decoder, machine, tiny.LENGTH)
    nats_B = step.accumulate(decoder, tokens, machine)
    return nats_B, {name: p.grad for name, p in decoder.named_parameters()}


def test_accumulation_is_exact_however_the_batch_is_cut():
    tokens = np.random.default_rng(0).integers(0, tiny.VOCAB, (7, tiny.LENGTH + 1))
    nats_B, whole = gradients(tokens, 7)
    for micro_batch in (1, 2, 3, 5):
        others_B, parts = gradients(tokens, micro_batch)
        torch.testing.assert_close(others_B, nats_B, rtol=1e-6, atol=1e-5)
        for name, gradient in whole.items():
            torch.testing.assert_close(parts[name], gradient, rtol=1e-4, atol=1e-7)


def test_losses_are_those_of_the_plain_model():
    tokens = np.random.default_rng(0).integers(0, tiny.VOCAB, (4, tiny.LENGTH + 1))
    nats_B, _ = gradients(tokens, 3)
    decoder = initialise(build(CONFIG), 1)
    given = torch.from_numpy(tokens)
    plain = torch.nn.functional.cross_entropy(decoder(given[:, :-1]).transpose(1, 2), given[:, 1:], reduction="none")
    torch.testing.assert_close(nats_B, plain.sum(1), rtol=1e-5, atol=1e-5)
    channels = np.array([0, 2, 0, 0], dtype=np.int32)
    found = step.by_channel(nats_B, channels, ("a", "b", "c"), np.full(len(channels), tiny.LENGTH))
    assert set(found) == {"a", "c"} and found["c"] == pytest.approx(plain[1].mean().item(), rel=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not precision.has_compiler(), reason="no C++ compiler: torch.compile cannot be tried")
@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
def test_compiled_steps_are_equal_and_repeatable(dtype):
    tokens = np.random.default_rng(0).integers(0, tiny.VOCAB, (6, tiny.LENGTH + 1))
    _, eager = gradients(tokens, 3, dtype)
    _, first = gradients(tokens, 3, dtype, "on")
    _, second = gradients(tokens, 3, dtype, "on")
    for name, gradient in eager.items():
        assert torch.equal(first[name], second[name])
        tolerance = 1e-5 if dtype == "fp32" else 0.05 * gradient.abs().max().item()
        torch.testing.assert_close(first[name], gradient, rtol=1e-4 if dtype == "fp32" else 0.05, atol=tolerance)


@pytest.mark.parametrize("micro_batch", [1, 4])
def test_only_scored_targets_of_ones_own_document_count(micro_batch):
    """The gradient and loss of rows of two documents are those of the documents alone, padding and all."""
    rng = np.random.default_rng(2)
    halves = rng.integers(0, tiny.VOCAB, (4, 2, 8))
    tokens = np.concatenate([halves[:, 0], halves[:, 1], np.zeros((4, 1), int)], axis=1)  # 16 inputs and a last target
    segment = np.repeat([[0, 1]], 8, axis=1).repeat(4, axis=0).astype(np.int32)
    scored = np.ones((4, tiny.LENGTH + 1), bool)
    scored[:, [8, 16]] = False  # the first token of the second half has its lead-in elsewhere; the last is padding
    config = TrainConfig(micro_batch=micro_batch, precision="fp32", compile="off", sequence_length=16, device="cpu")
    machine, _ = precision.decide(config, 1e18, 4)
    decoder = initialise(build(CONFIG), 1)
    step.prepare(decoder, machine, tiny.LENGTH)
    nats_B = step.accumulate(decoder, tokens, machine, scored, segment)
    plain = initialise(build(CONFIG), 1)
    alone = torch.from_numpy(halves.reshape(8, 8))
    nats = torch.nn.functional.cross_entropy(
        plain(alone[:, :-1]).transpose(1, 2), alone[:, 1:], reduction="none"
    )  # 7 targets a half
    nats.mean().backward()
    torch.testing.assert_close(nats_B, nats.view(4, -1).sum(1), rtol=1e-5, atol=1e-5)
    assert step.scored_targets(tokens, scored).tolist() == [14] * 4
    theirs = dict(plain.named_parameters())
    for name, parameter in decoder.named_parameters():
        torch.testing.assert_close(parameter.grad, theirs[name].grad, rtol=1e-4, atol=1e-7)
