"""Every way out that is offered, taken alone, makes a mixture possible; and it is told in the recipe's own words."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headwater.mix.config import MixtureConfig
from headwater.mix.constraints import Span, labelled
from headwater.mix.solve import answer, solve
from headwater.recipe.spelling import number

NAMES = ("zh-general", "zh-specific", "en-general", "en-specific-math", "code-specific")
shares_st = st.floats(0, 0.6).map(lambda share: round(share, 3))


@st.composite
def configs(draw):
    weights = st.integers(0, 5)
    lang = {name: draw(weights) for name in ("zh", "en", "code", "ja")} if draw(st.booleans()) else {}
    kind = {name: draw(weights) for name in ("general", "specific")} if draw(st.booleans()) else {}
    source = {"books": draw(shares_st)} if draw(st.booleans()) else {}
    config = MixtureConfig(
        lang=lang,
        kind=kind,
        max_domain_share=draw(st.sampled_from([1.0, 0.15, 0.0])),
        max_epochs=draw(st.integers(1, 6)),
        min_share={draw(st.sampled_from(NAMES)): draw(shares_st)} if draw(st.booleans()) else {},
        max_share={draw(st.sampled_from(NAMES)): draw(shares_st)} if draw(st.booleans()) else {},
        **{draw(st.sampled_from(["min_source", "max_source"])): source},
    )
    assume(not config.check())
    return config


@st.composite
def problems(draw):
    channels = [
        labelled(name, draw(st.integers(0, 2_000)) * 10, {"sources": {"books": draw(st.integers(0, 9)), "web": 5}})
        for name in NAMES
    ]
    spans = [Span(config=draw(configs()))]
    if draw(st.booleans()):
        fraction = draw(st.sampled_from([0.1, 0.5]))
        spans = [
            Span(config=spans[0].config, fraction=1 - fraction),
            Span(config=draw(configs()), fraction=fraction, place="mixture.phases.0", when="in phase 1"),
        ]
    return channels, spans, float(draw(st.integers(1, 200))) * 1_000


@given(problem=problems(), quantum=st.sampled_from([1.0, 512.0]))
@settings(max_examples=25, deadline=None)
def test_every_way_out_alone_is_one(problem, quantum):
    channels, spans, budget = problem
    mixture = solve(channels, spans[0].config, budget, spans, quantum)
    assert mixture.feasible != bool(mixture.conflicts)
    assert not (mixture.feasible and mixture.ways)
    for way in mixture.ways:
        assert answer(way.problem) is not None, way.text
        assert way.text in mixture.relaxation


@given(
    zh=st.integers(1, 40), en=st.integers(1, 40), ratio=st.integers(1, 9), epochs=st.integers(1, 5), budget=st.just(1e7)
)
@settings(max_examples=20, deadline=None)
def test_the_words_say_what_is_to_be_changed(zh, en, ratio, epochs, budget):
    """Each sentence is read, its figure put into the recipe or the corpus, and the mixture solved again."""
    sizes = {"zh-general": zh * 10_000, "en-general": en * 10_000}
    asked = MixtureConfig(lang={"zh": ratio, "en": 10 - ratio}, max_epochs=epochs)
    mixture = solve([labelled(*one) for one in sizes.items()], asked, budget)
    assert not mixture.feasible and len(mixture.ways) >= 3
    for way in mixture.ways:
        more, again, tokens = dict(sizes), {"lang": asked.lang, "max_epochs": epochs}, budget
        for lang, figure in re.findall(r"(\w+) needs (\S+) more tokens", way.text):
            more[f"{lang}-general"] += int(number(figure))
        if found := re.search(r"mixture\.max_epochs (\S+)", way.text):
            again["max_epochs"] = float(found[1])
        if found := re.search(r"train\.tokens (\S+)", way.text):
            tokens = number(found[1])
        if found := re.search(r"mixture\.lang (.*?)(?: with|$)", way.text):
            again["lang"] = {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", found[1])}
        assert solve([labelled(*one) for one in more.items()], MixtureConfig(**again), tokens).feasible, way.text


def test_a_missing_kind_of_a_language_is_asked_for_by_its_channel():
    channels = [labelled("zh-general", 10**7), labelled("en-general", 10**7), labelled("en-specific", 10**7)]
    config = MixtureConfig(lang={"zh": 1, "en": 1}, kind={"general": 1, "specific": 3})
    mixture = solve(channels, config, 1e7)
    assert not mixture.feasible
    assert "zh-specific needs 625k more tokens" in mixture.relaxation


def test_a_misspelt_language_is_told():
    mixture = solve([labelled("python-general", 10**6)], MixtureConfig(lang={"pyhton": 1}), 1e5)
    assert not mixture.feasible and "lists holds a token" in mixture.conflicts[0]
    assert "pyhton needs 25k more tokens" in mixture.relaxation
    both = [labelled("python-general", 10**6), labelled("zh-general", 10**6)]
    mixture = solve(both, MixtureConfig(lang={"pyhton": 1, "zh": 1}), 1e5)
    assert "did you mean 'python'?" in mixture.conflicts[0]


@pytest.mark.parametrize("quantum", [1.0, 32_256.0])
def test_offered_tokens_are_whole_steps(quantum):
    channels = [labelled("zh-general", 1_000_000), labelled("en-general", 50_000_000)]
    mixture = solve(channels, MixtureConfig(lang={"zh": 1, "en": 1}), 20e6, quantum=quantum)
    (way,) = [way for way in mixture.ways if way.text.startswith("train.tokens")]
    assert way.problem.budget <= 8e6 and way.problem.budget % quantum == 0
    assert number(way.text.split()[1]) <= way.problem.budget
