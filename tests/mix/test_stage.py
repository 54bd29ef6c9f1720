"""The stage: the schedule draws what mixture.json says, in the asked ratios, or the run stops and says why."""

from __future__ import annotations

import io
import json
from collections import Counter
from types import SimpleNamespace

import pytest

from headwater import storage
from headwater.batches.schedule import read
from headwater.errors import HeadwaterError
from headwater.mix import stage as mixing
from headwater.mix.config import MixtureConfig, PhaseConfig
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage

TOKENS = {
    "zh-general": 400_000,
    "en-general": 300_000,
    "code-specific": 200_000,
    "en-specific-math": 100_000,
    "zh-specific": 150_000,
}
RATIOS = {
    "lang": {"zh": 4.0, "en": 4.0, "code": 2.0},
    "kind": {"general": 1.0, "specific": 1.0},
    "max_domain_share": 0.15,
}


def context_of(folder, config, sizes=None, limit=None, **train):
    channels = {name: {"tokens": n} for name, n in (TOKENS if sizes is None else sizes).items()}
    storage.write_json(folder / "pack/pack.json", {"schema": 1, "channels": channels})
    shape = {"tokens": 500_000, "batch_tokens": 16_384, "sequence_length": 128, **train}
    return Context(
        stage=Stage(name="mix", version=1, function="headwater.mix.stage:run", config=config),
        folder=folder / "mix",
        inputs={"pack": folder / "pack"},
        seed=7,
        engine=None,  # type: ignore[arg-type]
        report=Reporter(out=io.StringIO()),
        limit=limit,
        recipe=SimpleNamespace(train=SimpleNamespace(**shape)),
    )


def drawn(folder) -> Counter[str]:
    schedule = read(folder / "mix/schedule.jsonl")
    found: Counter[str] = Counter()
    for step in range(1, schedule.num_steps + 1):
        found.update(schedule.channels[c] for c in schedule.draws(step)[0])
    return found


@pytest.mark.parametrize("block", [1, 100, 1000, 100_000])
@pytest.mark.parametrize("tokens", [20_000, 131_072, 500_000])
def test_the_schedule_draws_the_asked_ratios(tmp_path, block, tokens):
    context = context_of(tmp_path, MixtureConfig(**RATIOS, block_sequences=block), tokens=tokens)
    figures = mixing.run(context)
    found = drawn(tmp_path)
    total = sum(found.values())
    assert total == figures["steps"] * 128 and total * 128 >= tokens
    langs: Counter[str] = Counter()
    for name, count in found.items():
        langs[name.split("-")[0]] += count
    for lang, share in {"zh": 0.4, "en": 0.4, "code": 0.2}.items():
        assert abs(langs[lang] / total - share) <= 5 / min(total, max(block, 1)) + 0.01
    value = json.loads((tmp_path / "mix/mixture.json").read_text())
    assert {name: c["tokens"] for name, c in value["channels"].items() if c["tokens"]} == {
        n: c * 128 for n, c in found.items()
    }
    assert value["feasible"] and value["achieved"]["lang"]["zh"] == pytest.approx(langs["zh"] / total, abs=1e-6)
    for name, channel in value["channels"].items():
        assert channel["available_tokens"] == (TOKENS[name] - 1) // 128 * 128
        assert channel["epochs"] <= 4 + 0.01


def test_the_default_block_keeps_442_to_a_tenth_of_a_percent(tmp_path):
    figures = mixing.run(context_of(tmp_path, MixtureConfig(**RATIOS)))
    assert figures["achieved"]["lang"] == pytest.approx({"zh": 0.4, "en": 0.4, "code": 0.2}, abs=1e-3)
    assert figures["achieved"]["kind"] == pytest.approx({"general": 0.5, "specific": 0.5}, abs=1e-3)
    assert figures["achieved"]["domain"]["math"] <= 0.15 + 1e-3


def test_equal_inputs_give_equal_bytes(tmp_path):
    for name in "ab":
        mixing.run(context_of(tmp_path / name, MixtureConfig(**RATIOS)))
    for name in ("schedule.jsonl", "mixture.json"):
        assert (tmp_path / "a/mix" / name).read_bytes() == (tmp_path / "b/mix" / name).read_bytes()


def test_asked_is_a_number_where_a_language_is_one_channel(tmp_path):
    mixing.run(context_of(tmp_path, MixtureConfig(**RATIOS)))
    channels = json.loads((tmp_path / "mix/mixture.json").read_text())["channels"]
    assert channels["code-specific"]["asked"] == pytest.approx(0.2 * 507_904, abs=200)
    assert channels["zh-general"]["asked"] is None


