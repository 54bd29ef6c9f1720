import math
from types import SimpleNamespace

import pytest

from headwater.model.config import ModelSection, resolve
from headwater.tokenizer.config import TokenizerConfig
from headwater.train.config import TrainConfig, num_steps, sequences_a_step
from headwater.train.derive import MAX_DERIVED_RATE, Plan, derived, learning_rate, plan
from headwater.train.optim.registry import OPTIMIZERS
from headwater.train.precision import cpu_has_bf16, decide
from headwater.train.schedule import wsd

MODEL = resolve(ModelSection(preset="llama-100m"), 16384, 512)


def test_batches_are_whole_sequences_and_steps_cover_the_tokens():
    config = TrainConfig(tokens=20_000_000, batch_tokens=32_000, sequence_length=512)
    assert sequences_a_step(config) == 63  # 62.5 rounds up
    steps = num_steps(config)
    assert (steps - 1) * 63 * 512 < 20_000_000 <= steps * 63 * 512


def test_schedule_warms_up_stays_and_decays():
    run = Plan(sequences=1, sequence_length=1, num_steps=100, warmup_steps=10, decay_start=80, learning_rate=1.0)
    rates = [wsd(run, step) for step in range(1, 101)]
    assert rates[0] == 0.1 and rates[9] == 1.0 and set(rates[9:80]) == {1.0}
    assert rates[80] == 1.0 and rates[90] == pytest.approx(1 - math.sqrt(0.5))
    assert all(a > b for a, b in zip(rates[80:], rates[81:], strict=False)) and rates[-1] > 0


def test_step_law_and_its_bound():
    rate, why = learning_rate(TrainConfig(tokens=2_000_000_000), MODEL)
    assert rate == pytest.approx(1.79 * 100.7e6**-0.713 * 2e9**0.307, rel=0.01) and "2503.04715" in why
    tiny = resolve(ModelSection(preset="llama-1m"), 512, 512)
    for optimizer in OPTIMIZERS:
        assert learning_rate(TrainConfig(optimizer=optimizer), tiny)[0] == MAX_DERIVED_RATE[optimizer]  # type: ignore[arg-type]
    assert learning_rate(TrainConfig(learning_rate=0.01), tiny) == (0.01, "the recipe's")


@pytest.mark.parametrize("tokens", [1, 600, 40_000, 10_000_000])
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_a_plan_of_any_length_holds_together(tokens, share):
    run = plan(TrainConfig(tokens=tokens, decay_share=share), MODEL)
    assert 1 <= run.warmup_steps <= run.decay_start <= run.num_steps
    assert all(0 < wsd(run, step) <= run.learning_rate for step in range(1, min(run.num_steps, 400) + 1))


def test_warmup_of_zero_tokens_begins_at_the_peak():
    run = plan(TrainConfig(warmup_tokens=0, learning_rate=0.5), MODEL)
    assert run.warmup_steps == 0 and wsd(run, 1) == 0.5


def test_what_cannot_be_is_named():
    wrong = TrainConfig(
        tokens=0, betas=(0.9,), decay_share=1.5, learning_rate=0.0, checkpoint_every_steps=0, clip_norm=-1.0
    )
    named = {name for name, _ in wrong.check()}
    assert named == {"tokens", "betas", "decay_share", "learning_rate", "checkpoint_every_steps", "clip_norm"}
    assert [name for name, _ in TrainConfig(batch_tokens=100).check()] == ["batch_tokens"]
    assert TrainConfig().check() == []


def test_derived_numbers_are_printable():
    recipe = SimpleNamespace(train=TrainConfig(), model=ModelSection(), tokenizer=TokenizerConfig())
    rows = derived(recipe)
    assert {name for name, *_ in rows} >= {"parameters", "batch_tokens", "steps", "learning_rate", "training_flops"}
    assert all(isinstance(text, str) and why for _, _, text, why in rows)


def test_machine_is_decided_and_said():
    machine, _ = decide(TrainConfig(compile="off"), 1.0, 16)
    assert machine.device == "cpu" or machine.precision == "bf16"
    if machine.device == "cpu":
        assert machine.precision == ("bf16" if cpu_has_bf16() else "fp32")
    short, said = decide(TrainConfig(device="cpu"), 1.0, 16)
    assert not short.compile and any("torch.compile off" in line for line in said)


def test_no_compiler_is_said_not_fatal(monkeypatch):
    monkeypatch.setenv("PATH", "")
    for wish in ("auto", "on"):
        machine, said = decide(TrainConfig(compile=wish, device="cpu"), 1e18, 16)
        assert not machine.compile and "no C++ compiler" in said[-1]
