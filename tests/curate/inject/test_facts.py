"""Facts out of rows: which fields say what, in which language, and which rows are no facts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.curate.inject import facts, tables
from headwater.errors import HeadwaterError

BOTH = ("zh", "en")


def told(row: Any) -> dict[str, tuple[str, dict[str, str]]]:
    fact, reason = facts.fact_of(row, BOTH)
    assert fact is not None, reason
    return {lang: (wording.shape, wording.parts) for lang, wording in fact.wordings.items()}


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"term": "quokka", "definition": "A small marsupial."}, {"en": "definition"}),
        ({"Name": "quokka", "Description": "A small marsupial."}, {"en": "definition"}),
        ({"术语": "分词", "定义": "把文本切成词元"}, {"zh": "definition"}),
        ({"term": "BPE", "definition": "一种子词切分算法"}, {"zh": "definition"}),
        ({"subject": "Paris", "relation": "capital of", "object": "France"}, {"en": "triple"}),
        ({"head": "爱因斯坦", "predicate": "出生于", "tail": "Ulm"}, {"zh": "triple"}),
        ({"triple": ["鲁迅", "原名", "周樟寿"]}, {"zh": "triple"}),
        ({"subject": "Kenya", "relation": "languages", "object": ["English", "Swahili"]}, {"en": "triple"}),
        ({"subject": "water", "relation": "boils at", "object": 100}, {"en": "triple"}),
        ({"question": "谁发现了镭？", "answer": "Marie Curie"}, {"zh": "question"}),
        ({"prompt": "Who?", "response": "She."}, {"en": "question"}),
        ({"text": "Honey never spoils."}, {"en": "statement"}),
        ("蜂蜜不会变质", {"zh": "statement"}),
        ({"term": "honey", "text": "It never spoils."}, {"en": "statement"}),
        ({"term_zh": "熵", "term_en": "entropy", "definition_zh": "无序的度量", "definition_en": "A measure."},
         {"zh": "definition", "en": "definition"}),
        ({"term": {"zh": "熵", "en": "entropy"}, "definition": {"zh": "无序的度量"}}, {"zh": "definition"}),
        ({"subject": "Python", "relation_zh": "作者", "relation_en": "author", "object": "Guido"},
         {"zh": "triple", "en": "triple"}),
        ({"question": "x", "answer": "y", "lang": "zh-Hans"}, {"en": "question"}),
        ({"entity": "Iron", "attribute": "symbol", "value": "Fe"}, {"en": "triple"}),
        ({"zh": {"term": "熵", "definition": "无序的度量"}, "en": "Entropy grows."}, {"zh": "definition"}),
        ({"zh": "蜂蜜不会变质", "en": "Honey never spoils."}, {"zh": "statement", "en": "statement"}),
    ],
)  # fmt: skip
def test_fields_by_any_usual_name(row: Any, wanted: dict[str, str]) -> None:
    assert {lang: shape for lang, (shape, _) in told(row).items()} == wanted


def test_a_name_keeps_what_the_other_language_calls_it() -> None:
    fact, _ = facts.fact_of({"term_zh": "熵", "term_en": "entropy", "definition": "无序程度的度量"}, BOTH)
    assert fact is not None and list(fact.wordings) == ["zh"] and fact.wordings["zh"].other_name == "entropy"
    assert told({"subject": "K", "relation": "languages", "object": ["A", "B"]})["en"][1]["object"] == "A, B"
    assert told({"subject": "中国", "relation": "邻国", "object": ["越南", "老挝"]})["zh"][1]["object"] == "越南、老挝"
    code, _ = facts.fact_of({"term": "list", "definition": "A mutable sequence.", "lang": "python"}, BOTH)
    assert code is not None and code.code == "python"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (3, "inject.not_an_object"), (None, "inject.not_an_object"), ([], "inject.not_an_object"),
        ({}, "inject.no_fact"), ({"foo": "bar"}, "inject.no_fact"), ({"term": "x"}, "inject.no_fact"),
        ({"term": "", "definition": "x"}, "inject.empty"), ({"term": "x", "definition": " \n"}, "inject.empty"),
        ("", "inject.empty"), ("。。。", "inject.empty"),
        ({"term": "x" * 201, "definition": "y"}, "inject.too_long"), ("x" * 20_001, "inject.too_long"),
        ({"term": "x", "definition": "a\x00b"}, "inject.unreadable_text"),
        ({"term": "x", "definition": "слово на другом языке"}, "inject.unsupported_language"),
        ({"term": "chat", "definition": "un petit animal", "lang": "fr"}, "inject.unsupported_language"),
        ({"term": "x", "definition": "y", "id": "a" * 201}, "inject.unusable_id"),
        ({"term": "x", "definition": {"text": "y"}}, "inject.no_fact"),
        ({"term": "x", "definition": True}, "inject.no_fact"),
        ({"term": "x", "definition": float("nan")}, "inject.no_fact"),
        ({"term": "x", "definition": json.loads("[" * 500 + "]" * 500)}, "inject.no_fact"),
    ],
)  # fmt: skip
def test_rows_that_are_no_fact_say_why(row: Any, reason: str) -> None:
    assert facts.fact_of(row, BOTH) == (None, reason)


def test_a_language_that_was_not_asked_for() -> None:
    assert facts.fact_of({"term": "x", "definition": "y"}, ("zh",)) == (None, "inject.other_language")


def test_copies_and_ids_given_twice_are_counted(tmp_path: Path) -> None:
    lines: list[Any] = [
        {"id": "a", "term": "x", "definition": "One thing."},
        {"term": "X", "definition": "One  thing."},
    ]
    lines += [{"id": "a", "term": "y", "definition": "Another."}, {"term": "z", "definition": "A third."}]
    path = tmp_path / "f.jsonl"
    path.write_text("\n".join([*map(json.dumps, lines), "{broken", ""]) + "\n", "utf-8")
    with open(path, "ab") as handle:
        handle.write(b'{"term": "\xff"}\n')
    found = facts.read(str(path), BOTH)
    assert [fact.id == "a" for fact in found.facts] == [True, False] and found.rows == 6
    assert found.rejected == {"inject.duplicate": 1, "inject.duplicate_id": 1, "input.invalid_json": 1,
                              "input.invalid_utf8": 1}  # fmt: skip
    assert found.facts[1].id == facts.read(str(path), BOTH).facts[1].id


ROWS = [{"term": "a,b", "definition": "first\nline"}, {"term": "熵", "definition": "无序的度量"}]


@pytest.mark.parametrize("name", ["f.jsonl", "f.json", "f.csv", "f.tsv", "f.parquet", "f.jsonl.gz"])
def test_every_kind_of_table(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif name == "f.json":
        path.write_text(json.dumps(ROWS, indent=1), "utf-8")
    elif ".jsonl" in name:
        data = "\n".join(json.dumps(row) for row in ROWS).encode()
        import gzip

        path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    else:
        import csv

        with open(path, "w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, ["term", "definition"], delimiter="\t" if "tsv" in name else ",")
            writer.writeheader()
            writer.writerows(ROWS)
    problems: Counter[str] = Counter()
    assert list(tables.rows(str(path), problems)) == ROWS and not problems


def test_a_text_file_is_a_statement_a_line(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("Honey never spoils.\n\n蜂蜜不会变质\n", "utf-8")
    found = facts.read(str(tmp_path / "f.txt"), BOTH)
    assert [list(fact.wordings) for fact in found.facts] == [["en"], ["zh"]] and not found.rejected


@pytest.mark.parametrize(
    ("name", "data", "failure"),
    [
        ("none.jsonl", None, "unknown_name"), ("f.pdf", b"x", "unreadable_input"),
        ("f.parquet", b"PAR1", "unreadable_input"),
        ("empty.jsonl", b"", "empty_corpus"), ("f.jsonl", b"{}\n[]\n", "empty_corpus"),
        ("f.json", b"[1", "empty_corpus"),
        ("one.csv", b"x", "empty_corpus"), ("f.csv", b"a,b\n1,2,3\n", "empty_corpus"),
        ("f.jsonl.zst", b"no zstd", "empty_corpus"),
        ("big.jsonl", b'{"text": "' + b"x" * (3 << 20) + b'"}', "empty_corpus"),
    ],
)  # fmt: skip
def test_files_without_a_fact(name: str, data: bytes | None, failure: str, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(HeadwaterError) as refused:
        facts.read(str(tmp_path / name), BOTH)
    assert refused.value.failure == failure
