"""Recipes: every mistake at once, each at its place, with the nearest right name."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import HeadwaterError
from headwater.recipe.load import load, preset_names, resolved
from headwater.recipe.spelling import number
from headwater.recipe.tree import parse

GOOD = """\
name: demo
seed: 3
sources:
  - files: {paths: [a.jsonl], domain: general}
  - crawl: {seeds: ["http://127.0.0.1:8000/"], max_pages: 400, kind: specific, allow_private: true, delay_s: 0}
tokenizer: {vocab_size: 16384, digits: single, reserve: 256}
mixture: {lang: {zh: 4, en: 4, code: 2}, max_domain_share: 0.15, kind: {general: 1, specific: 1}, max_epochs: 4}
model: {preset: llama-10m}
train: {tokens: 20M, batch_tokens: 32k, sequence_length: 512, optimizer: muon, schedule: wsd, learning_rate: 3e-4}
evaluate: {probe_samples: 200, tasks: [perplexity]}
"""


def write(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, "utf-8")
    return path


def mistakes(tmp_path, text, overrides=()):
    with pytest.raises(HeadwaterError) as caught:
        load(write(tmp_path, text), overrides)
    assert caught.value.exit_code == 2
    return caught.value.message.splitlines()[1:]


def test_a_good_recipe_is_frozen_and_typed(tmp_path):
    recipe = load(write(tmp_path, GOOD)).recipe
    assert recipe.train.tokens == 20_000_000 and recipe.train.batch_tokens == 32_000
    assert recipe.train.learning_rate == pytest.approx(3e-4)
    assert recipe.mixture.lang == {"zh": 4.0, "en": 4.0, "code": 2.0} and recipe.mixture.max_domain_share == 0.15
    assert recipe.sources[0].paths == ("a.jsonl",) and recipe.sources[1].delay_s == 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.seed = 4


def test_a_misspelt_key_is_named_with_its_place_and_the_nearest(tmp_path):
    text = GOOD.replace("train: {", "train:\n    {").replace("learning_rate", "lerning_rate")
    (line,) = mistakes(tmp_path, text)
    assert (
        line.startswith("recipe.yaml:10:") and "train.lerning_rate: unknown key; did you mean 'learning_rate'?" in line
    )


def test_all_mistakes_are_reported_at_once(tmp_path):
    text = """\
nmae: demo
seed: soon
engine: locl
sources:
  - fiels: {paths: [a]}
  - files: {paths: a.jsonl}
train: {tokens: 20Q, learning_rate: [1]}
model: 3
"""
    lines = mistakes(tmp_path, text, ["train.sequence_length=many", "nowhere.at=1"])
    expected = [
        "recipe.yaml:1:1: nmae: unknown key; did you mean 'name'?",
        "recipe.yaml:2:1: seed: expected a whole number",
        "recipe.yaml:3:1: engine: 'locl' is not allowed; did you mean 'local'?",
        "recipe.yaml:5:5: sources.0.fiels: unknown key; did you mean 'files'?",
        "recipe.yaml:6:13: sources.1.files.paths: expected a list like [a, b], got 'a.jsonl'",
        "recipe.yaml:7:9: train.tokens: expected a whole number",
        "recipe.yaml:7:22: train.learning_rate: expected a number",
        "recipe.yaml:8:1: model: expected a map of keys, got 3",
        "--set train.sequence_length: train.sequence_length: expected a whole number",
        "--set nowhere.at: nowhere: unknown key",
    ]
    for start in expected:
        assert any(line.startswith(start) for line in lines), (start, lines)
    assert len(lines) == len(expected)


def test_set_overrides_by_key_and_by_index(tmp_path):
    recipe = load(
        write(tmp_path, GOOD), ["train.tokens=5M", "sources.0.files.paths=[b.jsonl, c.jsonl]", "mixture.lang.zh=1"]
    ).recipe
    assert recipe.train.tokens == 5_000_000
    assert recipe.sources[0].paths == ("b.jsonl", "c.jsonl")
    assert recipe.mixture.lang["zh"] == 1


def test_the_resolved_recipe_is_a_recipe_again_and_names_origins(tmp_path):
    loaded = load(write(tmp_path, GOOD), ["train.tokens=5M"])
    text = resolved(loaded)
    assert "tokens: 5000000  # --set train.tokens" in text
    assert "vocab_size: 16384  # recipe.yaml:6:13" in text
    again = load(write(tmp_path, text)).recipe
    assert again == loaded.recipe


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: [1", "not valid YAML"),
        ("seed: 1\nseed: 2", "seed: is given twice"),
        ("name: !!python/object:os.system x", "is not allowed"),
        ("- 1", "a recipe is a map"),
        ("name: ../../etc", "it names a folder"),
        ("<<<<<<< HEAD\nname: a\n=======\n", "not valid YAML"),
        ("a: &x [1,1,1]\n" + "\n".join(f"b{i}: [{','.join(['*x'] * 200)}]" for i in range(200)), "too many"),
        ("a: " + "[" * 2000, "not valid YAML"),
        ("\x00", "not valid YAML"),
    ],
)
def test_broken_yaml_is_one_clear_mistake(tmp_path, text, part):
    lines = mistakes(tmp_path, text)
    assert any(part in line for line in lines)


def test_a_missing_file_says_how_to_begin(tmp_path):
    with pytest.raises(HeadwaterError) as caught:
        load(tmp_path / "none.yaml")
    assert "headwater init" in caught.value.mend


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_loads(name):
    assert load(f"preset:{name}").recipe


@pytest.mark.parametrize(
    ("text", "value"),
    [("20M", 2e7), ("32k", 32e3), ("16Ki", 16384), ("1.5B", 1.5e9), ("1_000", 1000), ("2e3", 2000), (".15", 0.15)],
)
def test_suffixes(text, value):
    assert number(text) == value


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_parses_or_is_refused(text):
    problems = []
    parse(text, "recipe.yaml", problems)


KEYS = st.sampled_from(["name", "sources", "files", "paths", "train", "tokens", "x"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
TREES = st.recursive(LEAVES, lambda c: st.lists(c, max_size=3) | st.dictionaries(KEYS, c, max_size=4), max_leaves=15)


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_any_tree_is_a_recipe_or_a_list_of_mistakes(tmp_path_factory, value):
    import json

    path = tmp_path_factory.mktemp("r") / "recipe.yaml"
    path.write_text(json.dumps(value), "utf-8")
    try:
        load(path)
    except HeadwaterError as error:
        assert error.exit_code == 2


def test_a_wrong_value_hides_no_other(tmp_path):
    text = "name: a/b\nseed: -1\ntokenizer: {digits: dozen, vocab_size: 12}\ntrain: {tokens: 20X, batch_tokens: 0}\n"
    lines = mistakes(tmp_path, text)
    for part in (
        "name: use letters",
        "seed: must be",
        "'dozen'",
        "vocab_size: must",
        "train.tokens:",
        "batch_tokens: must",
    ):
        assert any(part in line for line in lines), (part, lines)
