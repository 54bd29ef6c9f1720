"""Damaged and hostile files of every format: documents, counted reasons or one clear error, in bounded time."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pytest

from headwater import document
from headwater.acquire import warc
from headwater.document import wikitags
from headwater.document.wikitext import Wiki, plain_text
from headwater.errors import HeadwaterError

from . import made

ROWS = [{"text": f"第 {i} 行 line {i}", "id": str(i), "stars": i, "meta": {"a": "b"}} for i in range(30)]
WIKITEXT = """'''文''' [[链接|字]] {{lang|en|word {{x|[[y]]}}}} -{zh-hans:软件;zh-hant:軟體}-
== 节 ==
* 项
{|
! a !! b
|-
| 1 || 2
|}
"""
NOTEBOOK = {
    "cells": [{"cell_type": "markdown", "source": ["# 题"]}, {"cell_type": "code", "source": "x = 1"}],
    "metadata": {"language_info": {"name": "python"}},
}


def arrow_stream() -> bytes:
    out = io.BytesIO()
    table = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=10)
    return out.getvalue()


def feather() -> bytes:
    out = io.BytesIO()
    pyarrow.feather.write_feather(pa.Table.from_pylist(ROWS), out, chunksize=10)
    return out.getvalue()


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in (("a/b.txt", "文字 text".encode()), ("c.jsonl", b'{"text": "row"}\n')):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def wet() -> bytes:
    texts = [f"第 {i} 篇文字 with words" for i in range(5)]
    records = [
        f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://h/{i}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(text.encode())}\r\n\r\n{text}\r\n\r\n"
        for i, text in enumerate(texts)
    ]
    return b"".join(gzip.compress(record.encode(), mtime=0) for record in records)


def warc_file() -> bytes:
    html = b"<html><title>t</title><body><p>words enough to be kept as one document here</p></body></html>"
    record = warc.response_record(
        "http://h/", "2026-01-01T00:00:00Z", 200, "OK", ((b"Content-Type", b"text/html"),), html
    )
    return record[0] * 3


GOOD: dict[str, Callable[[], bytes]] = {
    "a.json": lambda: json.dumps(ROWS, ensure_ascii=False, indent=1).encode(),
    "a.csv": lambda: b"id,text\n" + b"".join(f'{i},"line, {i}\nmore"\n'.encode() for i in range(30)),
    "a.tsv": lambda: b"id\ttext\n" + b"".join(f"{i}\t第 {i} 行\n".encode() for i in range(30)),
    "a.arrow": arrow_stream,
    "a.feather": feather,
    "a.txt": lambda: "一行文字\nand a line\n".encode() * 5,
    "a.md": lambda: "---\ntitle: 题\nlicense: MIT\n---\n# 标题\n\n正文 text\n".encode(),
    "a.rst": lambda: "标题\n====\n\n:license: MIT\n\n正文 text\n".encode(),
    "a.tex": lambda: b"\\title{A {b} c}\\begin{document}% c\nx $y$\\begin{verbatim}%\\end{verbatim}\\end{document}",
    "a.py": lambda: b"#!/usr/bin/env python3\n# SPDX-License-Identifier: MIT\ndef f(x):\n    return x\n",
    "a.ipynb": lambda: json.dumps(NOTEBOOK).encode(),
    "a.docx": lambda: made.docx(made.paragraph("题", '<w:pStyle w:val="1"/>') + made.paragraph("正文"), "书"),
    "a.epub": lambda: made.epub(["<h1>一</h1><p>文 text</p>", "<ul><li>a</li></ul>"], "书"),
    "a.xml": lambda: made.dump([("题", WIKITEXT)] * 5),
    "a.xml.bz2": lambda: bz2.compress(made.dump([("题", WIKITEXT)] * 5)),
    "a.zip": lambda: made.zipped({"b.txt": "文字 text", "c/d.jsonl": '{"text": "row"}\n'}),
    "a.tgz": tar,
    "a.html": lambda: b"<html><title>t</title><body><article><p>words enough to be kept</p></article></body></html>",
    "a.warc.gz": warc_file,
    "a.wet.gz": wet,
    "a.pdf": lambda: made.pdf([["第一页 the first page of words", "and its second line"], ["第二页"]], "/Title (T)"),
}


def test_every_reader_is_tested_here():
    assert {document.format_of(name) for name in GOOD} >= set(document.READERS) - {"jsonl", "parquet"}


def bent(data: bytes, rng: random.Random) -> bytes:
    """A few bytes flipped, cut out, put in or doubled; sometimes the end cut off."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at, how = rng.randrange(len(out)), rng.randrange(5)
        if how == 0:
            out[at] = rng.randrange(256)
        elif how == 1:
            del out[at : at + rng.randint(1, 40)]
        elif how == 2:
            out[at:at] = rng.randbytes(rng.randint(1, 20))
        elif how == 3:
            out[at:at] = out[at : at + rng.randint(1, 60)]
        elif rng.random() < 0.3:
            del out[at:]
        out = out or bytearray(b"\x00")
    return bytes(out)


