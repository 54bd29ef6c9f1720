"""The stage from sets to hits and report, on documents with questions planted in them."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater.curate.decontaminate import report, stage, verdict
from headwater.curate.decontaminate.config import DecontaminateConfig, hit_fields
from headwater.curate.rules import first_broken
from headwater.errors import HeadwaterError
from headwater.recipe import bounds
from tests.curate.workspace import CHINESE, CODE, ENGLISH, context, write_documents

SUM = "Josh decides to try flipping a house and buys it for $80,000. How much profit did he make after repairs?"
SOIL = "在农业生产中被当作极其重要的劳动对象发挥作用，最主要的不可替代的基本生产资料是"
SHORT = "Who has Colleen aggravated before kissing Judy?"
ROWS = [
    {"question": SUM, "answer": "He made #### 70000 dollars", "id": "gsm-2"},
    {"Question": SOIL, "A": "农业生产工具", "B": "土地", "C": "劳动力", "D": "资金", "Answer": "B", "id": "agro-0"},
    {"sentence_good": SHORT, "sentence_bad": "Who has Colleen aggravated Judy before kissing?", "UID": "island"},
]
PLANTED = [
    {"text": f"{ENGLISH}\n{SUM}\n{ENGLISH}", "lang": "en"},
    {"text": ENGLISH + SUM.upper().replace("$", "").replace(" ", "\n"), "lang": "en"},
    {"text": CHINESE + SOIL.replace("产", "產").replace("业", "業") + CHINESE, "lang": "zh"},
    {"text": f"{CODE}\n# {SHORT}\n", "lang": "code"},
]
CLEAN = [{"text": text} for text in (ENGLISH, CHINESE, CODE, "Who has seen Judy?", "", "which of the following")]


@pytest.fixture
def sets(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS) + "\nnot json\n", "utf-8")
    return path


def run(tmp_path, config, shards, name="decontaminate"):
    acquired = write_documents(tmp_path / "acquire", shards)
    result = stage.run(context("decontaminate", tmp_path / name, {"acquire": acquired}, config))
    return result, tmp_path / name


def reasons(table, config):
    """The reason of each row, by the published rules alone."""
    columns, rules = verdict.columns(table), verdict.rules(config)
    found, values = np.full(table.num_rows, -1, np.int32), np.full(table.num_rows, np.nan)
    first_broken(columns, rules, np.ones(table.num_rows, bool), found, values)
    names = [rules[number].reason if number >= 0 else "" for number in found]
    return names, values


def test_planted_questions_are_found_and_clean_documents_are_not(tmp_path, sets):
    config = DecontaminateConfig(sets=(str(sets),))
    result, folder = run(tmp_path, config, [PLANTED, CLEAN])
    assert result["counts"] == {"in": 10, "kept": 10, "rejected": {}} and result["found"] >= 4
    tables = [pq.read_table(path) for path in sorted((folder / "hits").glob("*.parquet"))]
    names, values = reasons(tables[0], config)
    assert names == ["decontaminate.ngram"] * 3 + ["decontaminate.short"]
    assert values.tolist() == [1.0] * 4
    assert set(reasons(tables[1], config)[0]) == {""}
    questions = pq.read_table(folder / stage.QUESTIONS).to_pylist()
    for row, (given, asked) in enumerate(zip(PLANTED, (SUM, SUM, SOIL, SHORT), strict=True)):
        hit = tables[0]["hits"][row].as_py()[0]
        assert questions[hit["question"]]["text"].startswith(asked)
        span = given["text"][hit["begin"] : hit["end"]]
        assert len(span) >= len(asked) - 3 and span[:2].casefold() == asked[:2].casefold()


def test_the_report_says_which_question_and_where(tmp_path, sets):
    config = DecontaminateConfig(sets=(str(sets),))
    _, folder = run(tmp_path, config, [PLANTED, CLEAN])
    found = report.contamination(folder, config)
    assert found["documents"] == {"searched": 10, "with_hits": 4, "contaminated": 4, "answered": 0}
    assert found["sets"]["exam"]["documents"] == 4 and found["unreadable"] == {"input.invalid_json": 1}
    first = found["questions"][0]
    assert (first["set"], first["id"], first["field"], first["documents"]) == ("exam", "gsm-2", "question", 2)
    assert [example["document"] for example in first["examples"]] == ["d0-0", "d0-1"]
    strict = DecontaminateConfig(sets=(str(sets),), max_share=1.0, max_short_share=1.0)
    assert report.contamination(folder, strict)["documents"]["contaminated"] == 0, "thresholds alone, no text"


def test_thresholds_do_not_reach_the_hits():
    assert hit_fields(DecontaminateConfig(max_share=0.9)) == hit_fields(DecontaminateConfig())
    assert hit_fields(DecontaminateConfig(seed_words=6)) != hit_fields(DecontaminateConfig())


def test_the_same_bytes_whatever_the_shards(tmp_path, sets):
    config = DecontaminateConfig(sets=(str(sets),))
    _, one = run(tmp_path / "a", config, [PLANTED + CLEAN])
    _, two = run(tmp_path / "b", config, [PLANTED, CLEAN])
    joined = [row for path in sorted((two / "hits").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    whole = pq.read_table(next((one / "hits").glob("*.parquet"))).to_pylist()
    assert [row | {"id": ""} for row in joined] == [row | {"id": ""} for row in whole]


@pytest.mark.parametrize(
    ("name", "content", "failure"),
    [
        ("empty.jsonl", b"", "empty_corpus"),
        ("noise.jsonl", bytes(range(256)) * 40, "empty_corpus"),
        ("noise.json", b"[[[[" * 1000, "empty_corpus"),
        ("noise.parquet", b"PAR1" + b"\0" * 100, "unreadable_input"),
        ("labels.jsonl", b'{"id": 1, "label": "yes"}\n', "empty_corpus"),
        ("cut.jsonl.gz", b"\x1f\x8b\x08\0\0\0\0\0", "empty_corpus"),
    ],
)
def test_a_bad_set_is_named(tmp_path, name, content, failure):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(HeadwaterError) as error:
        run(tmp_path, DecontaminateConfig(sets=(str(tmp_path / name),)), [CLEAN])
    assert error.value.failure == failure and name in error.value.where


def test_a_missing_set_is_named(tmp_path):
    with pytest.raises(HeadwaterError) as error:
        run(tmp_path, DecontaminateConfig(sets=(str(tmp_path / "nowhere.jsonl"),)), [CLEAN])
    assert error.value.failure == "unknown_name" and "nowhere.jsonl" in error.value.where


def test_settings_are_checked():
    wrong = DecontaminateConfig(sets=("",), seed_words=1, max_share=2.0)
    assert {name for name, _ in bounds.problems(wrong)} == {"sets.0", "seed_words", "max_share"}
    assert not bounds.problems(DecontaminateConfig())
