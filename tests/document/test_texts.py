"""Whole files: text in any character set, Markdown, reStructuredText, LaTeX, notebooks and source trees."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headwater import document
from headwater.document import markdown, tex
from headwater.document.licenses import license_of

ZH = "江流天地外，山色有无中。郡邑浮前浦，波澜动远空。\n"


def read(path: Path) -> tuple[list[dict[str, Any]], Counter[str]]:
    problems: Counter[str] = Counter()
    rows = [row for batch in document.read(path, problems) for row in batch.to_pylist()]
    for row in rows:
        row["meta"] = dict(row["meta"])
    return rows, problems


def one(path: Path, content: str | bytes) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows, problems = read(path)
    assert not problems and len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "shift-jis"])
def test_text_in_the_charset_its_bytes_speak_for(tmp_path: Path, charset: str) -> None:
    text = {"big5": "江流天地外，山色有無中。\n" * 9, "shift-jis": "これは日本語の文章です。\n" * 9}.get(
        charset, ZH * 9
    )
    row = one(tmp_path / "a.txt", text.encode(charset))
    assert row["text"] == text and row["title"] == "a.txt" and row["source"] == "file"
    assert ("charset" in row["meta"]) == (not charset.startswith("utf-8"))


def test_what_is_no_text_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x7fELF\x00\x01\x02" * 50)
    (tmp_path / "b.md").write_text("---\ntitle: only\n---\n\n")
    assert read(tmp_path) == ([], Counter({"input.binary": 1, "input.no_text": 1}))


def test_markdown_front_matter(tmp_path: Path) -> None:
    front = (
        "---\ntitle: '题: 一' # name\ndate: 2024-05-06\nlicense: CC-BY-4.0\nauthor: [李白, 杜甫]\nlang: zh-CN\n---\n\n"
    )
    row = one(tmp_path / "docs" / "a.md", front + "# 别的标题\n\n正文\n")
    assert (row["title"], row["license"], row["lang"], row["text"]) == (
        "题: 一",
        "CC-BY-4.0",
        "zh",
        "# 别的标题\n\n正文\n",
    )
    assert row["meta"] == {"date": "2024-05-06", "author": "李白"}
    row = one(tmp_path / "b.md", '+++\ntitle = "Toml"\n+++\ntext\n')
    assert row["title"] == "Toml" and row["text"] == "text\n"
    rule = one(tmp_path / "c.md", "---\n\nA rule, not a fence.\n")
    assert rule["text"].startswith("---\n") and rule["title"] == "c.md"


def test_headings_of_markdown() -> None:
    assert markdown.heading("```\n# no\n```\n## no\n# **Yes** [link](http://a) #\n") == "Yes link"
    assert markdown.heading("Title\n=====\n") == "Title"
    assert markdown.heading("text\n") == ""


def test_restructuredtext(tmp_path: Path) -> None:
    text = "==========\n大标题\n==========\n\n:Author: 某人\n:License: BSD\n\n节\n----\n\ncode::\n\n    x\n"
    row = one(tmp_path / "a.rst", text)
    assert (row["title"], row["license"], row["meta"], row["text"]) == ("大标题", "BSD", {"author": "某人"}, text)


def test_latex_keeps_its_mathematics(tmp_path: Path) -> None:
    source = (
        "\\documentclass{article} % comment\n\\title{On {\\it Sets} of 50\\% \\\\ and more}\n\\author{E. N.}\n"
        "\\begin{document}\n% a whole line\nLet $x\\%2$ be. % gone\n\n\n\n"
        "\\begin{verbatim}\n50 % stays\n\\end{verbatim}\n\\begin{comment}\nno\n\\end{comment}\n"
        "证明。\n\\end{document}\nafter"
    )
    row = one(tmp_path / "a.tex", source)
    assert row["title"] == "On Sets of 50% and more"
    assert row["text"] == "Let $x\\%2$ be. \n\n\\begin{verbatim}\n50 % stays\n\\end{verbatim}\n\n证明。\n"
    assert row["meta"] == {"author": "E. N."}
    assert tex.command("\\title{open", "title") == ""


def test_notebooks(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# 分词\n", "说明 text"]},
        {"cell_type": "code", "source": ["x = '```'\n", "x"], "outputs": [{"text": "secret output"}]},
        {"cell_type": "raw", "source": "raw"},
        {"cell_type": "code", "source": ""},
    ]
    book = {"cells": cells, "metadata": {"kernelspec": {"language": "julia"}}, "nbformat": 4}
    row = one(tmp_path / "a.ipynb", json.dumps(book))
    assert row["text"] == "# 分词\n说明 text\n\n````julia\nx = '```'\nx\n````\n"
    assert (row["title"], row["lang"], row["meta"]) == ("分词", "", {"programming_language": "julia"})
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "print(1)"}]}]}
    row = one(tmp_path / "b.ipynb", json.dumps(old))
    assert row["text"] == "```python\nprint(1)\n```\n" and row["lang"] == "code"
    (tmp_path / "c.ipynb").write_text('{"a": 1}')
    assert read(tmp_path / "c.ipynb")[1] == {"input.not_a_notebook": 1}


MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software"


def test_a_source_tree(tmp_path: Path) -> None:
    files = {
        "LICENSE": MIT,
        "src/main.rs": "fn main() {}\n",
        "src/题.py": "x = 1  # 变量\n",
        "sub/COPYING": "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007",
        "sub/a.go": "package a\n",
        "sub/b.c": "/* SPDX-License-Identifier: BSD-2-Clause */\nint x;\n",
        "tool": "#!/usr/bin/env -S python3.11 -u\nprint(1)\n",
        "binary": "\x00\x01",
        "Makefile": "all:\n\ttrue\n",
        "Dockerfile": "FROM scratch\n",
        "README.md": "# A tool\n",
        ".git/config.py": "no = 1\n",
        "node_modules/x/index.js": "no\n",
        "vendor/lib/v.go": "package v\n",
        "web/jquery.min.js": "a\n",
        "web/packed.js": "var a=1;" * 2000,
        "web/api_pb2.py": "x = 1\n",
        "web/gen.go": "// Code generated by tool. DO NOT EDIT.\npackage g\n",
        "web/data.py": "blob = [\x00\x01\x02]\n",
        "package-lock.json": '{"lockfileVersion": 3}',
        "Cargo.lock": "x",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    rows, problems = read(tmp_path)
    found = {
        row["meta"].get("path", row["url"]): (row["meta"].get("programming_language"), row["license"]) for row in rows
    }
    assert found == {
        "src/main.rs": ("rust", "MIT"), "src/题.py": ("python", "MIT"), "sub/a.go": ("go", "GPL-3.0"),
        "sub/b.c": ("c", "BSD-2-Clause"), "tool": ("python", "MIT"), "Makefile": ("makefile", "MIT"),
        "Dockerfile": ("dockerfile", "MIT"), "file:README.md": (None, "MIT"),
    }  # fmt: skip
    assert problems == {"code.vendored": 1, "code.minified": 2, "code.generated": 2, "input.binary": 1}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (MIT, "MIT"),
        ("Apache License\n      Version 2.0, January 2004", "Apache-2.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1", "LGPL-2.1"),
        ("Redistribution and use in source and binary forms ... Neither the name of", "BSD-3-Clause"),
        ("木兰宽松许可证， 第2版", "MulanPSL-2.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("all rights reserved", ""),
    ],
)  # fmt: skip
def test_licences_by_their_words(text: str, name: str) -> None:
    assert license_of(text) == name
