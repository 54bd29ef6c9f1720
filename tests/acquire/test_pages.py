"""Pages out of files: HTML, WARC read by name alone, WET, and files cut inside their last record."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import zstandard

from headwater import document
from headwater.acquire import extract, pages, warc

TEXT = "正文写得足够长，能够保留下来，作为一篇文档。And a sentence in English, long enough to be kept."
HTML = f"<html lang=zh><head><title>题</title></head><body><article><p>{TEXT}</p></article></body></html>"


def read(path: Path) -> tuple[list[dict[str, Any]], Counter[str]]:
    problems: Counter[str] = Counter()
    rows = [row for batch in document.read(path, problems) for row in batch.to_pylist()]
    return [{**row, "meta": dict(row["meta"])} for row in rows], problems


def records(number: int) -> list[bytes]:
    kind = ((b"Content-Type", b"text/html; charset=utf-8"),)
    made = [
        warc.response_record(f"http://h/{i}", "2026-01-01T00:00:00Z", 200, "", kind, HTML.encode())
        for i in range(number)
    ]
    return [record for record, _ in made]


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_an_html_file_is_a_document(tmp_path: Path, charset: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.html").write_bytes(HTML.encode(charset))
    (row,), problems = read(tmp_path)
    assert TEXT in row["text"] and row["title"] == "题" and row["url"] == "file:docs/a.html"
    assert row["meta"]["html_lang"] == "zh" and not problems
    (tmp_path / "docs" / "a.html").write_text("<html><body></body></html>")
    assert read(tmp_path) == ([], Counter({"extract.no_text": 1}))


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a.warc.zst"])
def test_a_warc_is_read_like_any_file(tmp_path: Path, name: str) -> None:
    packed = b"".join(records(2))
    data = {"gz": packed, "warc": gzip.decompress(packed)}.get(name.split(".")[-1])
    (tmp_path / name).write_bytes(data or zstandard.compress(gzip.decompress(packed)))
    rows, problems = read(tmp_path / name)
    assert [row["url"] for row in rows] == ["http://h/0", "http://h/1"] and not problems
    assert all(row["id"] and row["warc_file"] == name and TEXT in row["text"] for row in rows)
    if name != "a.warc.zst":
        assert warc.read_record(tmp_path / name, rows[1]["warc_offset"]).url == "http://h/1"


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
@pytest.mark.parametrize("cut", [10, 40, 150])
def test_a_warc_cut_inside_its_last_record_says_so(tmp_path: Path, name: str, cut: int) -> None:
    packed = b"".join(records(2))
    data = packed if name.endswith("gz") else gzip.decompress(packed)
    (tmp_path / name).write_bytes(data[: -cut - 4])  # past the empty lines, or the checksum, that end a record
    rows, problems = read(tmp_path / name)
    assert problems.total() == 1 and len(rows) == 1, problems


def wet(texts: list[str]) -> bytes:
    parts = ["WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"]
    for number, text in enumerate(texts):
        head = f"WARC-Target-URI: http://h/{number}\r\nWARC-Identified-Content-Language: zho,eng\r\n"
        parts.append(
            f"WARC/1.0\r\nWARC-Type: conversion\r\n{head}WARC-Date: 2026-01-01T00:00:00Z\r\n"
            f"Content-Length: {len(text.encode())}\r\n\r\n{text}\r\n\r\n"
        )
    return b"".join(gzip.compress(part.encode(), mtime=0) for part in parts)


def test_a_wet_file(tmp_path: Path) -> None:
    path = tmp_path / "CC-MAIN-2026.warc.wet.gz"
    path.write_bytes(wet(["标题\n第一篇文字", "  ", "second"]))
    rows, problems = read(path)
    assert [(row["url"], row["text"], row["source"]) for row in rows] == [
        ("http://h/0", "标题\n第一篇文字", "h"),
        ("http://h/2", "second", "h"),
    ]
    assert rows[0]["title"] == "标题" and rows[0]["meta"] == {"identified_languages": "zho,eng"}
    assert problems == {"input.no_text": 1}
    path.write_bytes(path.read_bytes()[:-20])
    rows, problems = read(path)
    assert len(rows) == 1 and problems["input.truncated"] == 1


def test_what_a_page_says_of_itself_goes_into_meta() -> None:
    page = extract.extract(HTML.encode(), "http://h/")
    assert pages.notes(page)["html_lang"] == "zh" and "" not in pages.notes(page).values()
