"""Main parts of pages whose gold is known, since they are made here: structure, metadata, and hostile shapes."""

from __future__ import annotations

import random
import time

import pytest

from headwater.acquire import extract
from headwater.acquire.extraction import mainbody
from headwater.acquire.extraction.pagemeta import day, page_meta
from tests.corpora import chinese, english

URL = "http://example.org/a"
CODE = "def area(width, height):\n    if width < 0:\n        return None\n    return width * height"


def site_page(inner: str, lang: str = "en", head: str = "") -> bytes:
    """A page of a site: the article among menus, a side bar, comments and a footer."""
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(12))
    teasers = "".join(f'<li><a href="/r{n}">Another story you may like, number {n}</a></li>' for n in range(6))
    return (
        f'<html lang="{lang}"><head><meta charset="utf-8"><title>The title 标题 - Site</title>{head}</head><body>'
        f'<header><nav><ul>{menu}</ul></nav></header><div class="content">{inner}</div>'
        f'<aside class="sidebar"><h3>Most read</h3><ul>{teasers}</ul></aside>'
        '<div id="comments"><p>I was the first to comment here, and I say that this is all wrong.</p></div>'
        "<footer><p>Copyright by the owners of this site. All rights reserved. Imprint.</p></footer></body></html>"
    ).encode()


def article(paragraphs: list[str]) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    parts = (
        "<h2>A list 列表</h2><ul><li>first<ul><li>inner one</li><li>inner two</li></ul></li><li>second</li></ul>"
        "<ol><li>step one</li><li>step two</li></ol>"
        "<h3>A table 表格</h3><table><tr><th>名称</th><th>Value</th></tr><tr><td>甲</td><td>1</td></tr></table>"
        f'<pre><code class="language-python">{CODE.replace("<", "&lt;")}</code></pre>'
        "<blockquote><p>What is quoted stands in a block of its own here.</p></blockquote>"
    )
    return f"<article><h1>The heading</h1>{body}{parts}</article>"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("seed", range(4))
def test_structure_comes_back_and_boilerplate_does_not(lang: str, seed: int) -> None:
    rng = random.Random(seed)
    paragraphs = [(chinese if lang == "zh" else english)(rng, 6).replace("\n", " ").strip() for _ in range(5)]
    text = extract.extract(site_page(article(paragraphs), lang), URL).text
    for paragraph in paragraphs:
        assert " ".join(paragraph.split()) in text
    assert "## A list 列表" in text and "### A table 表格" in text
    assert "- first\n  - inner one\n  - inner two\n- second" in text and "1. step one\n2. step two" in text
    assert "| 名称 | Value |\n|---|---|\n| 甲 | 1 |" in text
    assert f"```python\n{CODE}\n```" in text
    assert "> What is quoted" in text
    for unwanted in ("Section 3", "Another story", "first to comment", "Copyright"):
        assert unwanted not in text


@pytest.mark.parametrize("extractor", ["auto", "trafilatura", "resiliparse"])
def test_every_extractor_finds_the_article(extractor: str) -> None:
    rng = random.Random(9)
    paragraphs = [english(rng, 8).replace("\n", " ").strip() for _ in range(4)]
    found = extract.extract(site_page(article(paragraphs)), URL, extractor=extractor)
    assert all(" ".join(paragraph.split())[:60] in found.text for paragraph in paragraphs)


def test_documentation_without_paragraph_tags_is_whole() -> None:
    rng = random.Random(3)
    texts = [english(rng, 6).replace("\n", " ").strip() for _ in range(8)]
    inner = "".join(
        f'<div class="titlepage"><h3>Part {n}</h3></div><div class="para">{t}</div>' for n, t in enumerate(texts)
    )
    text = extract.extract(site_page(f'<div class="section">{inner}</div>'), URL).text
    assert all(" ".join(t.split())[:80] in text for t in texts) and "### Part 5" in text


def test_nested_layout_tables_give_their_text_once() -> None:
    cell = "A paragraph that stands in a cell of a table inside another table, long enough to be prose."
    inner = f"<table><tr><td><table><tr><td><p>{cell}</p></td><td>x</td></tr></table></td></tr></table>"
    assert extract.extract(site_page(inner), URL).text.count(cell) == 1


def test_metadata_from_tags_json_and_the_address() -> None:
    head = '<meta name="author" content="李四"><meta property="article:published_time" content="2024-03-05T08:00:00Z">'
    found = page_meta(site_page("", "zh", head).decode(), URL)
    assert (found.author, found.date, found.html_lang) == ("李四", "2024-03-05", "zh") and "标题" in found.title
    linked = '<script type="application/ld+json">{"author": {"name": "Ann"}, "datePublished": "2023-1-9"}</script>'
    found = page_meta(site_page("", head=linked).decode(), URL)
    assert (found.author, found.date) == ("Ann", "2023-01-09")
    assert page_meta("<html></html>", "http://x.org/2019/11/18/story").date == "2019-11-18"
    assert [day(text) for text in ("2024年3月5日", "20240305", "1801-01-01", "2024-13-40", "no")] == [
        "2024-03-05", "2024-03-05", "", "", "",
    ]  # fmt: skip


HOSTILE = {
    "nested": "<div>" * 100_000 + "text " * 50,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">words in a paragraph</p>",
    "cells": "<table><tr>" + "<td>x</td>" * 60_000 + "</tr></table>",
    "preformatted": "<pre>x</pre>" * 40_000,
    "unclosed_pre": "<pre>" * 40_000,
    "tables": "<table><tr><td>" * 5_000 + "hello",
    "scripts": '<script type="application/ld+json">' * 1_000,
    "meta": "<meta " * 30_000,
    "nul": "a\x00b " * 10_000,
    "entities": "&lt;" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end_soon(name: str) -> None:
    started = time.process_time()
    try:
        extract.extract(f"<html><body>{HOSTILE[name]}".encode(), URL)
    except extract.NoText as error:
        assert error.reason.startswith("extract.")
    assert time.process_time() - started < 8


def test_a_large_page_is_ours_alone_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mainbody, "MAX_JUDGED_TAGS", 10)
    monkeypatch.setattr(mainbody, "_witness", lambda page: pytest.fail("was asked"))
    assert extract.extract(site_page(article([english(random.Random(1), 9)])), URL).extractor == "headwater"
