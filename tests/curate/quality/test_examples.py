"""Examples: each text once, thinned by its hash, labels joined by id, mistakes said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.curate.quality import examples
from headwater.errors import HeadwaterError
from tests.curate.quality import lessons


def rows(path: Path, values: list[Any]) -> str:
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), "utf-8")
    return str(path)


def test_each_text_once_and_none_on_both_sides(tmp_path: Path) -> None:
    good = rows(tmp_path / "a.jsonl", [{"text": t} for t in ("one", "two", "two", "three", "甲")])
    other = rows(tmp_path / "b.jsonl", [{"text": t} for t in ("three", "four", "乙", "丙")] + ["no row"])
    found = examples.from_two([good], [other], 100, 100)
    assert sorted(zip(found.texts, found.targets.tolist(), strict=True)) == sorted(
        [("one", 1.0), ("two", 1.0), ("甲", 1.0), ("four", 0.0), ("乙", 0.0), ("丙", 0.0)]
    )
    assert found.left_out == {"examples.duplicate": 1, "examples.on_both_sides": 2, "input.no_text": 1}


def test_thinning_does_not_depend_on_the_order(tmp_path: Path) -> None:
    values = [{"text": f"text {n}"} for n in range(50)]
    other = rows(tmp_path / "c.jsonl", [{"text": f"other {n}"} for n in range(5)])
    a = examples.from_two([rows(tmp_path / "a.jsonl", values)], [other], 100, 10)
    b = examples.from_two([rows(tmp_path / "b.jsonl", values[::-1])], [other], 100, 10)
    assert a.texts == b.texts and len(a) == 15 and a.left_out == {"examples.thinned": 40}


@pytest.mark.parametrize("share", [1.0, 0.6])
def test_the_same_set_twice_is_a_mistake(share: float, tmp_path: Path) -> None:
    values = [{"text": f"text {n}"} for n in range(20)]
    changed = [{"text": f"other {n}"} if n >= 20 * share else row for n, row in enumerate(values)]
    good, other = rows(tmp_path / "a.jsonl", values), rows(tmp_path / "b.jsonl", changed)
    with pytest.raises(HeadwaterError, match="positive and negative at once") as caught:
        examples.from_two([good], [other], 100, 100)
    assert caught.value.exit_code == 2


def test_empty_and_missing_files_are_said(tmp_path: Path) -> None:
    good, empty = lessons.write(tmp_path / "a.jsonl", True, count=2), rows(tmp_path / "b.jsonl", [])
    for paths, failure in (([empty], "empty_corpus"), ([str(tmp_path / "none.jsonl")], "unknown_name")):
        with pytest.raises(HeadwaterError) as caught:
            examples.from_two([good], paths, 100, 100)
        assert caught.value.failure == failure


@pytest.mark.parametrize(
    ("labels", "targets"),
    [
        ([{"id": "a", "label": 1}, {"id": "b", "label": 0}], {"a": 1.0, "b": 0.0}),
        ([{"id": "a", "label": 5}, {"id": "b", "label": 1}], {"a": 1.0, "b": 0.2}),
        ([{"id": "a", "label": 4, "score": 0.8}, {"id": "b", "label": 0, "score": 0}], {"a": 0.8, "b": 0.0}),
        ([{"id": "a", "label": "positive"}, {"id": "b", "label": "no"}], {"a": 1.0, "b": 0.0}),
        ([{"id": "a", "label": True}, {"id": 7, "relevant": False}], {"a": 1.0, "7": 0.0}),
    ],
)
def test_labels_in_several_scales(labels: list[Any], targets: dict[str, float], tmp_path: Path) -> None:
    from collections import Counter

    assert examples.read_labels([rows(tmp_path / "l.jsonl", labels)], 5.0, Counter()) == pytest.approx(targets)


def test_labels_meet_documents_by_id(tmp_path: Path) -> None:
    documents = rows(tmp_path / "d.jsonl", [{"id": n, "text": f"text {n}"} for n in "abcd"])
    values = [{"id": "a", "label": 1}, {"id": "b", "label": 0}, {"id": "b", "label": 1}, {"id": "z", "label": 0}]
    values += [{"id": "c", "label": -1}, {"label": 1}, {"id": "d", "label": None}]
    labels = rows(tmp_path / "l.jsonl", values)
    (tmp_path / "l.jsonl").open("a").write("{broken\n")
    found = examples.from_labels([labels], [documents], 100, 100, 5.0)
    assert sorted(zip(found.texts, found.targets.tolist(), strict=True)) == [("text a", 1.0), ("text b", 0.0)]
    assert found.left_out == {
        "labels.duplicate": 1,
        "labels.invalid_json": 1,
        "labels.no_document": 1,
        "labels.unlabelled": 2,
        "labels.unusable": 3,
    }


@pytest.mark.parametrize(
    ("labels", "failure"),
    [([], "empty_corpus"), ([{"id": "x", "label": 1}], "empty_corpus"), ([{"id": "a", "label": 90}], "arguments")],
)
def test_unusable_labels_are_said(labels: list[Any], failure: str, tmp_path: Path) -> None:
    documents = rows(tmp_path / "d.jsonl", [{"id": "a", "text": "text"}])
    with pytest.raises(HeadwaterError) as caught:
        examples.from_labels([rows(tmp_path / "l.jsonl", labels)], [documents], 100, 100, 5.0)
    assert caught.value.failure == failure
