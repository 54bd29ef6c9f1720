import json
from dataclasses import asdict

import pytest

from headwater.errors import HeadwaterError
from headwater.model.config import ModelSection, from_json, resolve
from headwater.model.decoder import build
from headwater.model.flops import forward_flops_per_token, parameters, training_flops_per_token
from headwater.model.presets import PRESETS

# Millions of weights: without the vocabulary up to llama-300m, as published (Llama's own vocabulary) from 1b on.
WITHOUT_VOCABULARY = {
    "llama-1m": 1,
    "llama-4m": 4,
    "llama-10m": 10,
    "llama-30m": 30,
    "llama-100m": 100,
    "llama-300m": 300,
}
PUBLISHED = {
    "llama-1b": (128256, 1235.8), "llama-3b": (128256, 3212.7), "llama-7b": (32000, 6738.4),
    "llama-8b": (128256, 8030.3), "llama-13b": (32000, 13015.9), "llama-70b": (128256, 70553.7),
}  # fmt: skip


def test_every_preset_is_valid_and_of_its_size():
    assert set(PRESETS) == WITHOUT_VOCABULARY.keys() | PUBLISHED.keys()
    for name in PRESETS:
        config = resolve(ModelSection(preset=name), 32000, 512)
        assert config.check() == []
        if name in WITHOUT_VOCABULARY:
            assert parameters(config).non_embedding / 1e6 == pytest.approx(WITHOUT_VOCABULARY[name], rel=0.07)
        else:
            vocab, millions = PUBLISHED[name]
            assert parameters(resolve(ModelSection(preset=name), vocab, 512)).total / 1e6 == pytest.approx(
                millions, abs=0.06
            )


@pytest.mark.parametrize("tie", [True, False])
def test_counted_parameters_are_the_real_ones(tie):
    config = resolve(ModelSection(preset="llama-1m", tie_embeddings=tie), 1001, 64)
    assert parameters(config).total == sum(p.numel() for p in build(config, "meta").parameters())


def test_flops_are_those_of_the_products():
    config = resolve(ModelSection(preset="llama-1m"), 1000, 64)
    counted, parts = parameters(config), forward_flops_per_token(config, 64)
    assert parts["mlp"] == 2 * counted.mlp and parts["head"] == 2 * 1000 * config.hidden_size
    assert (
        parts["attention"] - 2 * counted.attention == 2 * config.num_layers * 64 * config.num_heads * config.head_size
    )
    assert training_flops_per_token(config, 64) == 3 * sum(parts[name] for name in ("attention", "mlp", "head"))


def test_overrides_and_context():
    config = resolve(ModelSection(preset="llama-1m", num_layers=3, max_positions=None), 300, 4096)
    assert (config.num_layers, config.max_positions) == (3, 4096)
    with pytest.raises(HeadwaterError, match="max_positions") as caught:
        resolve(ModelSection(preset="llama-1m", max_positions=100), 300, 512)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ({"preset": "lama-10m"}, "preset"),
        ({"num_kv_heads": 4}, "num_kv_heads"),
        ({"head_size": 31}, "head_size"),
        ({"hidden_size": 385}, "hidden_size"),
        ({"num_layers": 0}, "num_layers"),
        ({"ffn_size": -1}, "ffn_size"),
        ({"rope_theta": float("nan")}, "rope_theta"),
        ({"norm_eps": 0.0}, "norm_eps"),
        ({"init_std": -1.0}, "init_std"),
    ],
)
def test_what_cannot_be_is_named(section, field):
    problems = ModelSection(**section).check()
    assert [name for name, _ in problems] == [field]
    if field == "preset":
        assert "did you mean 'llama-10m'?" in problems[0][1]


def test_json_round_trip_and_damage():
    config = resolve(ModelSection(preset="llama-1m"), 300, 64)
    value = json.loads(json.dumps(asdict(config)))
    assert from_json(value, "model.json") == config
    bad = [
        [],
        {},
        value | {"extra": 1},
        value | {"num_layers": "5"},
        value | {"num_layers": True},
        value | {"vocab_size": 10**12},
    ]
    for broken in bad:
        with pytest.raises(HeadwaterError) as caught:
            from_json(broken, "model.json")
        assert caught.value.failure == "damaged_file" and caught.value.where == "model.json"
