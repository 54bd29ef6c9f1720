"""Traps: what a site makes without end is told, and what real sites have is not."""

from __future__ import annotations

import itertools

import pytest

from headwater.acquire.canonical import canonical
from headwater.acquire.facets import MIN_QUERIES, Facets
from headwater.acquire.traps import MAX_CALENDAR_VIEWS, MAX_LINKS_DEEP, Traps

YEAR = 2026


def reason(path: str, depth: int = 1) -> str:
    url = canonical(f"http://h.example{path}")
    assert url is not None
    return Traps(YEAR).reason(url, depth)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/events?month=2031-05", "calendar"),
        ("/x?date=2031-05-01", "calendar"),
        ("/x?date=20310501", "calendar"),
        ("/2043/07/", "calendar"),
        ("/2043/12/31/", "calendar"),
        ("/calendar/2031/05/", "calendar"),
        ("/calendar/2031/5", "calendar"),
        ("/en/calendar/month/1850-01", "calendar"),
        ("/calendar/9999/12/", "calendar"),
        ("/calendar.php?year=2150&month=2", "calendar"),
        ("/日历/2033/01/02", "calendar"),
        ("/?cal[year]=2044&cal[month]=11", "calendar"),
        ("/a/b/a/b/a/b", "repeated_segments"),
        ("/shop/shop/shop/shop/x", "repeated_segments"),
        ("/中文/网页/中文/网页/中文/网页/", "repeated_segments"),
        ("/a/x/a/y/a/z/a/w/a/v/a/u", "repeated_segments"),
        ("/login?next=%2Flogin%3Fnext%3D%252Flogin%253Fnext%253D%2525252Fx", "repeated_segments"),
        ("/" + "/".join(f"s{i}" for i in range(30)), "too_deep"),
        ("/x" * 3 + "?q=" + "y" * 1500, "too_long"),
        ("/x?" + "&".join(f"f{i}=1" for i in range(40)), "too_many_queries"),
    ],
)
def test_traps(path: str, wanted: str) -> None:
    assert reason(path) == f"trap.{wanted}"


@pytest.mark.parametrize(
    "path",
    [
        "/", "/index.html", "/2019/05/", "/2019/05/12/a-title/", "/1998/12/", "/archives/1862/03/09/",
        "/2027/01/next-year/", "/t/a-topic/2043/7", "/t/a-topic/2043/12", "/tag/2050/", "/wiki/2043", "/wiki/1848",
        "/article/2043-05", "/item/2050-02/", "/rfc/2041", "/events/2043/7", "/events/1848/03/13/a-revolution",
        "/calendar", "/calendar/2025/05/", "/events/2024/11/02/a-talk/", "/history/1848/02/",
        "/w/index.php?title=Foo&action=edit&redlink=1", "/w/index.php?title=Foo&diff=123&oldid=122",
        "/w/index.php?title=Special:RecentChanges&from=20260101000000&days=7", "/w/index.php?title=特殊:搜索&search=水",
        "/viewtopic.php?f=3&t=1234&start=203110", "/viewtopic.php?p=4242#p4242", "/?p=2043", "/?m=202305",
        "/?cat=3&paged=2", "/thread-2043-5-1.html", "/forum.php?mod=viewthread&tid=2043&extra=page%3D1",
        "/read.php?tid=2043-05", "/list_1_2.html", "/a/2035-06-x.html", "/p/20431205.html", "/1/1/1/1/1/1/a.png",
        "/org/example/example/Example.html", "/docs/docs/docs/intro", "/de/de/index.html", "/0/0/0/0/x",
        "/wiki/%E4%B8%AD%E5%9B%BD%E5%8E%86%E5%8F%B2", "/search?q=%E6%95%B0%E5%AD%A6&page=20&year=2020",
        "/" + "%E6%95%B0" * 150, "/go?url=https%3A%2F%2Fexample.com%2Fa%3Fb%3D%2525", "/x?id=20310512&v=2031",
        "/issn/2049-1234", "/cve/CVE-2031-01", "/a/b/c/a/b/d/a/e", "/python/2.7/library/2to3.html",
        "/api/java/util/function/package-tree.html", "/src/a/src/b/src/c/src/d.rs", "/report/2031", "/outlook/2040/gdp",
    ],
)  # fmt: skip
def test_what_real_sites_have(path: str) -> None:
    assert reason(path) == ""


