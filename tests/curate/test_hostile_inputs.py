"""Every input format, damaged in every way, through the whole of `headwater curate`.

Whatever it is given, the command ends with documents, each of them kept or rejected for a reason, or with one clear
error and exit code 2 or 3; never with a traceback, without end, or as done with nothing kept.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
import zstandard

from headwater.acquire import warc
from headwater.document import READERS, format_of
from tests.corpora import chinese, code, english
from tests.document import made
from tests.faults import curated

LIMIT_S = 20  # of processor time, of one command on a small input
_rng = random.Random(16)
ENGLISH, CHINESE, CODE = english(_rng), chinese(_rng), code(_rng)
ROWS = [
    {"id": f"r{i}", "text": text, "url": f"https://h{i}.example/{i}", "stars": i}
    for i, text in enumerate((ENGLISH, CHINESE, CODE, chinese(_rng), english(_rng)))
]
PARAGRAPHS = [line for text in (ENGLISH, CHINESE) for line in text.split("\n")]
HTML = "<html><title>t</title><body><article>" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</article></body></html>"
NOTEBOOK = {
    "cells": [{"cell_type": "markdown", "source": [f"{line}\n\n" for line in PARAGRAPHS]}],
    "metadata": {"language_info": {"name": "python"}},
}


def lines() -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


def table(delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["id", "text"], *([row["id"], row["text"]] for row in ROWS)])
    return out.getvalue().encode()


def columns(write: Callable[[pa.Table, io.BytesIO], None]) -> bytes:
    out = io.BytesIO()
    write(pa.Table.from_pylist(ROWS), out)
    return out.getvalue()


def arrow_stream(given: pa.Table, out: io.BytesIO) -> None:
    with pa.ipc.new_stream(out, given.schema) as writer:
        writer.write_table(given, max_chunksize=2)


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in (("a/b.txt", ENGLISH.encode()), ("c.jsonl", lines())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def pages(kind: str) -> bytes:
    if kind == "warc":
        fields = ((b"Content-Type", b"text/html; charset=utf-8"),)
        date = "2026-01-01T00:00:00Z"
        return b"".join(
            warc.response_record(f"https://h{i}.example/", date, 200, "OK", fields, HTML.encode())[0] for i in range(3)
        )
    return b"".join(
        gzip.compress(
            f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://h/{i}\r\n"
            "WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(text.encode())}\r\n\r\n{text}\r\n\r\n".encode(),
            mtime=0,
        )
        for i, text in enumerate((ENGLISH, CHINESE))
    )


GOOD: dict[str, Callable[[], bytes]] = {
    "a.jsonl": lines,
    "a.jsonl.gz": lambda: gzip.compress(lines(), mtime=0),
    "a.jsonl.zst": lambda: zstandard.compress(lines()),
    "a.json": lambda: json.dumps(ROWS, ensure_ascii=False, indent=1).encode(),
    "a.csv": lambda: table(","),
    "a.tsv": lambda: table("\t"),
    "a.parquet": lambda: columns(pq.write_table),
    "a.arrow": lambda: columns(arrow_stream),
    "a.feather": lambda: columns(pyarrow.feather.write_feather),
    "a.txt": lambda: ENGLISH.encode(),
    "b.txt": lambda: CHINESE.encode("gb18030"),
    "a.txt.bz2": lambda: bz2.compress(CHINESE.encode()),
    "a.md": lambda: f"---\ntitle: 题\nlicense: MIT\n---\n# 标题\n\n{CHINESE}\n\n{ENGLISH}\n".encode(),
    "a.rst": lambda: f"标题\n====\n\n:license: MIT\n\n{CHINESE}\n".encode(),
    "a.tex": lambda: f"\\title{{A}}\\begin{{document}}% c\n{ENGLISH}\n\\end{{document}}".encode(),
    "a.py": lambda: CODE.encode(),
    "a.ipynb": lambda: json.dumps(NOTEBOOK).encode(),
    "a.docx": lambda: made.docx("".join(made.paragraph(line) for line in PARAGRAPHS), "书"),
    "a.epub": lambda: made.epub(["".join(f"<p>{line}</p>" for line in PARAGRAPHS)], "书"),
    "a.xml": lambda: made.dump([("题", CHINESE), ("词", "".join(reversed(CHINESE.split("\n"))))]),
    "a.zip": lambda: made.zipped({"b.txt": ENGLISH, "c/d.jsonl": lines()}),
    "a.tgz": tar,
    "a.html": lambda: HTML.encode(),
    "a.warc.gz": lambda: pages("warc"),
    "a.wet.gz": lambda: pages("wet"),
    "a.pdf": lambda: made.pdf([ENGLISH.split("\n"), CHINESE.split("\n")], "/Title (T)"),
}


def flipped(data: bytes) -> bytes:
    rng, out = random.Random(len(data)), bytearray(data)
    for _ in range(8):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def put_in(data: bytes, what: bytes) -> bytes:
    """The data with something put in at three places."""
    third = len(data) // 3
    return data[:third] + what + data[third : 2 * third] + what + data[2 * third :] + what


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "whole": lambda data: data,
    "truncated": lambda data: data[: len(data) // 2],
    "last byte gone": lambda data: data[:-1],
    "flipped": flipped,
    "empty": lambda data: b"",
    "one byte": lambda data: data[:1],
    "another format": lambda data: b"PK\x03\x04" + bytes(range(256)),
    "bad UTF-8": lambda data: put_in(data, b"\xff\xfe\xc3\xed\xa0\x80\xf5"),
    "NULs": lambda data: put_in(data, b"\x00" * 9),
    "doubled": lambda data: data * 2,
}
EVERY = [(name, how) for name in GOOD for how in DAMAGE]
# a slice for every run: every other format, each damage at least once
QUICK = [(name, list(DAMAGE)[number % len(DAMAGE)]) for number, name in enumerate(list(GOOD)[::2])]


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk is most of a small command, and no power is cut here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def test_every_reader_is_tested_here() -> None:
    assert {format_of(name) for name in GOOD} == set(READERS)


def damaged(name: str, how: str, folder: Path) -> None:
    path = folder / name
    path.write_bytes(DAMAGE[how](GOOD[name]()))
    figures = curated.survive(path, folder / "out", LIMIT_S)
    if how == "whole":
        assert figures["code"] == 0 and not any(reason.startswith("input.") for reason in figures["rejected"])
    if how in ("empty", "another format"):
        assert figures["code"] == 3


@pytest.mark.parametrize(("name", "how"), QUICK)
def test_damaged_inputs(name: str, how: str, tmp_path: Path) -> None:
    damaged(name, how, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "how"), EVERY)
def test_every_damage_of_every_format(name: str, how: str, tmp_path: Path) -> None:
    damaged(name, how, tmp_path)


WRONG_COLUMNS = {
    "a.jsonl": b'{"body": "x"}\n{"text": 5}\n{"text": ["a"]}\n[1, 2]\n"text"\n7\nnull\n{}\n',
    "a.json": b'[{"body": "x"}, {"text": {"a": 1}}, 5]',
    "a.csv": b"id,body\n1,x\n",
    "b.csv": b"",
    "c.csv": b"text\n",
    "a.ipynb": b'{"cells": 5}',
    "b.ipynb": b"[]",
    "a.parquet": columns(lambda given, out: pq.write_table(pa.table({"body": ["x"]}), out)),
    "b.parquet": columns(lambda given, out: pq.write_table(pa.table({"text": [1, 2]}), out)),
    "c.parquet": columns(lambda given, out: pq.write_table(pa.table({"text": pa.array([], pa.string())}), out)),
    "d.parquet": columns(lambda given, out: pq.write_table(pa.table({"text": pa.nulls(3)}), out)),
    "a.arrow": columns(lambda given, out: arrow_stream(pa.table({"text": [[1], [2]]}), out)),
}


@pytest.mark.parametrize("name", WRONG_COLUMNS)
def test_wrong_columns(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(WRONG_COLUMNS[name])
    assert curated.survive(tmp_path / name, tmp_path / "out", LIMIT_S)["code"] == 3


def test_what_is_not_read_and_what_is_judged_add_up_under_one_reason(tmp_path: Path) -> None:
    generated = "# Code generated by protoc. DO NOT EDIT.\n" + CODE
    (tmp_path / "a.py").write_text(generated)
    rows = [{"text": f"{generated}\nx = 1\n", "lang": "code"}, {"text": CODE, "lang": "code"}]
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    figures = curated.survive([tmp_path / "a.py", tmp_path / "b.jsonl"], tmp_path / "out", LIMIT_S)
    assert (figures["in"], figures["kept"], figures["rejected"]) == (3, 1, {"code.generated": 2})


def test_an_input_that_holds_nothing_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"body": "x"}\n{broken\n')
    _, value, _ = curated.curate(tmp_path / "a.jsonl", tmp_path / "out")
    assert "input.no_text" in value["message"] and "input.invalid_json" in value["message"]


def test_an_evaluation_set_without_questions_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines())
    (tmp_path / "set.jsonl").write_text('{"x": 1}\n')
    code, value, complained = curated.curate(
        tmp_path / "a.jsonl", tmp_path / "out", "--decontaminate", str(tmp_path / "set.jsonl")
    )
    assert code in (2, 3) and "Traceback" not in complained and "set.jsonl" in value["where"] + value["message"]


def test_an_input_that_holds_nothing_leaves_nothing_of_the_command_before(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines())
    assert curated.survive(tmp_path / "a.jsonl", tmp_path / "out", LIMIT_S)["kept"] == len(ROWS)
    (tmp_path / "b.jsonl").write_bytes(b"{broken\n")
    assert curated.survive(tmp_path / "b.jsonl", tmp_path / "out", LIMIT_S)["kept"] == 0
