"""What was refused is found where it stands, and told as such."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from headwater.cli.main import main
from headwater.curate import unread
from headwater.curate.places import places_of
from headwater.document import InputFile, streams
from tests.curate.test_commands import command
from tests.curate.workspace import CHINESE, ENGLISH

BAD = b'\xef\xbb\xbf\n{"text": "a"}\n\n{broken\n{"id": 1}\n{broken \xe4\xba\x8c\n \t\n{"text": "b"}\n\xff{\n[1]'
REFUSED = [
    ("input.invalid_json", "4", "{broken"), ("input.no_text", "5", '{"id": 1}'),
    ("input.invalid_json", "6", "{broken 二"),
    ("input.invalid_utf8", "9", "\ufffd{"), ("input.no_text", "10", "[1]"),
]  # fmt: skip


def refused(tmp_path, path):
    """The rows of a file; reason, place and beginning of what is none."""
    found, problems = unread.Refused(), Counter()
    rows = list(found.rows_of(InputFile(location=str(path), name=path.name), problems))
    assert found.write(tmp_path / "refused.parquet") == problems.total()
    table = pq.read_table(tmp_path / "refused.parquet").to_pylist()
    metas = [dict(row["meta"]) for row in table]
    assert [row["id"] for row in table] == [
        f"{path}#{meta['place']}:{row['reason']}" for row, meta in zip(table, metas, strict=True)
    ]
    return [row["text"] for row in rows], [
        (row["reason"], meta["place"], meta.get("head", "")) for row, meta in zip(table, metas, strict=True)
    ]


def test_a_line_is_called_by_its_number_and_beginning(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(BAD)
    assert refused(tmp_path, tmp_path / "a.jsonl") == (["a", "b"], REFUSED)


def test_lines_that_are_too_long_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "MAX_LINE_BYTES", 40)
    long = b'{"text": "%s"}\n' % (b"x" * 99)
    (tmp_path / "a.jsonl").write_bytes(long + b'{"text": "a"}\n\n' + long + long + b"{broken\n" + long)
    texts, found = refused(tmp_path, tmp_path / "a.jsonl")
    assert texts == ["a"]
    told = "input.line_too_long"
    assert found == [
        (told, "1", ""),
        (told, "4", ""),
        (told, "5", ""),
        ("input.invalid_json", "6", "{broken"),
        (told, "7", ""),
    ]


def test_other_formats_count_rows(tmp_path):
    (tmp_path / "a.json").write_text('[{"text": "a"},\n\n {"id": 1},\n {"text": "b"}, {"id": 2}]')
    assert refused(tmp_path, tmp_path / "a.json") == (
        ["a", "b"],
        [("input.no_text", "2", ""), ("input.no_text", "4", "")],
    )


def test_a_file_that_went_away_is_counted_on(tmp_path):
    item = InputFile(location=str(tmp_path / "gone.jsonl"), name="gone.jsonl")
    assert [place.number for place in places_of(item, [2, 5])] == [2, 5]


@pytest.fixture(scope="module")
def curated(tmp_path_factory):
    root = tmp_path_factory.mktemp("curated")
    question = "Which unit of rotation did the clockmakers of the old town use for the wheels of their tower clocks?"
    (root / "set.jsonl").write_text(json.dumps({"id": "q", "question": question, "answer": "the quorble"}) + "\n")
    texts = [ENGLISH, CHINESE, *(f"{ENGLISH}\n{question} number {n}" for n in range(7))]
    lines = [json.dumps({"id": f"d{n}", "text": text}) for n, text in enumerate(texts)]
    (root / "in.jsonl").write_text("\n".join([*lines, "", "{broken"]) + "\n", "utf-8")
    names = [str(root / name) for name in ("in.jsonl", "out", "set.jsonl")]
    assert main(["curate", names[0], "-o", names[1], "--decontaminate", names[2], "--workers", "1", "--quiet"]) == 0
    return root


def test_every_contaminated_document_is_shown_with_its_question(curated, capsys):
    for number in range(2, 9):  # more than the report names as examples
        code, told = command(capsys, "show", f"d{number}", "--run", curated / "out")
        (hit,) = told["hits"]["hits"]
        assert (code, told["verdict"]["reason"], hit["share"]) == (0, "decontaminate.ngram", 1.0)
        assert hit["named"].endswith(":0:question")
    assert main(["show", "d2", "--run", str(curated / "out")]) == 0
    assert ":0:question: 100% of it" in capsys.readouterr().out
    assert "hits" not in command(capsys, "show", "d1", "--run", curated / "out")[1]


def test_what_was_refused_is_told_by_its_line(curated, capsys):
    place = f"line 11 of {curated / 'in.jsonl'}"
    assert main(["sample", str(curated / "out"), "--reason", "input"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{place}  input.invalid_json", "  '{broken'"]
    name = f"{curated / 'in.jsonl'}#11:input.invalid_json"
    assert main(["show", name, "--run", str(curated / "out")]) == 0
    shown = capsys.readouterr().out
    assert f"{place} was not read: input.invalid_json" in shown and "und-general" not in shown
    assert main(["sample", str(curated / "out"), "-n", "1"]) == 0
    assert " kept\n" in capsys.readouterr().out