def test_endless_chains_of_links_end() -> None:
    assert reason("/x", MAX_LINKS_DEEP) == "" and reason("/x", MAX_LINKS_DEEP + 1) == "trap.too_deep"


def test_a_calendar_of_the_present_ends_too() -> None:
    traps = Traps(YEAR)
    days = [f"http://h.example/calendar/{y}-{m:02}-{d:02}" for y in range(2020, 2026) for m in (1, 5) for d in
            range(1, 29)]  # fmt: skip
    assert {traps.reason(day, 1) for day in days} == {""}
    more = [f"http://h.example/calendar/{y}-{m:02}-{d:02}" for y in (2000, 2001, 2002, 2003) for m in range(1, 13)
            for d in range(1, 29)]  # fmt: skip
    assert [traps.reason(day, 1) for day in more].count("") == MAX_CALENDAR_VIEWS - len(days)
    assert traps.reason("http://other.example/calendar/2020-01-01", 1) == ""


def test_only_one_session_a_host() -> None:
    traps = Traps(YEAR)
    first, other = "(S(lit3py55t21z5v55vlm25s55))", "(S(abcdefgh12345678abcdefgh))"
    assert traps.reason(f"http://h.example/{first}/a.aspx", 1) == ""
    assert traps.reason(f"http://h.example/{first}/b.aspx", 1) == ""
    assert traps.reason(f"http://h.example/{other}/a.aspx", 1) == "trap.session_id"
    assert traps.reason(f"http://g.example/{other}/a.aspx", 1) == ""


def test_faceted_navigation_ends_and_the_shop_stays_open() -> None:
    traps = Traps(YEAR)
    facets = [[f"{name}={value}" for value in range(6)] for name in ("colour", "size", "brand", "price", "material")]
    verdicts = [traps.reason(f"http://h.example/shop?{'&'.join(query)}", 1) for query in itertools.product(*facets)]
    assert len(verdicts) == 7776
    assert verdicts.count("") < 2 * MIN_QUERIES and verdicts[:MIN_QUERIES].count("") == MIN_QUERIES
    assert traps.reason("http://h.example/shop", 1) == "" and traps.reason("http://h.example/product?id=1", 1) == ""


@pytest.mark.parametrize(
    "queries",
    [
        [f"title=Page_{i}&action={action}" for i in range(2000) for action in ("edit", "history", "info")],
        [f"f={t % 9}&t={t}&start={20 * page}" for t in range(200) for page in range(40)],
        [f"title=A&diff={i + 1}&oldid={i}" for i in range(5000)],
        [f"id={i}&lang={lang}" for i in range(1000) for lang in ("zh", "en", "fr", "de", "ja")],
        [f"q={i}" for i in range(5000)],
    ],
)
def test_wikis_forums_and_archives_are_no_facets(queries: list[str]) -> None:
    facets = Facets()
    assert not any(facets.endless("http://h.example/index.php", query) for query in queries)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.acquire import facets as module
    from headwater.acquire import traps as traps_module

    monkeypatch.setattr(module, "MAX_VALUES", 1000)
    monkeypatch.setattr(traps_module, "MAX_HOSTS", 100)
    facets, traps = Facets(), Traps(YEAR)
    for i in range(5000):
        facets.endless(f"http://h.example/{i}", f"a={i}&b={i}&c={i}")
        traps.reason(f"http://h{i}.example/calendar/2020/05/", 1)
        traps.reason(f"http://h{i}.example/(S(lit3py55t21z5v55vlm25s{i:02}))/", 1)
    assert facets._num_values <= 1000 and len(facets._paths) <= 1000
    assert facets._num_values == sum(len(values) for _, values in facets._paths.values())
    assert len(traps._calendar_views) <= 100 and len(traps._sessions) <= 100


def test_verdicts_depend_on_what_was_met_alone() -> None:
    urls = [f"http://h.example/shop?a={i % 6}&b={i % 7}&c={i % 11}&d={i % 5}&e={i % 13}" for i in range(4000)]
    one, other = Traps(YEAR), Traps(YEAR)
    verdicts = [one.reason(url, 1) for url in urls]
    assert verdicts == [other.reason(url, 1) for url in urls] and "trap.too_many_queries" in verdicts
