"""Phases and ramps: ends exactly at their steps, epochs over the whole run, ratios as they were solved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches.schedule import Schedule
from headwater.batches.steps import Ramp, planned
from headwater.errors import HeadwaterError
from headwater.mix import names, phases
from headwater.mix.config import MixtureConfig, PhaseConfig
from headwater.mix.constraints import labelled
from headwater.mix.segments import segments
from headwater.mix.solve import solve
from headwater.mix.stage import drawn

LENGTH = 32
SIZES = {
    "code-general": 900_000,
    "en-general": 3_000_000,
    "en-instruct": 120_000,
    "en-specific-math": 400_000,
    "zh-general": 2_500_000,
    "zh-instruct": 100_000,
}
DECAY = PhaseConfig(start="decay", kind={"general": 2, "specific": 1, "instruct": 1})
BASE = {"lang": {"zh": 4, "en": 4, "code": 2}, "kind": {"general": 9, "specific": 1}}


def made(config, tokens, batch_tokens=32 * LENGTH, ramp=None, sizes=None, decay_share=0.1, seed=7):
    channels = [labelled(name, size // LENGTH * LENGTH) for name, size in (sizes or SIZES).items()]
    steps = planned(tokens, batch_tokens, LENGTH, ramp)
    parts, notes = phases.parts(config, steps, decay_share)
    spans = [part.span for part in parts]
    mixture = solve(channels, config, float(steps.tokens_until(steps.num_steps)), spans)
    found = segments(mixture, parts, steps, seed)
    return mixture, parts, steps, found, notes


def test_a_decay_phase_brings_in_what_was_kept_back():
    config = MixtureConfig(**BASE, phases=(DECAY,))
    mixture, parts, steps, found, _ = made(config, 4_000_000)
    assert mixture.feasible and [part.span.place for part in parts] == ["mixture", "mixture.phases.0"]
    assert parts[0].last_step == steps.num_steps - round(0.1 * steps.num_steps)
    before, after = drawn(found, parts, LENGTH)
    assert before["zh-instruct"] == before["en-instruct"] == 0
    total = sum(after.values())
    assert (after["zh-instruct"] + after["en-instruct"]) / total == pytest.approx(0.25, abs=1e-3)
    for part in (before, after):
        assert part["code-general"] / sum(part.values()) == pytest.approx(0.2, abs=1e-3)


def test_the_decay_begins_where_the_rate_falls():
    from headwater.model.config import ModelSection, resolve
    from headwater.train.config import BatchRamp, TrainConfig, steps_of
    from headwater.train.derive import plan

    model = resolve(ModelSection(preset="llama-1m"), 512, 512)
    for share in (0.05, 0.1, 0.333):
        for ramp in (BatchRamp(), BatchRamp(start=0.25, tokens=300_000)):
            train = TrainConfig(tokens=3_000_000, decay_share=share, batch_ramp=ramp)
            parts, _ = phases.parts(MixtureConfig(phases=(DECAY,)), steps_of(train), share)
            assert parts[1].first_step == plan(train, model).decay_start + 1


def test_epochs_hold_over_all_phases_together():
    """Each phase alone could have it; only together they cannot."""
    sizes = {"zh-general": 200_000, "en-general": 5_000_000}
    config = MixtureConfig(
        lang={"zh": 1, "en": 4}, max_epochs=2, phases=(PhaseConfig(start=0.5, lang={"zh": 1, "en": 4}),)
    )
    mixture, *_ = made(config, 2_100_000, sizes=sizes)
    assert not mixture.feasible
    assert mixture.conflicts[0].startswith("lang.zh asks 20.0%")
    free = MixtureConfig(
        max_epochs=2, min_share={"zh-general": 0.01}, phases=(PhaseConfig(start=0.5, min_share={"zh-general": 0.35}),)
    )
    mixture, parts, _, found, _ = made(free, 2_000_000, sizes=sizes)
    before, after = drawn(found, parts, LENGTH)
    assert mixture.feasible and before["zh-general"] + after["zh-general"] <= 2 * 200_000
    assert after["zh-general"] / sum(after.values()) == pytest.approx(0.35, abs=1e-3)


def test_a_quality_weight_tilts_and_nothing_leaves_out():
    sizes = {"zh-general": 1_000_000, "zh-specific": 1_000_000, "en-general": 1_000_000}
    mixture, *_ = made(MixtureConfig(quality={"zh-specific": 2.0, "en": 0.0}), 900_000, sizes=sizes)
    assert mixture.shares["zh-specific"] == pytest.approx(2 / 3, abs=1e-6)
    assert mixture.shares["en-general"] == 0 and "quality gives it no weight" in mixture.notes[0]


def test_limits_on_sources_hold():
    parts = {"a-general": {"wiki": 8, "web": 2}, "b-general": {"web": 10}, "c-general": {"books": 5, "web": 5}}
    channels = [labelled(name, 10**6, {"sources": tokens}) for name, tokens in parts.items()]
    config = MixtureConfig(min_source={"wiki": 0.4}, max_source={"books": 0.1})
    mixture = solve(channels, config, 1e6)
    assert mixture.feasible
    assert 0.8 * mixture.shares["a-general"] >= 0.4 - 1e-6 and 0.5 * mixture.shares["c-general"] <= 0.1 + 1e-6
    weighed = solve(channels, MixtureConfig(quality={"books": 3.0}), 1e6)
    assert weighed.shares["c-general"] == pytest.approx(2 / 4, abs=1e-6)


@pytest.mark.parametrize(
    ("config", "where", "hint"),
    [
        (MixtureConfig(min_share={"zh-genral": 0.1}), "mixture.min_share.zh-genral", "did you mean 'zh-general'"),
        (MixtureConfig(quality={"mth": 2.0}), "mixture.quality.mth", "did you mean 'math'"),
        (MixtureConfig(max_source={"wiki": 0.1}), "mixture.max_source.wiki", "does not say which source"),
    ],
)
def test_names_that_are_not_there_are_told(config, where, hint):
    channels = [labelled(name, size) for name, size in SIZES.items()]
    parts, _ = phases.parts(config, planned(1_000, 10, 1), 0.1)
    with pytest.raises(HeadwaterError) as caught:
        names.check(channels, [part.span for part in parts])
    assert caught.value.where == where and hint in str(caught.value) and caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("starts", "what"), [((0.9, 0.5), "before the phase above it"), ((5_000,), "after the run's last step")]
)
def test_phases_out_of_order_are_refused(starts, what):
    config = MixtureConfig(phases=tuple(PhaseConfig(start=start) for start in starts))
    with pytest.raises(HeadwaterError, match=what):
        phases.parts(config, planned(1_000, 10, 1), 0.1)


def test_a_phase_shorter_than_a_step_is_told():
    parts, notes = phases.parts(MixtureConfig(phases=(DECAY,)), planned(20, 10, 1), 0.1)
    assert len(parts) == 1 and "has no step" in notes[0]


@given(
    weights=st.lists(st.integers(1, 9), min_size=3, max_size=3),
    start=st.sampled_from([0.3, 0.9, 17, "decay"]),
    ramp=st.sampled_from(
        [None, Ramp(start=0.25, tokens=200_000, stages=4), Ramp(start=0.01, tokens=900_000, stages=9)]
    ),
    seed=st.integers(0, 2**40),
)
@settings(max_examples=6, deadline=None)
def test_every_token_once_an_epoch_whatever_changes(weights, start, ramp, seed):
    """A channel's draws are numbered without gaps over segments, so windows repeat only in the next epoch."""
    config = MixtureConfig(
        lang=dict(zip(["zh", "en", "code"], weights, strict=True)),
        phases=(PhaseConfig(start=start, lang={"zh": 1, "en": 1}),),
    )
    mixture, parts, steps, found, _ = made(config, 1_500_000, ramp=ramp, seed=seed)
    schedule = Schedule(found)
    seen: dict[int, list[np.ndarray]] = {}
    sizes = []
    for step in range(1, schedule.num_steps + 1):
        channel_B, epoch_B, window_B = schedule.windows(step)
        sizes.append(len(channel_B))
        for channel in np.unique(channel_B):
            mine = channel_B == channel
            seen.setdefault(int(channel), []).append(epoch_B[mine] * 10**7 + window_B[mine])
    assert sizes == [steps.sequences_at(step) for step in range(1, steps.num_steps + 1)]
    for channel, parts_ in seen.items():
        draws = np.concatenate(parts_)
        assert len(np.unique(draws)) == len(draws)
        windows = found[0].windows[schedule.channels[channel]]
        full = len(draws) // windows
        assert np.all(np.bincount(draws // 10**7)[:full] == windows)
    for part, tokens, shares in zip(parts, drawn(found, parts, LENGTH), mixture.by_span, strict=True):
        total = sum(tokens.values())
        num = len([one for one in found if part.first_step <= one.first_step <= part.last_step])
        for name, share in shares.items():
            assert abs(tokens[name] - share * total) <= LENGTH * (2 + num)


def test_ratios_over_a_hundred_thousand_batches():
    """Achieved shares within 0.1 % of the solved ones, at any step from the first thousand on, and at the end."""
    sizes = {name: size * 10_000 for name, size in SIZES.items()}
    config = MixtureConfig(**BASE, phases=(DECAY,))
    mixture, parts, steps, found, _ = made(config, 100_000 * 8 * LENGTH, batch_tokens=8 * LENGTH, sizes=sizes)
    assert steps.num_steps == 100_000
    for tokens, shares in zip(drawn(found, parts, LENGTH), mixture.by_span, strict=True):
        for name, share in shares.items():
            assert abs(tokens[name] / sum(tokens.values()) - share) <= 1e-3 * max(share, 1e-3)
    schedule = Schedule(found)
    for step in (1_000, 12_345, 89_999):
        for name, sequences in schedule.drawn_before(step + 1).items():
            assert abs(sequences / (8 * step) - mixture.by_span[0].get(name, 0.0)) <= 1e-3


@given(tokens=st.integers(300_000, 3_000_000), epochs=st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_no_channel_is_repeated_more_than_allowed(tokens, epochs):
    sizes = {"zh-general": 300_000, "en-general": 900_000, "code-general": 100_000}
    config = MixtureConfig(
        max_epochs=epochs, min_share={"code-general": 0.05}, phases=(PhaseConfig(start=0.7, lang={"zh": 1, "en": 1}),)
    )
    mixture, parts, _, found, _ = made(config, tokens, sizes=sizes)
    if mixture.feasible:
        for name, count in Schedule(found).drawn_before(parts[-1].last_step + 1).items():
            assert count <= epochs * found[0].windows[name] + 1
