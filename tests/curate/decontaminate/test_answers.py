"""Whether the answer stands beside its question: worked, chosen by letter, in Chinese, in code; and when not."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater.curate.decontaminate import answers, fields, report
from headwater.curate.decontaminate.answers import Answers
from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.kernels.fold import table
from tests.curate.decontaminate.test_stage import run
from tests.curate.workspace import CHINESE, CODE, ENGLISH

SUM = "Josh decides to try flipping a house and buys it for $80,000. How much profit did he make after repairs?"
SOIL = "在农业生产中被当作极其重要的劳动对象发挥作用，最主要的不可替代的基本生产资料是"
CHOICES = {"A": "农业生产工具", "B": "肥沃的土地", "C": "劳动力", "D": "大量资金"}
ADD = 'def add_all(values):\n    """Return the sum of all numbers in the list that are above the given least."""\n'
SET = [
    {"question": SUM, "answer": "The house rose by 150%. He made 195000-80000-50000. #### 70000"},
    {"Question": SOIL, **CHOICES, "Answer": "B"},
    {"prompt": ADD, "canonical_solution": "    return sum(value for value in values if value > least)\n"},
]
LISTED = "\n".join(f"{letter}. {text}" for letter, text in CHOICES.items())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"q": "?", "answer": "sum #### 12"}, Answers(("sum #### 12", "12"))),
        ({"q": "?", "answer": 12}, Answers(("12",))),
        ({"q": "?", "A": "x", "B": "y", "Answer": "B"}, Answers(("y",), ("x",), "B")),
        ({"q": "?", "choices": ["x", "y", "z"], "answer": 2}, Answers(("z",), ("x", "y"), "C")),
        ({"choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "A"}, Answers(("x",), ("y",), "A")),
        ({"q": "?", "correct_answers": ["x"], "incorrect_answers": ["y"]}, Answers(("x",))),
        ({"q": "?", "endings": ["x", "y"], "label": "1"}, Answers(("y",), ("x",), "B")),
        ({"q": "?", "choices": ["x", "y"], "answer": "y"}, Answers(("y",), ("x",))),
        ({"q": "?", "answers": {"text": ["x", "y"], "answer_start": [3]}}, Answers(("x", "y"))),
        ({"q": "?", "choices": ["x"], "answer": 9}, Answers(("9",), ("x",))),
        ({"text": "no answer at all"}, Answers()),
    ],
)  # fmt: skip
def test_the_answer_of_a_row(row, expected):
    assert answers.of_row(row, fields.strings(row)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ENGLISH}\n{SUM}\nThe result is $70,000.\n{ENGLISH}", True),
        (f"{ENGLISH}\n{SUM}\n{ENGLISH}", False),
        (f"70000\n{ENGLISH * 9}\n{SUM}\n{ENGLISH}", False),
        (f"{CHINESE}{SOIL}\n{LISTED}\n{CHINESE}", False),
        (f"{CHINESE}{SOIL}\n{LISTED}\n答案：B\n{CHINESE}", True),
        (f"{CHINESE}{SOIL}\n{LISTED}\n答案：C\n{CHINESE}", False),
        (f"{CHINESE}{SOIL}肥沃的土地。{CHINESE}", True),
        (f"{CHINESE}{SOIL}大量資金。{CHINESE}", False),
        (f"{CODE}\n{ADD}    return sum(value for value in values if value > least)\n", True),
        (f"{CODE}\n{ADD}    raise NotImplementedError\n", False),
    ],
)
def test_a_document_says_whether_the_answer_is_near(tmp_path, text, expected):
    path = tmp_path / "exam.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in SET), "utf-8")
    config = DecontaminateConfig(sets=(str(path),))
    _, folder = run(tmp_path, config, [[{"text": text}]])
    (hits,) = pq.read_table(next((folder / "hits").glob("*.parquet")))["hits"].to_pylist()
    over = [hit for hit in hits if hit["share"] > config.max_share]
    assert over and any(hit["answer_near"] for hit in over) == expected
    told = report.contamination(folder, config)
    assert told["documents"]["answered"] == told["sets"]["exam"]["answered"] == int(expected)
    assert all(question["answers"] for question in told["questions"])


@pytest.mark.parametrize(
    ("answer", "said", "expected"),
    [
        ("the Danube", "The answer is Danube.", True),
        ("An aqueduct", "It was the aqueduct that failed.", True),
        ("“The” Danube", "The answer is Danube.", False),  # an emphasised article is meant
        ("a Roman aqueduct", "It was an aqueduct.", False),
        ("Danube", "It is the Danube", True),
        ("theatre", "It is at re", False),
        ("A", "A is a letter", None),
        ("the 7", "There were 7 of them", False),
        ("a b", "It holds that b is true", False),
        ("the", "the", True),
    ],
)
def test_an_article_before_an_answer_is_left_out(answer, said, expected):
    fold = table()
    text = f"{SUM} {said}".encode()
    span = (0, 0, len(SUM), len(text))
    assert answers.near(np.frombuffer(text, np.uint8), [span], [Answers((answer,))], fold) == [expected]


def test_a_choice_that_is_wrong_has_no_more_for_its_article():
    text = f"{SUM} the harbour, a bridge, bridge".encode()
    told = [Answers(("a bridge",), ("the harbour",)), Answers(("the harbour",), ("a bridge",))]
    spans = [(0, 0, len(SUM), len(text))] * 2
    assert answers.near(np.frombuffer(text, np.uint8), spans, told, table()) == [True, False]


def test_a_single_letter_or_digit_is_no_evidence(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text(json.dumps({"question": SUM, "answer": "7"}), "utf-8")
    _, folder = run(tmp_path, DecontaminateConfig(sets=(str(path),)), [[{"text": f"{SUM} 7 {ENGLISH}"}]])
    (hits,) = pq.read_table(next((folder / "hits").glob("*.parquet")))["hits"].to_pylist()
    assert [hit["answer_near"] for hit in hits] == [None]
