"""Grades read out of the many ways in which a model answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.curate.quality import rubric
from headwater.errors import HeadwaterError


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ("Score: 3", 3),
        ("score:0", 0),
        ("**Score:** 4", 4),
        ("The score is 5.", 5),
        ("分数：2", 2),
        ("评分为 4 分", 4),
        ("得分：３", 3),
        ('{"score": 2}', 2),
        ("4", 4),
        (" 4/5\n", 4),
        ("**1**", 1),
        ("3 分。", 3),
        ("Score: 3.5", 3.5),
        ("Score: 4/5", 4),
        ("First I thought Score: 1, but it explains well.\nScore: 4", 4),
        ("Score: 10", None),
        ("Score: -1", None),
        ("Score: 45", None),
        ("", None),
        ("I cannot judge this text.", None),
        ("There are 3 kinds of loops.", None),
        ("Answer with a number from 0 to 5.", None),
        ("Score: " + "9" * 10_000, None),
        ("5 " * 10_000, None),
    ],
)
def test_a_grade_is_read(answer: str, grade: float | None) -> None:
    assert rubric.grade(answer) == grade


def test_several_grades_in_an_answer_that_was_cut_are_none() -> None:
    assert rubric.grade("分数：1 或者 分数：3", "length") is None
    assert rubric.grade("Score: 3 and so", "length") == 3


def test_what_is_asked_holds_the_text_and_no_grade_to_copy() -> None:
    rules = rubric.load("built-in")
    for lang, word in (("en", "learn"), ("zh", "学习"), ("code", "learn")):
        ((role, content),) = rubric.messages(rules, lang, "{text} {0} braces")
        assert role == "user" and "{text} {0} braces" in content and word in content
        assert rubric.grade(content) is None


def test_an_own_rubric(tmp_path: Path) -> None:
    path = tmp_path / "rubric.txt"
    path.write_text("Is this about cooking? <<{text}>> Score:", "utf-8")
    assert rubric.messages(rubric.load(str(path)), "zh", "soup") == [("user", "Is this about cooking? <<soup>> Score:")]
    path.write_text("Is this about cooking?", "utf-8")
    ((_, content),) = rubric.messages(rubric.load(str(path)), "en", "soup")
    assert content.startswith("Is this about cooking?") and "soup" in content and "Score" in content


@pytest.mark.parametrize(
    ("data", "failure"), [(None, "unknown_name"), (b"", "unreadable_input"), (b"\xff\xfe\xff", "unreadable_input")]
)
def test_a_rubric_that_cannot_be_used(data: bytes | None, failure: str, tmp_path: Path) -> None:
    path = tmp_path / "rubric.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(HeadwaterError) as caught:
        rubric.load(str(path))
    assert caught.value.failure == failure
