"""PDF, Word and EPUB: their text in reading order, and what cannot be read by reason."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headwater import document
from headwater.document import pdf, pdf_text

from . import made


def read(path: Path, data: bytes) -> tuple[list[dict[str, Any]], Counter[str]]:
    path.write_bytes(data)
    problems: Counter[str] = Counter()
    rows = [row for batch in document.read(path, problems) for row in batch.to_pylist()]
    return [{**row, "meta": dict(row["meta"])} for row in rows], problems


NUMBERS = "one two three four".split()
BODY = [
    "The water of river {} carries what the mountains let go of, and the fur-",
    "ther it comes the more it takes from the fields on both of its banks,",
    "until the sea. Section {} ends here.",
    "A new paragraph, numbered {}, goes on over the end of this very page and",
]


def test_a_pdf_flows(tmp_path: Path) -> None:
    pages = [
        ["Journal of Rivers, vol. 3", *(line.format(word) for line in BODY), f"- {number} -"]
        for number, word in enumerate(NUMBERS, 1)
    ]
    pages.append(["Journal of Rivers, vol. 3", "stops.", "- 5 -"])
    information = "/Title (Rivers) /Author (A. B.) /CreationDate (D:20210304101112)"
    (row,), problems = read(tmp_path / "a.pdf", made.pdf(pages, information))
    assert not problems and row["title"] == "Rivers" and row["meta"] == {"author": "A. B.", "date": "2021-03-04"}
    assert "Journal" not in row["text"] and "- 1 -" not in row["text"]
    paragraphs = row["text"].split("\n\n")
    assert paragraphs[0] == (
        "The water of river one carries what the mountains let go of, and the further it comes the more it takes "
        "from the fields on both of its banks, until the sea. Section one ends here."
    )
    assert "goes on over the end of this very page and The water of river two" in row["text"]
    assert paragraphs[-1].endswith("this very page and stops.")


def test_a_chinese_pdf_has_no_spaces_at_line_ends(tmp_path: Path) -> None:
    lines = ["第一章 河流", "长江流经许多省份，最后注入东海，它的水量在世界的河流中名列前茅，沿岸城市也因", "此兴盛。"]
    (row,), _ = read(tmp_path / "a.pdf.gz", gzip.compress(made.pdf([lines])))
    assert row["text"] == f"第一章 河流\n\n{lines[1]}{lines[2]}" and row["title"] == "a.pdf.gz"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made.pdf([["x"]], encrypt=True), "pdf.encrypted"),
        (b"%PDF-1.4 nothing", "pdf.damaged"),
        (b"", "pdf.damaged"),
        (made.pdf([[]]), "pdf.no_text"),
    ],
)
def test_a_pdf_that_cannot_be_read(tmp_path: Path, data: bytes, reason: str) -> None:
    assert read(tmp_path / "a.pdf", data) == ([], Counter({reason: 1}))


def test_a_pdf_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "WALL_S", 0.01)
    assert read(tmp_path / "a.pdf", made.pdf([["text"]])) == ([], Counter({"pdf.timeout": 1}))


def test_a_page_limit_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    (row,), _ = read(tmp_path / "a.pdf", made.pdf([["one"], ["two"], ["three"]]))
    assert row["text"] == "one\n\ntwo" and row["meta"] == {"cut": "true"}


def test_lists_and_hyphens_of_pdf_text() -> None:
    page = "A line that is long enough to be a full one of its page, it\n- is followed by an item\n- and one more"
    assert pdf_text.flowing([page]).split("\n\n")[1:] == ["- is followed by an item", "- and one more"]
    assert pdf_text.flowing(["well\ufffeknown Anglo\ufffeSaxon"]) == "wellknown Anglo-Saxon"
    assert pdf_text.flowing(["12"] * 5) == "\n\n".join(["12"] * 5)  # nothing else is there: kept


def test_a_word_document(tmp_path: Path) -> None:
    number = '<w:numPr><w:ilvl w:val="{}"/></w:numPr>'
    cells = "".join(
        f"<w:tr><w:tc>{made.paragraph(a)}</w:tc><w:tc>{made.paragraph(b)}</w:tc></w:tr>" for a, b in ("甲乙", "1|")
    )
    body = (
        made.paragraph("第一章", '<w:pStyle w:val="1"/>')
        + made.paragraph("正文 a < b")
        + made.paragraph("一", number.format(0))
        + made.paragraph("二", number.format(1))
        + f"<w:tbl>{cells}</w:tbl>"
        + "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        + "<w:r><w:t>stays</w:t><w:br/><w:t>here</w:t></w:r></w:p>"
    )
    (row,), problems = read(tmp_path / "a.docx", made.docx(body, "书名"))
    table = "| 甲 | 乙 |\n| --- | --- |\n| 1 | \\| |"
    assert row["text"] == f"# 第一章\n\n正文 a < b\n\n- 一\n  - 二\n\n{table}\n\nstays\nhere"
    assert (row["title"], row["meta"], problems) == ("书名", {"author": "作者"}, Counter())


def test_a_book(tmp_path: Path) -> None:
    chapters = [
        "<h1>One</h1><p>First &amp; best.</p><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><pre>x = 1\n  y</pre>",
        "<h2>二</h2><p>中文<br/>一行。</p>",
    ]
    (row,), problems = read(tmp_path / "a.epub", made.epub(chapters, "书名", "zh-CN"))
    assert row["text"] == "# One\n\nFirst & best.\n\n- a\n  - b\n- c\n\n```\nx = 1\n  y\n```\n\n## 二\n\n中文\n一行。"
    assert (row["title"], row["lang"], row["meta"]["author"], row["meta"]["date"]) == (
        "书名",
        "zh",
        "A. Author",
        "2020-02-03",
    )
    assert not problems
