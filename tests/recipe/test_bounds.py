"""Numbers that make no sense are refused at their place, with the nearest that would; every number of the schema."""

from __future__ import annotations

import dataclasses
import math
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from headwater.errors import HeadwaterError
from headwater.recipe import bounds
from headwater.recipe.compose import SECTIONS, SOURCES, section_type, source_type
from headwater.recipe.convert import convert
from headwater.recipe.load import load, resolved
from headwater.recipe.spelling import number, spelled
from headwater.recipe.tree import Node

BELOW_ZERO = {"search.cost_per_request", "synthesize.temperature", "inject.temperature"}  # where it means "not set"
NO_NUMBER = (math.nan, math.inf, -math.inf, "many", True, [1], {"a": [1]}, 1e300, 10**400, "1e999")
ROOMS = {**dict.fromkeys(SECTIONS, section_type), **dict.fromkeys(SOURCES, source_type)}


def numbers(kind: Any, path: tuple[str, ...]):
    """(path, type) of every number that a section holds, also inside lists, maps and sections."""
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        args = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
        if dataclasses.is_dataclass(hint):
            yield from numbers(hint, (*path, field.name))
        elif {int, float} & {*args, *(inner for arg in args for inner in get_args(arg))}:
            yield (*path, field.name), field


EVERY = [(path, field) for name, get in ROOMS.items() for path, field in numbers(get(name), (name,))]


def node(value: Any) -> Node:
    if isinstance(value, dict):
        return Node({key: node(one) for key, one in value.items()}, "here")
    return Node([node(one) for one in value] if isinstance(value, list) else value, "here")


def told(path: tuple[str, ...], value: Any) -> list[str]:
    """What is said about one number of a section when it has this value."""
    for name in reversed(path[1:]):
        value = {name: value}
    problems: list[Any] = []
    convert(node(value), ROOMS[path[0]](path[0]), path[0], problems)
    return [str(problem) for problem in problems if problem.path.startswith(".".join(path))]


@pytest.mark.parametrize(("path", "field"), EVERY, ids=[".".join(path) for path, _ in EVERY])
def test_what_is_no_number_or_far_too_large_is_refused(path, field):
    lists = (tuple, dict)
    of_several = get_origin(get_type_hints(_owner(path))[path[-1]]) in lists
    for value in NO_NUMBER:
        if not (of_several and isinstance(value, list | dict)):
            assert told(path, value), value
    for value in (0, -1, {"a": -1}, {"a": 1e300}, [math.nan]):  # refused or taken, but never a traceback
        told(path, value)
    if ".".join(path) not in BELOW_ZERO:
        assert told(path, -1)


def _owner(path):
    kind = ROOMS[path[0]](path[0])
    for name in path[1:-1]:
        kind = get_type_hints(kind)[name]
    return kind


@pytest.mark.parametrize(
    ("path", "field"), [(p, f) for p, f in EVERY if bounds.of(f)], ids=[".".join(p) for p, f in EVERY if bounds.of(f)]
)
def test_beyond_its_bounds_the_nearest_is_named_and_that_one_does(path, field):
    least, most = bounds.of(field)
    assert least < most
    for beyond, nearest in ((least - 1, least), (most + 1, most), (most * 1000, most)):
        said = told(path, beyond)
        assert len(said) == 1 and f"; the nearest is {spelled(nearest)}" in said[0], (beyond, said)
        assert not any("the nearest is" in line and "got" in line for line in told(path, nearest))


@pytest.mark.parametrize("path", [p for p, _ in EVERY if p[0] in ("curate", "clean", "split")], ids=".".join)
def test_every_number_of_cleaning_has_bounds(path):
    assert told(path, -1) and told(path, 1e16)


def recipe(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, "utf-8")
    return path


def refused(path, overrides=()):
    with pytest.raises(HeadwaterError) as caught:
        load(path, overrides)
    assert caught.value.exit_code == 2
    return caught.value.message.splitlines()[1:]


