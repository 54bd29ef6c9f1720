"""A site looked through by its own pages, the match of queries in Chinese and English, and `auto`."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.acquire.search.matching import Index, snippet, terms
from headwater.errors import HeadwaterError

from .conftest import Answer, Asked, Service, article, html, searched, source_for, told

PAGES = {
    "/a": (
        "Tokenizers explained",
        "Byte pair encoding merges the most frequent pairs of symbols until the vocabulary is full.",
    ),
    "/b": ("中文分词入门", "分词器把一句话切成词语，常用的方法有词典匹配和统计模型，本页介绍它们的原理与比较。"),
    "/c": (
        "Cooking rice",
        "Wash the rice, add water, and let it rest before it is cooked over a small flame for a while.",
    ),
    "/d": ("词典", "词典按音序排列，收录常用的词语，每个词条都有读音和解释，便于读者查找和学习使用。"),
}


def site(service: Service, sitemap: bool = True) -> None:
    def answer(asked: Asked) -> Answer | None:
        if asked.path == "/sitemap.xml" and sitemap:
            urls = "".join(f"<url><loc>{service.url}{path}</loc></url>" for path in PAGES)
            return 200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>".encode()
        if asked.path == "/":
            links = "" if sitemap else " ".join(f'<a href="{path}">link</a>' for path in PAGES)
            return html(f"<p>Welcome to a site that has no search of its own, but several pages.</p>{links}")
        return article(*PAGES[asked.path]) if asked.path in PAGES else None

    service.answer = answer


@pytest.mark.parametrize("sitemap", [True, False])
def test_pages_that_match_are_ranked(service: Service, tmp_path: Path, sitemap: bool) -> None:
    site(service, sitemap)
    rows, report = searched(
        tmp_path, source_for(service, "sitemap", "分词器 原理", "byte pair tokenizer", "nothing like it")
    )
    assert [(row["query"], row["url"].removeprefix(service.url)) for row in rows] == [
        ("分词器 原理", "/b"), ("byte pair tokenizer", "/a"),
    ]  # fmt: skip
    assert "分词器" in rows[0]["snippet"] and rows[0]["title"] == "中文分词入门" and report["failed"] == {}
    asked = len(service.log)
    searched(tmp_path, source_for(service, "sitemap", "分词器 原理", "rice"))
    assert [a.path for a in service.log[asked:]] == []  # the pages are there: a further query asks for none


def test_a_site_that_cannot_be_looked_at(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: (
        (200, {}, b"User-agent: *\nDisallow: /") if asked.path == "/robots.txt" else html("x")
    )
    with pytest.raises(HeadwaterError, match=r"robots\.forbidden"):
        searched(tmp_path, source_for(service, "sitemap", "x"))


def test_terms_and_matches() -> None:
    assert terms("Tokenizers, C++ 中文分词 a词") == ["tokenizer", "c++", "中文", "文分", "分词", "a", "词"]
    index = Index()
    for title, text in PAGES.values():
        index.add(title, text)
    assert index.search("词典") == [3, 1] and index.search("RICE") == [2] and index.search("…") == []
    assert index.search("how rice is cooked slowly") == [2] and index.search("rice zebra violin") == []
    assert snippet("x" * 500 + "分词" + "y" * 500, "分词").index("分词") == 60


def test_auto_takes_the_first_search_that_works(service: Service, tmp_path: Path) -> None:
    site(service)
    rows, _ = searched(tmp_path / "a", source_for(service, "auto", "rice"))
    assert [(row["provider"], row["url"][-2:]) for row in rows] == [("sitemap", "/c")]
    plain = service.answer

    def with_form(asked: Asked) -> Answer | None:
        if asked.path == "/":
            return html('<form role=search action="/s"><input name=q></form>')
        found = asked.path == "/s" and asked.fields["q"] == "rice"
        return html('<a href="/c">Rice</a>' if found else "none") if asked.path == "/s" else plain(asked)

    service.answer = with_form
    rows, _ = searched(tmp_path / "b", source_for(service, "auto", "rice"))
    assert [(row["provider"], row["url"][-2:]) for row in rows] == [("template", "/c")]
    # a robots.txt that shuts the form leaves the pages
    robots = b"User-agent: *\nDisallow: /s?\n"
    service.answer = lambda asked: (200, {}, robots) if asked.path == "/robots.txt" else with_form(asked)
    rows, _ = searched(tmp_path / "c", source_for(service, "auto", "rice"))
    assert [row["provider"] for row in rows] == ["sitemap"]

    def wiki(asked: Asked) -> Answer | None:
        return told({"query": {"search": [{"title": "Rice"}]}}) if asked.path == "/api.php" else plain(asked)

    service.answer = wiki
    rows, _ = searched(tmp_path / "d", source_for(service, "auto", "rice"))
    assert [row["provider"] for row in rows] == ["mediawiki"]


def test_auto_says_what_stops_it(service: Service, tmp_path: Path) -> None:
    with pytest.raises(HeadwaterError, match="cannot be reached"):
        searched(tmp_path, source_for(service, "auto", "x", site="http://127.0.0.1:9/"))