def test_the_impossible_stops_the_run(tmp_path):
    config = MixtureConfig(lang={"zh": 1.0, "ja": 1.0})
    with pytest.raises(HeadwaterError) as caught:
        mixing.run(context_of(tmp_path, config))
    error = caught.value
    assert error.failure == "mixture_infeasible" and error.exit_code == 2
    assert "lang.ja" in str(error) and "mixture.relax" in error.mend
    assert not (tmp_path / "mix/schedule.jsonl").exists()


@pytest.mark.parametrize("how", [{"relax": True}, {"limit": 5}])
def test_relaxed_when_allowed_and_said_aloud(tmp_path, how):
    config = MixtureConfig(**RATIOS, relax=how.get("relax", False))
    small = {"zh-general": 3_000, "en-general": 900, "code-specific": 400}
    context = context_of(tmp_path, config, small, limit=how.get("limit"), batch_tokens=1024)
    figures = mixing.run(context)
    said = context.report.out.getvalue()
    assert not figures["feasible"] and "cannot hold" in said and "relaxed" in said
    value = json.loads((tmp_path / "mix/mixture.json").read_text())
    assert value["relaxed"] and value["conflicts"] and value["relaxation"]
    assert figures["steps"] < 489 and value["tokens"] <= 4 * sum(small.values()) * 1.1
    assert sum(drawn(tmp_path).values()) == figures["steps"] * 8


def test_a_corpus_below_one_sequence_is_said(tmp_path):
    with pytest.raises(HeadwaterError) as caught:
        mixing.run(context_of(tmp_path, MixtureConfig(), {"zh-general": 128}))
    assert caught.value.failure == "empty_corpus" and "129" in str(caught.value)


def test_one_window_is_enough_for_a_smoke_test(tmp_path):
    figures = mixing.run(context_of(tmp_path, MixtureConfig(), {"zh-general": 129}, limit=1))
    assert figures["steps"] == 1


@pytest.mark.parametrize(
    "value", [[], {}, {"channels": {"a": 3}}, {"channels": {"a": {"tokens": "many"}}}, {"channels": []}]
)
def test_a_pack_json_that_is_none_is_said(tmp_path, value):
    context = context_of(tmp_path, MixtureConfig())
    storage.write_json(tmp_path / "pack/pack.json", value)
    with pytest.raises(HeadwaterError):
        mixing.run(context)


def test_phases_and_a_ramp_are_written_as_segments_and_told(tmp_path):
    from headwater.batches.steps import Ramp

    phase = PhaseConfig(start=0.75, lang={"zh": 1.0, "en": 1.0})
    ramp = Ramp(start=0.5, tokens=100_000, stages=2)
    context = context_of(tmp_path, MixtureConfig(lang=RATIOS["lang"], phases=(phase,)), batch_ramp=ramp)
    figures = mixing.run(context)
    value = json.loads((tmp_path / "mix/mixture.json").read_text())
    schedule = read(tmp_path / "mix/schedule.jsonl")
    assert [s.sequences for s in schedule.segments] == [64, 96, 128, 128]
    assert sum(steps * size for steps, size in value["batches"]) * 128 == figures["tokens"] == value["tokens"]
    first, second = value["phases"]
    assert second["first_step"] == first["last_step"] + 1 == schedule.segments[-1].first_step
    assert second["achieved"]["lang"] == pytest.approx({"zh": 0.5, "en": 0.5, "code": 0}, abs=1e-3)
    assert sum(c["tokens"] for phase in value["phases"] for c in phase["channels"].values()) == figures["tokens"]


def test_names_the_corpus_does_not_hold_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(HeadwaterError, match="did you mean 'zh-general'"):
        mixing.run(context_of(tmp_path, MixtureConfig(max_share={"zh-generl": 0.5})))
    assert not (tmp_path / "mix/schedule.jsonl").exists()
    context = context_of(tmp_path, MixtureConfig(max_share={"zh-generl": 0.5}), limit=5)
    assert mixing.run(context)["feasible"]  # a smoke test holds few of the names


def test_phases_of_a_recipe_are_read_and_checked(tmp_path):
    from headwater.recipe.load import load

    path = tmp_path / "recipe.yaml"
    path.write_text("mixture: {quality: {math: 2}, phases: [{start: decay, kind: {instruct: 1}}, {start: 900}]}\n")
    assert [phase.start for phase in load(path).recipe.mixture.phases] == ["decay", 900]
    path.write_text("mixture: {phases: [{start: 1.5}, {start: decai}, {from: 0.9}, {start: 0.5, kind: {web: 1}}]}\n")
    with pytest.raises(HeadwaterError) as caught:
        load(path)
    for told in ("phases.0", "phases.1", "phases.2.from", "unknown kind"):
        assert told in str(caught.value)