def test_a_threshold_is_refused_where_it_is_written(tmp_path):
    path = recipe(tmp_path, "curate:\n  gopher: {min_words: 1.0e+12}\n  fineweb: {min_ended_lines: 12}\n")
    assert refused(path) == [
        "recipe.yaml:2:12: curate.gopher.min_words: must be from 0 to 1M words, got 1T; the nearest is 1M",
        "recipe.yaml:3:13: curate.fineweb.min_ended_lines: must be from 0 to 1, got 12; the nearest is 1",
    ]
    (said,) = refused(recipe(tmp_path, ""), ["curate.chinese.max_menu=-0.5"])
    assert said.startswith("--set curate.chinese.max_menu: curate.chinese.max_menu: must be from 0 to 1, got -0.5")


def test_a_least_above_the_most_is_told_of_the_one_that_was_given(tmp_path):
    path = recipe(tmp_path, "curate: {gopher: {max_words: 20}}\n")
    assert refused(path) == [
        "recipe.yaml:1:19: curate.gopher.max_words: must be at least min_words, 50, got 20; set min_words too"
    ]
    (said,) = refused(recipe(tmp_path, ""), ["curate.gopher.min_mean_word_length=12"])
    assert said.endswith(
        "min_mean_word_length: must be at most max_mean_word_length, 10, got 12; set max_mean_word_length too"
    )
    (said,) = refused(recipe(tmp_path, "curate: {gopher: {min_words: 90, max_words: 20}}\n"))
    assert said.endswith("min_words: must be at most max_words, 20, got 90")
    assert load(recipe(tmp_path, "curate: {gopher: {min_words: 10, max_words: 10}}\n")).recipe


def test_what_is_switched_off_may_exclude_itself_but_each_number_keeps_its_bounds(tmp_path):
    for given in ("max_words: 20", "min_words: 200k", "min_words: 9, max_words: 3"):
        loaded = load(recipe(tmp_path, f"curate: {{gopher: {{enabled: false, {given}}}}}\n"))
        assert not loaded.recipe.curate.gopher.enabled
        assert refused(recipe(tmp_path, f"curate: {{gopher: {{enabled: true, {given}}}}}\n"))
    (said,) = refused(recipe(tmp_path, "curate: {gopher: {enabled: false, min_words: -1}}\n"))
    assert said.endswith("the nearest is 0")


@pytest.mark.parametrize(
    ("given", "field", "nearest"),
    [
        ({"bands": 200}, "bands", "8 rows is 128"),
        ({"rows": 100}, "rows", "14 bands is 73"),
        ({"bands": 64, "rows": 32}, "bands", "32 rows is 32"),
        ({"rows": 1024}, "rows", "14 bands is 73"),
    ],
)
def test_of_bands_and_rows_the_nearest_is_named_and_does(tmp_path, given, field, nearest):
    written = ", ".join(f"{name}: {value}" for name, value in given.items())
    (said,) = refused(recipe(tmp_path, f"curate: {{dedup: {{{written}}}}}\n"))
    assert f"curate.dedup.{field}: bands x rows is at most 1024, got" in said and said.endswith(
        f"nearest with {nearest}"
    )
    fixed = given | {field: int(nearest.split()[-1])}
    written = ", ".join(f"{name}: {value}" for name, value in fixed.items())
    assert load(recipe(tmp_path, f"curate: {{dedup: {{{written}}}}}\n"))


def test_wrong_choices_name_those_that_are_known(tmp_path):
    for text, ending in [
        ("clean: {pii: {email: delete}}", "'delete' is not allowed; known are mask, drop, none or ''"),
        ("clean: {pii: {email: masks}}", "did you mean 'mask'? known are mask, drop, none or ''"),
        ("clean: {pii: {kinds: [web]}}", "'web' is not allowed; known are general, specific, instruct"),
        ("curate: {preset: 7}", "7 is not allowed; known are web, technical, none"),
    ]:
        (said,) = refused(recipe(tmp_path, text))
        assert said.endswith(ending), said


def test_the_resolved_recipe_of_a_preset_can_be_read_again(tmp_path):
    for preset in ("web", "technical", "none"):
        first = load(recipe(tmp_path, f"curate: {{preset: {preset}}}\n"))
        assert load(recipe(tmp_path, resolved(first))).recipe == first.recipe


@pytest.mark.parametrize("value", [0, 1, 50.0, 0.25, 999_999, 10**6, 2 * 10**9, 10**15, 64_000_000, -3])
def test_a_number_is_spelled_as_it_is_read(value):
    assert number(spelled(value)) == value
