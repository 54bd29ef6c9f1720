"""The solver against brute force, its answer's uniqueness, and what it says when there is none."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Channel, Span, labelled, pose
from headwater.mix.solve import Mixture, solve

CORPUS = {
    "zh-general": 8_000_000,
    "zh-specific-poetry": 3_000_000,
    "en-general": 12_000_000,
    "en-specific": 2_000_000,
    "code-general": 7_000_000,
    "en-specific-math": 4_000_000,
    "code-specific": 900_000,
}

GRID = (
    np.array([[*point, 20 - sum(point)] for point in itertools.product(range(21), repeat=3) if sum(point) <= 20]) / 20
)


def channels(sizes: dict[str, int] | None = None) -> list[Channel]:
    return [labelled(name, size) for name, size in (sizes or CORPUS).items()]


def divergence(shares: np.ndarray, natural: np.ndarray) -> float:
    return float(sum(x * math.log(x / q) for x, q in zip(shares, natural, strict=True) if x > 0))


def broken(mixture: Mixture, config: MixtureConfig, sizes: dict[str, int], budget: float) -> float:
    """The largest violation of the config by the mixture, in shares."""
    problem = pose(channels(sizes), [Span(config=config)], budget)
    x = np.array([mixture.shares[c.name] for _, c in problem.cells])
    worst = abs(x.sum() - 1)
    for one in problem.constraints:
        over = float(one.row @ x) - one.bound
        worst = max(worst, abs(over) if one.equal else over)
    return worst


def group(mixture: Mixture, field: str, sizes: dict[str, int] | None = None) -> dict[str, float]:
    found: dict[str, float] = {}
    for channel in channels(sizes):
        label = getattr(channel, field)
        found[label] = found.get(label, 0.0) + mixture.shares[channel.name]
    return found


def test_without_constraints_the_natural_shares_stay():
    mixture = solve(channels(), MixtureConfig(), 20e6)
    total = sum(CORPUS.values())
    assert mixture.feasible and all(abs(mixture.shares[n] - size / total) < 1e-8 for n, size in CORPUS.items())


def test_the_recipes_mixture():
    config = MixtureConfig(
        lang={"zh": 4, "en": 4, "code": 2}, kind={"general": 1, "specific": 1}, max_domain_share=0.15
    )
    mixture = solve(channels(), config, 20e6)
    assert mixture.feasible and broken(mixture, config, CORPUS, 20e6) < 1e-7
    assert group(mixture, "lang") == pytest.approx({"zh": 0.4, "en": 0.4, "code": 0.2}, abs=1e-7)
    assert group(mixture, "kind") == pytest.approx({"general": 0.5, "specific": 0.5}, abs=1e-7)


def test_ratios_alone_keep_the_natural_shares_within_a_language():
    mixture = solve(channels(), MixtureConfig(lang={"zh": 1, "en": 1}), 10e6)
    assert mixture.shares["zh-general"] / mixture.shares["zh-specific-poetry"] == pytest.approx(8 / 3, rel=1e-6)
    assert mixture.shares["code-general"] == 0
    assert any("code-general" in note and "lists no code" in note for note in mixture.notes)


@given(
    sizes=st.lists(st.integers(1, 50), min_size=4, max_size=4),
    ratio=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    cap=st.integers(0, 20),
    epochs=st.integers(1, 8),
    kinds=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_grid_is_nearer(sizes, ratio, cap, epochs, kinds):
    """Every multiple of 1/20 that satisfies the constraints is at least as far from the natural shares."""
    corpus = dict(zip(["zh-general", "zh-specific-math", "en-general", "en-specific"], sizes, strict=True))
    config = MixtureConfig(
        lang={"zh": ratio[0], "en": ratio[1]},
        kind={"general": 1, "specific": 1} if kinds else {},
        max_domain_share=cap / 20,
        max_epochs=epochs,
    )
    budget = 100.0
    mixture = solve(channels(corpus), config, budget)
    natural = np.array(sizes) / sum(sizes)
    problem = pose(channels(corpus), [Span(config=config)], budget)
    order = [list(corpus).index(channel.name) for _, channel in problem.cells]
    points = GRID[:, order]
    fits = np.ones(len(points), dtype=bool)
    for one in problem.constraints:
        over = points @ one.row - one.bound
        fits &= np.abs(over) < 1e-9 if one.equal else over <= 1e-9
    best = min((divergence(x, natural) for x in GRID[fits]), default=math.inf)
    if fits.any():
        assert mixture.feasible
    if mixture.feasible:
        assert broken(mixture, config, corpus, budget) < 1e-6
        found = divergence(np.array([mixture.shares[name] for name in corpus]), natural)
        assert found <= best + 1e-6
    else:
        assert mixture.conflicts and mixture.relaxation


@given(
    sizes=st.lists(st.integers(1, 10**9), min_size=1, max_size=12),
    langs=st.lists(st.sampled_from(["zh", "en", "code"]), min_size=12, max_size=12),
    kinds=st.lists(st.sampled_from(["general", "specific"]), min_size=12, max_size=12),
    weights=st.lists(st.floats(0.01, 10), min_size=5, max_size=5),
    cap=st.floats(0, 1),
    budget=st.floats(1, 1e10),
)
@settings(max_examples=60, deadline=None)
def test_any_problem_gets_an_answer(sizes, langs, kinds, weights, cap, budget):
    names = [
        f"{lang}-{kind}-d{place}" if place % 3 else f"{lang}-{kind}"
        for place, (lang, kind) in enumerate(zip(langs, kinds, strict=True))
    ]
    corpus = dict(zip(names, sizes, strict=False))
    assume(len(corpus) == len(sizes))
    config = MixtureConfig(
        lang=dict(zip(["zh", "en", "code"], weights[:3], strict=True)),
        kind={"general": weights[3], "specific": weights[4]},
        max_domain_share=cap,
    )
    mixture = solve(channels(corpus), config, budget)
    assert abs(sum(mixture.shares.values()) - 1) < 1e-6 and min(mixture.shares.values()) >= 0
    assert mixture.budget <= budget * (1 + 1e-9)
    for name, share in mixture.shares.items():
        assert share * mixture.budget <= config.max_epochs * corpus[name] * (1 + 1e-6) + 1e-5 * budget
    if mixture.feasible:
        assert broken(mixture, config, corpus, budget) < 1e-6 and mixture.budget == budget
    else:
        assert mixture.conflicts


def test_the_answer_does_not_depend_on_the_order_of_channels():
    config = MixtureConfig(
        lang={"zh": 4, "en": 4, "code": 2}, kind={"general": 1, "specific": 1}, max_domain_share=0.15
    )
    one, two = solve(channels(), config, 20e6), solve(channels()[::-1], config, 20e6)
    assert one.shares == two.shares


def test_a_language_too_small_is_told_with_every_way_out():
    corpus = {"zh-general": 1_000_000, "en-general": 50_000_000}
    mixture = solve(channels(corpus), MixtureConfig(lang={"zh": 1, "en": 1}), 20e6)
    assert not mixture.feasible and mixture.budget == 20e6
    assert mixture.conflicts == ["lang.zh asks 50.0% of 20M tokens = 10M, and 4 epochs of it give 4M"]
    for way in ("zh needs 1.5M more tokens", "mixture.max_epochs 10", "train.tokens 8M", "mixture.lang en=80, zh=20"):
        assert way in mixture.relaxation
    assert mixture.shares == pytest.approx({"zh-general": 0.2, "en-general": 0.8}, abs=1e-5)


@pytest.mark.parametrize(
    ("way", "change", "budget"),
    [("epochs", {"max_epochs": 10.0}, 20e6), ("tokens", {}, 8e6), ("ratio", {"lang": {"en": 80, "zh": 20}}, 20e6)],
)
def test_each_way_out_works(way, change, budget):
    corpus = {"zh-general": 1_000_000, "en-general": 50_000_000}
    given_ = {"lang": {"zh": 1.0, "en": 1.0}, **change}
    assert solve(channels(corpus), MixtureConfig(**given_), budget).feasible


def test_a_missing_language_is_told_and_the_others_keep_their_ratio():
    mixture = solve(channels(), MixtureConfig(lang={"zh": 4, "en": 2, "ja": 4}), 10e6)
    assert not mixture.feasible and "lang.ja" in mixture.conflicts[0] and "give 0" in mixture.conflicts[0]
    found = group(mixture, "lang")
    assert found["zh"] / found["en"] == pytest.approx(2, rel=1e-3)


def test_a_corpus_too_small_altogether_draws_fewer_tokens():
    mixture = solve(channels({"zh-general": 1_000, "en-general": 1_000}), MixtureConfig(lang={"zh": 1, "en": 1}), 20e6)
    assert not mixture.feasible and mixture.budget == pytest.approx(8_000, rel=1e-3)
    assert mixture.shares == pytest.approx({"zh-general": 0.5, "en-general": 0.5}, abs=1e-3)


def test_families_that_exclude_each_other_are_named():
    corpus = {"zh-general": 10**7, "en-specific": 10**7}
    mixture = solve(channels(corpus), MixtureConfig(lang={"zh": 1, "en": 3}, kind={"general": 1, "specific": 1}), 1e6)
    assert not mixture.feasible
    assert any(conflict.startswith(("lang.", "kind.")) for conflict in mixture.conflicts)
    assert "mixture.lang" in mixture.relaxation or "mixture.kind" in mixture.relaxation


def test_channel_limits_hold_or_are_told():
    config = MixtureConfig(min_share={"code-specific": 0.1}, max_share={"en-general": 0.2})
    mixture = solve(channels(), config, 20e6)
    assert mixture.feasible
    assert mixture.shares["code-specific"] == pytest.approx(0.1, abs=1e-6)
    assert mixture.shares["en-general"] == pytest.approx(0.2, abs=1e-6)
    impossible = solve(channels(), MixtureConfig(min_share={"no-such": 0.1}), 20e6)
    assert not impossible.feasible and "min_share.no-such" in impossible.conflicts[0]


def test_a_cap_of_nothing_removes_the_domains():
    mixture = solve(channels(), MixtureConfig(max_domain_share=0.0), 20e6)
    assert mixture.feasible and group(mixture, "domain")["general"] == pytest.approx(1)
    assert mixture.shares["en-specific-math"] < 1e-6


def test_named_caps_leave_other_domains_free():
    mixture = solve(channels(), MixtureConfig(max_domain_share={"math": 0.02, "law": 0.5}), 20e6)
    assert group(mixture, "domain")["math"] == pytest.approx(0.02, abs=1e-7)
    assert mixture.shares["zh-specific-poetry"] > 3 / 37
    assert any("law" in note for note in mixture.notes)


def test_nothing_at_all_is_told():
    mixture = solve(channels(), MixtureConfig(lang={"ja": 1}), 20e6)
    assert not mixture.feasible and mixture.budget == 0 and mixture.conflicts


@pytest.mark.parametrize(
    ("given_", "path"),
    [
        ({"lang": {"zh": -1}}, "lang.zh"),
        ({"lang": {"zh": 0}}, "lang"),
        ({"lang": {"zh": float("inf")}}, "lang.zh"),
        ({"kind": {"web": 1}}, "kind.web"),
        ({"max_domain_share": 1.5}, "max_domain_share"),
        ({"max_domain_share": {"general": 0.5}}, "max_domain_share.general"),
        ({"max_domain_share": {"math": -0.5}}, "max_domain_share.math"),
        ({"max_epochs": 0}, "max_epochs"),
        ({"block_sequences": 0}, "block_sequences"),
        ({"min_share": {"a": 2}}, "min_share.a"),
    ],
)
def test_impossible_settings_are_told(given_, path):
    assert path in [where for where, _ in MixtureConfig(**given_).check()]
