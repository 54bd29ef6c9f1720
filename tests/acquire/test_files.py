"""File sources: names without machines, labels, `where`, and damaged files."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from headwater.acquire import files, warc
from headwater.acquire.sources.files import FilesSource
from headwater.errors import HeadwaterError

ROWS = [
    {"id": "a", "text": "静夜思 床前明月光", "lang": "zh", "domain": "poetry", "kind": "general", "source": "tang"},
    {
        "id": "b",
        "text": "An English sentence.",
        "lang": "en",
        "domain": "web_docs",
        "kind": "nonsense",
        "url": "http://h/b",
    },
    {"text": "no id here", "meta": {"stars": 5}},
]


def jsonl(rows: list[Any]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def read(*paths: Path, **given: Any) -> tuple[list[dict[str, Any]], Counter[str]]:
    source = FilesSource(paths=tuple(map(str, paths)), **given)
    problems: Counter[str] = Counter()
    return [row for item in files.input_files(source) for row in files.rows(item, source, problems)], problems


def test_labels_of_rows_and_of_the_source(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(jsonl(ROWS))
    own, _ = read(path)
    assert [(row["lang"], row["domain"], row["kind"]) for row in own] == [
        ("zh", "poetry", "general"), ("en", "web_docs", "general"), ("", "general", "general")
    ]  # fmt: skip
    assert [row["source"] for row in own] == ["tang", "in", "in"]
    over, _ = read(path, domain="general", kind="specific", lang="zh", license="MIT", source="mine")
    for row in over:
        labels = tuple(row[name] for name in ("lang", "domain", "kind", "license", "source"))
        assert labels == ("zh", "general", "specific", "MIT", "mine")


def test_where_looks_at_the_rows_own_values(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(jsonl(ROWS))
    rows, problems = read(path, where={"domain": ("poetry", "prose")}, domain="general")
    assert [row["id"] for row in rows] == ["a"] and problems == {"files.where": 2}
    rows, _ = read(path, where={"meta.stars": ("5",)})
    assert [row["text"] for row in rows] == ["no id here"]


@pytest.mark.parametrize("root", ["one", "two/deeper"])
def test_names_do_not_depend_on_the_place(tmp_path: Path, root: str) -> None:
    folder = tmp_path / root
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "code.py").write_text("x = 1  # 变量\n")
    (folder / "notes.md").write_text("# 笔记\n\nwords\n")
    (folder / ".hidden.py").write_text("no = 1\n")
    rows, _ = read(folder)
    assert [(row["url"], row["source"], row["lang"]) for row in rows] == [
        ("file:notes.md", "file", ""), ("file:pkg/code.py", "pkg", "code")
    ]  # fmt: skip
    assert rows[1]["text"] == "x = 1  # 变量\n" and rows[1]["meta"]["programming_language"] == "python"
    assert str(tmp_path) not in json.dumps(rows)
    globbed, _ = read(folder / "*" / "*.py")
    assert [row["url"] for row in globbed] == ["file:pkg/code.py"]


def test_missing_paths_and_unknown_formats(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.exe").write_bytes(b"MZ")
    for path, failure in (("nothing.jsonl", "unknown_name"), ("a.exe", "unreadable_input"), ("empty", "empty_corpus")):
        with pytest.raises(HeadwaterError) as error:
            read(tmp_path / path)
        assert error.value.failure == failure


def test_a_warc_is_an_input(tmp_path: Path) -> None:
    writer = warc.Writer(tmp_path, {}, ("2026-01-01T00:00:00Z", "headwater"))
    html = "<html lang=zh><title>题</title><body><p>正文写得足够长，能够保留下来，作为一篇文档。</p></body></html>"
    kinds = [(200, b"text/html; charset=gbk"), (404, b"text/html"), (200, b"image/png"), (200, b"text/html")]
    for number, (status, kind) in enumerate(kinds):
        data = html.encode("gbk") if number == 0 else b"<html></html>"
        writer.append(
            warc.response_record(
                f"http://h/{number}", "2026-01-01T00:00:00Z", status, "", ((b"Content-Type", kind),), data
            )[0]
        )
    writer.close()
    rows, problems = read(tmp_path / "warc")
    assert problems == {"fetch.status_404": 1, "fetch.not_html": 1, "extract.no_text": 1}
    row = rows[0]
    assert (row["url"], row["title"], row["source"], row["warc_file"]) == ("http://h/0", "题", "h", "00000.warc.gz")
    assert (
        "正文写得足够长" in row["text"]
        and row["fetched_at"] == "2026-01-01T00:00:00Z"
        and row["meta"]["html_lang"] == "zh"
    )
    assert warc.read_record(tmp_path / "warc" / row["warc_file"], row["warc_offset"]).url == row["url"]


def test_fingerprints_follow_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl(ROWS))
    source = FilesSource(paths=(str(path),))
    before = files.fingerprint(source)
    path.write_bytes(jsonl(ROWS[:2]))
    assert [name for name, _ in before] == ["a.jsonl"] and files.fingerprint(source) != before


def damaged_inputs(rng: random.Random, folder: Path) -> Path:
    """One damaged file of some format."""
    rows = [{"id": str(i), "text": f"第 {i} 行 line {i} " * rng.randrange(1, 20)} for i in range(40)]
    plain = jsonl(rows)
    kind = rng.choice([".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"])
    path = folder / f"x{kind}"
    if kind == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=10)
        data = path.read_bytes()
    else:
        data = {".jsonl": plain, ".jsonl.gz": gzip.compress(plain), ".jsonl.zst": zstandard.compress(plain)}[kind]
    bent = bytearray(data[: rng.randrange(1, len(data))] if rng.random() < 0.5 else data)
    for _ in range(rng.randrange(4)):
        bent[rng.randrange(len(bent))] = rng.randrange(256)
    path.write_bytes(bytes(bent))
    return path


def survive(number: int, seed: int, folder: Path) -> Counter[str]:
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for _ in range(number):
        path = damaged_inputs(rng, folder)
        try:
            rows, problems = read(path)
            outcomes.update(problems.keys())
            assert all(row["text"].strip() and row["id"] for row in rows)
        except HeadwaterError as error:
            outcomes[error.failure] += 1
    return outcomes


def test_damaged_files_are_counted_or_named(tmp_path: Path) -> None:
    known = {"input.truncated", "input.invalid_json", "input.invalid_utf8", "input.no_text"}
    known |= {"unreadable_input", "input.damaged_parquet", "input.damaged_row"}
    assert set(survive(150, 1, tmp_path)) <= known


@pytest.mark.slow
def test_a_thousand_damaged_files(tmp_path: Path) -> None:
    outcomes = survive(1000, 2, tmp_path)
    print(dict(outcomes))
    assert "input.damaged_parquet" in outcomes
