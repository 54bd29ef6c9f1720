"""Readers: every format in, one schema out; damage is counted, never a crash."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headwater import document
from headwater.document import streams
from headwater.errors import HeadwaterError

ROWS = [
    {"id": "1", "text": "江流天地外，山色有无中。", "url": "https://a.example/1", "lang": "zh", "domain": "poetry"},
    {"text": "A line of English.", "license": "CC0", "meta": {"page": 3}},
    {"prompt": "What?", "response": "That."},
]


def read(paths):
    problems: Counter[str] = Counter()
    batches = list(document.read(paths, problems))
    return [row for batch in batches for row in batch.to_pylist()], problems


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst", "a.jsonl.gz", "a.parquet"])
def test_every_format_gives_the_same_documents(tmp_path, name):
    path = tmp_path / name
    data = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in ROWS)
    if name.endswith(".parquet"):
        pq.write_table(
            pa.Table.from_pylist([{"id": None, "url": None, "prompt": None, "response": None, **r} for r in ROWS[:1]]),
            path,
        )
    else:
        wrap = {"zst": zstandard.ZstdCompressor().compress, "gz": gzip.compress}.get(name.split(".")[-1], bytes)
        path.write_bytes(wrap(data))
    rows, problems = read(path)
    assert rows[0]["id"] == "1" and rows[0]["text"] == ROWS[0]["text"] and not problems
    if not name.endswith(".parquet"):
        assert rows[1]["id"] == document.document_id("a", "", ROWS[1]["text"]) and rows[1]["meta"] == [("page", "3")]
        assert rows[2]["text"] == "What?\n\nThat."


def test_bad_rows_are_counted_by_reason(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [b'{"text": "good"}', b"", b"{", b"\xff\xfe{}", b"[1]", b'{"text": ""}', b'{"text": 3}', b'{"no": "text"}']
    path.write_bytes(b"\n".join(lines))
    rows, problems = read(path)
    assert [r["text"] for r in rows] == ["good"]
    assert problems == {"input.invalid_json": 1, "input.invalid_utf8": 1, "input.no_text": 4}


def test_a_line_too_long_is_counted_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "MAX_LINE_BYTES", 1000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "' + b"x" * 5000 + b'"}\n{"text": "next"}\n')
    rows, problems = read(path)
    assert [r["text"] for r in rows] == ["next"] and problems == {"input.line_too_long": 1}


@pytest.mark.parametrize("suffix", ["zst", "gz"])
def test_a_file_cut_short_gives_what_came_before(tmp_path, suffix):
    drawn = random.Random(7)
    data = b"".join(json.dumps({"text": f"line {i} {drawn.random()}"}).encode() + b"\n" for i in range(20000))
    packed = zstandard.ZstdCompressor().compress(data) if suffix == "zst" else gzip.compress(data)
    path = tmp_path / f"a.jsonl.{suffix}"
    path.write_bytes(packed[: len(packed) // 2])
    rows, problems = read(path)
    assert 0 < len(rows) < 20000 and problems["input.truncated"] + problems["input.invalid_json"] >= 1


def test_source_code_and_text_come_from_folders(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_text("def f():\n    return 1\n")
    (tmp_path / "读我.md").write_text("# 标题\n\n正文")
    (tmp_path / "pkg" / ".hidden.py").write_text("x = 1")
    (tmp_path / "b.bin").write_bytes(b"\x00")
    rows, _ = read(tmp_path)
    assert {(r["title"], r["lang"]) for r in rows} == {("a.py", "code"), ("标题", "")}


@pytest.mark.parametrize(("name", "failure"), [("none.jsonl", "unknown_name"), ("a.xyz", "unreadable_input")])
def test_what_cannot_be_read_is_a_clear_error(tmp_path, name, failure):
    if name == "a.xyz":
        (tmp_path / name).write_text("x")
    with pytest.raises(HeadwaterError) as caught:
        read(tmp_path / name)
    assert caught.value.failure == failure and name in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"P", b"PAR1", b"PAR1" + b"\x00" * 50 + b"PAR1"])
def test_a_broken_parquet_file_is_counted_and_the_others_are_read(tmp_path, data):
    for name in ("a.parquet", "c.arrow", "d.feather"):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "b.jsonl").write_text('{"text": "b"}')
    rows, problems = read(tmp_path)
    assert [row["text"] for row in rows] == ["b"]
    assert problems == {"input.damaged_parquet": 1, "input.damaged_arrow": 2}


def test_a_broken_parquet_file_of_ours_is_a_clear_error(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(HeadwaterError) as caught:
        list(document.read_parquet(path))
    assert caught.value.failure == "unreadable_input"


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.zst", "jsonl.gz", "parquet"])
def test_a_thousand_damaged_files_of_each_format(tmp_path, suffix):
    """Random bytes flipped, cut or inserted: documents, counted problems or one clear error."""
    rng = random.Random(suffix)
    good = tmp_path / f"good.{suffix}"
    batches = [document.batch([{"text": f"第 {i} line", "id": str(i), "meta": {"a": "b"}} for i in range(50)])]
    if suffix == "parquet":
        document.write_parquet(good, batches)
    else:
        data = b"".join(json.dumps({"text": f"第 {i} line"}).encode() + b"\n" for i in range(50))
        packed = {
            "jsonl": data,
            "jsonl.zst": zstandard.ZstdCompressor().compress(data),
            "jsonl.gz": gzip.compress(data),
        }
        good.write_bytes(packed[suffix])
    original = good.read_bytes()
    path = tmp_path / f"bad.{suffix}"
    for _ in range(1000):
        data = bytearray(original)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(data))
            how = rng.randrange(3)
            if how == 0:
                data[at] = rng.randrange(256)
            elif how == 1:
                del data[at : at + rng.randint(1, 40)]
            else:
                data[at:at] = rng.randbytes(rng.randint(1, 20))
            data = data or bytearray(b"\x00")
        path.write_bytes(data)
        try:
            rows, _ = read(path)
            assert all(isinstance(row["text"], str) and row["text"] for row in rows)
        except HeadwaterError as error:
            assert error.exit_code == 3


@given(st.text(max_size=60))
def test_labels_are_safe_file_names(text):
    made = document.label(text)
    assert made and len(made) <= 40 and "/" not in made and not made.startswith(".") and made == document.label(made)


def test_channels():
    assert document.channel("zh", "general", "general") == "zh-general"
    assert document.channel("en", "specific", "math") == "en-specific-math"


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_what_is_written_is_read_again(tmp_path, name):
    rows = [{"text": "第一行", "id": "1"}, {"text": "second", "id": "2"}]
    assert document.write_jsonl(tmp_path / name, [document.batch(rows)]) == 2
    found, problems = read(tmp_path / name)
    assert [row["text"] for row in found] == ["第一行", "second"] and not problems


def test_langid_and_extract_of_nothing_are_errors(tmp_path, capsys):
    from headwater.cli.main import main

    (tmp_path / "empty.jsonl").write_text("{}\n")
    (tmp_path / "empty.warc").write_bytes(b"")
    for command, name in (("langid", "empty.jsonl"), ("extract", "empty.warc")):
        assert main([command, str(tmp_path / name), "-o", str(tmp_path / "out.jsonl")]) == 3
        assert not (tmp_path / "out.jsonl").exists() or command == "extract"
    assert "no_text 1" in capsys.readouterr().err
