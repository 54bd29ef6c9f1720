"""A site's own search page: by its address, and by its form."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from headwater.acquire.search import forms, markup
from headwater.acquire.search.website import Website
from headwater.errors import HeadwaterError

from .conftest import Answer, Asked, Service, html, searched, source_for

NAVIGATION = '<nav><a href="/">Home</a> <a href="/about">About us</a> <a href="/news?id=1">News</a></nav>'
DOCS = {"分词": ["/docs/seg.html", "/p?id=3"], "token": [f"/t/{i}" for i in range(7)]}


def page_of(hits: list[str], onward: str = "") -> Answer:
    items = "".join(f'<li><a href="{h}"><b>Doc</b> {h}</a><p>About {h} &amp; more</p></li>' for h in hits)
    extra = '<a href="#top">top</a><a href="/style.css">css</a><a href="http://elsewhere.org/">out</a><a href="/x"></a>'
    return html(f"{NAVIGATION}<script>'<a href=/no>no</a>'</script><ul>{items}</ul>{extra}{onward}")


def searching(asked: Asked) -> Answer | None:
    if asked.path != "/search":
        return None
    query, number = asked.fields["q"], int(asked.fields.get("page", 1))
    hits = DOCS.get(query, [])
    more = f'<a href="/search?q={query}&page={number + 1}">Next »</a>' if len(hits) > 3 * number else ""
    return page_of(hits[3 * number - 3 : 3 * number], f'<a href="/search?q={query}&page=1">1</a>{more}')


@pytest.mark.parametrize("end", ["/search?q={query}", "/search?q={query}&page={page}", "/search?q={searchTerms}"])
def test_results_are_what_is_neither_navigation_nor_the_search(service: Service, tmp_path: Path, end: str) -> None:
    service.answer = searching
    source = source_for(service, "template", "token", "分词", "nothing", site="", template=service.url + end)
    rows, report = searched(tmp_path, source)
    assert [row["url"].removeprefix(service.url) for row in rows] == DOCS["token"] + DOCS["分词"]
    assert rows[0]["title"] == "Doc /t/0" and rows[0]["snippet"] == "About /t/0 & more" and report["failed"] == {}


def test_the_address_of_the_search_may_be_the_site(service: Service, tmp_path: Path) -> None:
    service.answer = searching
    rows, _ = searched(tmp_path, source_for(service, "template", "分词", site=service.url + "/search?q=%s"))
    assert len(rows) == 2


def test_a_blog_whose_front_page_is_its_search(service: Service, tmp_path: Path) -> None:
    def blog(asked: Asked) -> Answer:
        found = asked.fields.get("s") == "词"
        return html(NAVIGATION + ('<a href="/?p=12">A post</a> <a href="/2020/01/b/">B</a>' if found else ""))

    service.answer = blog
    rows, _ = searched(tmp_path, source_for(service, "template", "词", template=f"{service.url}/?s={{query}}"))
    assert [row["url"].removeprefix(service.url) for row in rows] == ["/?p=12", "/2020/01/b/"]


def test_next_pages_that_never_end_do(service: Service, tmp_path: Path) -> None:
    def endless(asked: Asked) -> Answer:
        if asked.path != "/search":
            return 404, {}, b""
        number = int(asked.fields.get("page", 1))
        return page_of([] if asked.fields["q"] != "x" else ["/one"], f'<a rel=next href="?q=x&page={number + 1}">n</a>')

    service.answer = endless
    rows, _ = searched(tmp_path, source_for(service, "template", "x", template=f"{service.url}/search?q={{query}}"))
    assert len(rows) == 1 and len(service.asked("/search")) == 3


def test_robots_txt_decides(service: Service, tmp_path: Path) -> None:
    robots = b"User-agent: *\nDisallow: /search\n"
    service.answer = lambda asked: (200, {}, robots) if asked.path == "/robots.txt" else searching(asked)
    with pytest.raises(HeadwaterError, match=r"robots\.forbidden") as caught:
        searched(tmp_path, source_for(service, "template", "x", template=f"{service.url}/search?q={{query}}"))
    assert service.asked("/search") == [] and "sitemap" in caught.value.mend


FORMS = {
    '<form role="search" action="/find"><input type="hidden" name="lang" value="z h"><input name="w"></form>': (
        "/find?lang=z+h&w={query}"
    ),
    '<form action="get"><input name=key size=15></form><form action="search"><input name=key><input type=submit '
    'value="Search"></form>': "/search?key={query}",
    "<form method=post action=/search><input type=search name=q></form>": "",
    '<form action="/login"><input name="user"><input type="password" name="p"></form>': "",
    '<form action="/sub"><input type="email" name="mail"></form><form><input type="search" name="q"></form>': (
        "/?q={query}"
    ),
    '<form action="/s"><input name="wd" placeholder="搜索"><input type=submit value="搜"></form>': "/s?wd={query}",
    '<form action="//evil.test/{query}/search"><input name=q></form>': "http://evil.test/%7Bquery%7D/search?q={query}",
    "<form><input": "",
}


@pytest.mark.parametrize("written", FORMS)
def test_which_form_is_the_search(written: str) -> None:
    page = Website(url="http://h.test/", charset="utf-8", offers=markup.read(written))
    expected = FORMS[written]
    assert forms.template_of(page) == (f"http://h.test{expected}" if expected.startswith("/") else expected)


def test_a_form_is_asked_in_its_page_s_character_set(service: Service, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer | None:
        if asked.path == "/":
            return html('欢迎<form role=search action="/s"><input name=wd></form>', charset="gbk")
        if asked.path == "/s":
            found = unquote_to_bytes(asked.query) == "wd=分词".encode("gbk")
            return html('<a href="/文.html">结果</a>' if found else "无", charset="gbk")
        return None

    service.answer = answer
    rows, _ = searched(tmp_path, source_for(service, "template", "分词"))
    assert [(row["url"], row["title"]) for row in rows] == [(f"{service.url}/%E6%96%87.html", "结果")]


@pytest.mark.parametrize(
    "text",
    [
        "<a href=x>" * 50_000, "<a href='" * 50_000, "<!--" * 50_000, "<" * 500_000, "<script>" * 50_000,
        "<form>" + "<input name=q " * 50_000, "<a " + "x='" * 50_000, "<a " + "b=c " * 50_000 + ">", "<div>" * 50_000,
        "<a href=/x>" + "w" * 1_000_000, "&amp;" * 100_000, "<a href=/x" * 50_000, "</a>" * 50_000,
    ],
)  # fmt: skip
def test_no_page_takes_long(text: str) -> None:
    start = time.process_time()
    offers = markup.read(text)
    page = Website(url="http://h.test/", charset="utf-8", offers=offers)
    forms.template_of(page)
    from headwater.acquire.search import answers

    answers.read(page, "http://h.test/?q=x", "x", answers.links_of(page))
    assert time.process_time() - start < 1


def test_a_site_on_an_opt_out_list_is_not_asked(service: Service, tmp_path: Path) -> None:
    service.answer = searching
    listed = tmp_path / "optout.txt"
    listed.write_text("127.0.0.1\n")
    with pytest.raises(HeadwaterError, match="opt_out"):
        searched(tmp_path / "o", source_for(service, "template", "x", opt_out=(str(listed),)))
    assert service.log == []
