"""Wikipedia's dumps: which pages become documents, and what of their wikitext a reader sees."""

from __future__ import annotations

import bz2
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headwater import document
from headwater.document import streams, wikipedia
from headwater.document.wikitext import Wiki, plain_text, variant

from . import made

ZH, EN = Wiki(lang="zh"), Wiki(lang="en")


def read(path: Path, data: bytes) -> tuple[list[dict[str, Any]], Counter[str]]:
    path.write_bytes(data)
    problems: Counter[str] = Counter()
    rows = [row for batch in document.read(path, problems) for row in batch.to_pylist()]
    return [{**row, "meta": dict(row["meta"])} for row in rows], problems


OTHERS = """<page><title>Talk:x</title><ns>1</ns><id>8</id><revision><text>talk</text></revision></page>
<page><title>R</title><ns>0</ns><id>9</id><redirect title="题" />
<revision><text>#REDIRECT [[题]]</text></revision></page>
<page><title>S</title><ns>0</ns><id>10</id><revision><text>#重定向 [[题]]</text></revision></page>
<page><title>Broken<ns>0</ns></page>
<page><title>After</title><ns>0</ns><id>11</id><revision><text>older</text></revision><revision><text>newer</text></revision></page>
"""


@pytest.mark.parametrize("name", ["zhwiki-pages-articles.xml", "zhwiki-1-pages-articles1.xml-p1p99.bz2"])
def test_articles_of_a_dump(tmp_path: Path, name: str) -> None:
    data = made.dump([("题 一", "'''正文''' &amp; text")], more=OTHERS)
    rows, problems = read(tmp_path / name, bz2.compress(data) if name.endswith("bz2") else data)
    assert problems == {"wikipedia.not_an_article": 1, "wikipedia.redirect": 2, "input.damaged_page": 1}
    row = rows[0]
    assert (row["id"], row["title"], row["lang"], row["text"]) == ("1", "题 一", "zh", "正文 & text")
    assert row["url"] == "https://zh.wikipedia.org/wiki/%E9%A2%98_%E4%B8%80" and row["source"] == "zhwiki"
    assert row["license"] == "CC-BY-SA-4.0" and row["meta"]["date"] == "2024-05-06T07:08:09Z"
    assert (rows[1]["title"], rows[1]["text"]) == ("After", "newer")


@pytest.mark.parametrize("piece", [1, 13, 1000])
def test_pages_are_found_wherever_a_read_ends(tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams.chunks, "__defaults__", (piece,))
    rows, problems = read(tmp_path / "a.xml", made.dump([("a", "one"), ("b", "two")], "en"))
    assert [row["text"] for row in rows] == ["one", "two"] and not problems


def test_a_page_too_long_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikipedia, "MAX_PAGE_BYTES", 1000)
    monkeypatch.setattr(streams.chunks, "__defaults__", (300,))
    rows, problems = read(tmp_path / "a.xml", made.dump([("a", "x" * 9000), ("b", "two")], "en"))
    assert [row["text"] for row in rows] == ["two"] and problems == {"input.too_long": 1}


def test_what_ends_early_and_what_is_no_dump(tmp_path: Path) -> None:
    data = made.dump([("a", "one"), ("b", "two")], "en")
    rows, problems = read(tmp_path / "a.xml", data[: data.rindex(b"two")])
    assert [row["text"] for row in rows] == ["one"] and problems == {"input.truncated": 1}
    assert read(tmp_path / "b.xml", b"<project>pom</project>") == ([], Counter({"input.not_a_wiki_dump": 1}))


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("[[a|b]]s and [[c]] [[d (e)|]] [[:en:f|g]]", "bs and c d g"),
        ("x [[Category:x]] [[文件:y.png|thumb|[[z]] z]] [[fr:q]]", "x"),
        ("x<ref name=a>no</ref>y<ref name=b />z<!-- no -->", "xyz"),
        ("a {{cite|b={{c|[[d]]}}}} {{lang|ja|日本}} {{lang-en|word}}", "a 日本 word"),
        ("{{nowrap|5 km}} {{convert|5|km|mi}}", "5 km 5 km"),
        ("'''b''' ''i'' <b>c</b><br/>d &nbsp;e&lt;f", "b i c\nd e<f"),
        ("[http://a.b label] [http://a.b] https://c.d", "label https://c.d"),
        ("A ({{x}}, born) and （{{x}}；{{y}}） but f() and ( ) stay {{z}}.", "A (born) and but f() and ( ) stay."),
        ("* a\n** b\n# c\n; d\n: e", "- a\n  - b\n1. c\nd\ne"),
        ("== A ==\n=== B ===\n== C ==\ntext\n== D ==\n{{reflist}}", "## C\n\ntext"),
        ("<math>a_{1}</math> <nowiki>[[x]] '''</nowiki>", "$a_{1}$ [[x]] '''"),
        (
            'x\n<syntaxhighlight lang="py">\nif a < b:\n    {{c}}\n</syntaxhighlight>\ny',
            "x\n\n```py\nif a < b:\n    {{c}}\n```\n\ny",
        ),
        ("{{a {{b}} [[c]] and more", "a c and more"),
        ("f(x) = {y} and |z|", "f(x) = {y} and |z|"),
        ("{{{1|default}}} __NOTOC__", "default"),
    ],
)  # fmt: skip
def test_wikitext(wikitext: str, text: str) -> None:
    assert plain_text(wikitext, EN) == text


def test_tables() -> None:
    table = '{| class="wikitable"\n|+ 标题\n! 甲 !! 乙\n|-\n| 1 || align=left | [[a|2]]\n|-\n| 3\n| 4<br>5 {{x|y}}\n|}'
    assert plain_text(table, ZH) == "标题\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 5 |"
    nested = "{|\n| a\n{|\n| b\n|}\n|}\nafter"
    assert plain_text(nested, ZH) == "a b\n\nafter"


def test_variants_of_chinese() -> None:
    text = "-{zh-hans:计算机;zh-hant:電腦}- -{zh-tw:軟體;zh-cn:软件}- -{原文}- -{H|zh-cn:a;zh-tw:b}--{T|题}-，a-{b}-"
    assert plain_text(text, ZH) == "计算机 软件 原文 ，ab"
    assert plain_text("x-{{nowrap|y}} and -{z}-", EN) == "x-y and -{z}-"
    assert variant(["A", "数字=>zh-hans:甲"], ("zh-hans",)) == "甲"