def survive(name: str, number: int, folder: Path) -> Counter[str]:
    """Outcomes of reading damaged copies of a good file; anything but rows, reasons and clear errors raises."""
    rng, good, path = random.Random(name), GOOD[name](), folder / name
    outcomes: Counter[str] = Counter()
    for _ in range(number):
        path.write_bytes(bent(good, rng))
        problems: Counter[str] = Counter()
        try:
            for batch in document.read(path, problems):
                batch.validate(full=True)
                assert all(row["text"].strip() and row["id"] for row in batch.to_pylist())
                outcomes["documents"] += batch.num_rows
        except HeadwaterError as error:
            assert error.exit_code == 3
            outcomes[error.failure] += 1
        assert all(reason.partition(".")[2] and reason == reason.lower() for reason in problems)
        outcomes.update(problems)
    return outcomes


@pytest.mark.parametrize("name", [name for name in GOOD if name != "a.pdf"])
def test_damaged_files(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(GOOD[name]())
    problems: Counter[str] = Counter()
    assert sum(batch.num_rows for batch in document.read(path, problems)) and not problems
    survive(name, 25, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
def test_a_thousand_damaged_files(name: str, tmp_path: Path) -> None:
    print(name, dict(survive(name, 1000 if name != "a.pdf" else 200, tmp_path)))


N = 60_000
REPEATED = ["{{", "[[", "{{[[", "}}", "<ref>", "{", "{|\n", "{{a|", "-{", "[http://a ", "<!--", "=", "<a ", "( ",
            "'''", "|", "&amp;", "\ue000", "<math>", "\n*"]  # fmt: skip
WIKI_BOMBS = [
    *(part * N for part in REPEATED),
    "{{lang|" + "a=" * N,
    "\n:" * N + "{|",
    "{{a|" * 30 + "x" * N + "}}" * 30,
    "{{" * 39 + "}} " * N,
    "{|\n" + "|a\n" * N,
]


def test_wikitext_bombs_cost_no_more_than_text() -> None:
    began = time.process_time()
    for bomb in WIKI_BOMBS:
        text = plain_text(bomb, Wiki(lang="zh"))
        assert wikitags.MARK not in text
    assert time.process_time() - began < 20


def test_archives_that_expand_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.document import archive, streams, zipped

    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 1 << 20)
    monkeypatch.setattr(streams, "MAX_WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(zipped, "MAX_PART_BYTES", 1 << 20)
    zeros = "a" * (8 << 20)
    files = {
        "a.zip": made.zipped({"big.txt": zeros, "ok.txt": "fine", "in.zip": made.zipped({"x.txt": "y"})}),
        "b.docx": made.docx(made.paragraph(zeros)),
        "c.txt.gz": gzip.compress(zeros.encode()),
        "d.epub": made.epub([f"<p>{zeros}</p>", "<p>kept</p>"], "t"),
    }
    reasons = {
        "a.zip": {"input.too_long": 1, "input.unknown_format": 1},
        "b.docx": {"input.too_long": 1},
        "c.txt.gz": {"input.too_long": 1},
        "d.epub": {"input.damaged_chapter": 1},
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        problems: Counter[str] = Counter()
        rows = [row for batch in document.read(tmp_path / name, problems) for row in batch.to_pylist()]
        assert problems == reasons[name] and [row["text"] for row in rows] == {
            "a.zip": ["fine"],
            "d.epub": ["kept"],
        }.get(name, [])


def test_xml_with_entities_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    (tmp_path / "a.docx").write_bytes(made.zipped({"word/document.xml": bomb}))
    (tmp_path / "b.xml").write_bytes(made.dump([("t", "text")]).replace(b"<page>", b"<page>" + bomb.encode(), 1))
    problems: Counter[str] = Counter()
    assert not list(document.read(tmp_path, problems))
    assert problems == {"input.damaged_part": 1, "input.damaged_page": 1}
