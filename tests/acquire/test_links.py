"""Links out of pages: what a browser would follow, and no page is slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire import markup
from headwater.acquire.links import HeaderSays, header_says, page_links

URL = "http://h.example/a/b?q=1"


def links(html: str | bytes, charset: str = "utf-8") -> list[str]:
    data = html.encode() if isinstance(html, str) else html
    return [link.removeprefix("http://h.example") for link in page_links(data, URL, charset).links]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<a href="x">', ["/a/x"]),
        ("<A HREF='/x'>", ["/x"]),
        ("<a class=y href=/x/y.html>", ["/x/y.html"]),
        ('<a href="?p=2">', ["/a/b?p=2"]),
        ('<a href="/x#y"><a href="#z">', ["/x"]),
        ('<a title="a > b" href="/x">', ["/x"]),
        ("<a data-href=/no href = /yes>", ["/yes"]),
        ('<a title=" href=/no " href="/yes">', ["/yes"]),
        ('<a href="/x?a=1&amp;b=2">', ["/x?a=1&b=2"]),
        ("<!-- <a href=/no> --><a href=/yes>", ["/yes"]),
        ("<script>var a='<a href=/no>';</script><a href=/yes>", ["/yes"]),
        ("<textarea><a href=/no></textarea><style><a href=/no></style><a href=/yes>", ["/yes"]),
        ('<a rel="external nofollow" href=/no><a href=/yes>', ["/yes"]),
        ("<base href=/c/d/><a href=x>", ["/c/d/x"]),
        ("<base href='http://other.example/'><a href=x>", ["http://other.example/x"]),
        ("<a href=javascript:alert(1)><a href=mailto:a@b><a href='data:text/html,x'><a href=ftp://h/x>", []),
        ("<area href=/map><abbr href=/no><address href=/no>", ["/map"]),
        ("<a href=/x><a href=/x><a href='/./x'>", ["/x"]),
        ("<a href='/中文'>", ["/%E4%B8%AD%E6%96%87"]),
        ("<a\nhref\n=\n'/x'\n>", ["/x"]),
        ("<a href='/unclosed", ["/unclosed"]),
        ("<meta name=robots content='index, NOFOLLOW'><a href=/no>", []),
        ("<meta name=googlebot content=nofollow><a href=/yes>", ["/yes"]),
    ],
)
def test_links_of(html: str, wanted: list[str]) -> None:
    assert links(html) == wanted


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<a title=it's href=/x>don't</a><a href='/y'>", ["/x", "/y"]),
        ("<a title = 'a>b' href=/x/?a=b=c>", ["/x/?a=b=c"]),
        ("<!--><a href=/x>--><a href=/y>", ["/x", "/y"]),
        ("<!-- <a href=/no> --!><a href=/x>", ["/x"]),
        ('<a href="/x?lang=zh&region=cn&copy=2&amp;sect=3&lt">', ["/x?lang=zh&region=cn&copy=2&sect=3%3C"]),
        ("<a href='/x?a=1&#38;b=2&#x26;c=3&eacute;'>", ["/x?a=1&b=2&c=3%C3%A9"]),
        ("<meta http-equiv=refresh content='0; url=/x'>", ["/x"]),
        ('<meta http-equiv="Refresh" content="5;URL=\'/x y\'">', ["/x%20y"]),
        ("<meta http-equiv=refresh content=5><meta http-equiv=refresh content='0;'>", []),
        (
            "<link rel=next href=/2><link rel='prev' href=/0><link rel='top up' href=/><a href=/z>",
            ["/2", "/0", "/", "/z"],
        ),
        ("<link rel=stylesheet href=/no.css><link rel=icon href=/no.ico><link rel=preload href=/no>", []),
        ("<link rel=alternate hreflang=zh href=/zh/><link rel=alternate media=print href=/no>", ["/zh/"]),
        ("<link rel='alternate stylesheet' href=/no.css><link rel=alternate type=application/json href=/no>", []),
        ("<frame src=/menu.html><iframe src=/inner.html><iframe src=//ads.example/x>", ["/menu.html", "/inner.html"]),
        ("<a rel='license nofollow' href=/no><a rel=ugc href=/x>", ["/x"]),
        ("<base target=_top><base href=/c/><base href=/no/><a href=x><a href=?q>", ["/c/x", "/c/?q"]),
        ("<base href='javascript:x'><a href=x>", ["/a/x"]),
        ("<a href='&#x6a;avascript:x'><a href=' JavaScript:x'><a href='\n/x\t'>", ["/x"]),
        ("<a href><a href=''><a href='#'><a href=http://>", []),
        ("<noscript><a href=/x></noscript><svg><a href=/y>", ["/x", "/y"]),
    ],
)
def test_more_links_of(html: str, wanted: list[str]) -> None:
    assert links(html) == wanted


def test_links_in_another_charset() -> None:
    assert links("<a href='/页?q=中&x=1'>".encode("gbk"), "gbk") == ["/%E9%A1%B5?q=%D6%D0&x=1"]
    assert links("<a href='/页?q=中'>".encode()) == ["/%E9%A1%B5?q=%E4%B8%AD"]
    assert links("\ufeff<a href='/中'>".encode("utf-16-le")) == ["/%E4%B8%AD"]
    assert links("<a href='/中'>".encode("utf-16-be"), "utf-16-be") == ["/%E4%B8%AD"]
    assert links("<a href='/中'>".encode(), "utf-16") == ["/%E4%B8%AD"]  # it says so, and is not
    assert links("<p>表<a href='/表'>".encode("iso2022_jp"), "iso2022_jp") == ["/%E8%A1%A8"]
    assert links("<a href='/中'>".encode("gb18030"), "gb18030") == ["/%E4%B8%AD"]
    assert links("<a href='/中'>".encode(), "no-such-charset") == ["/%E4%B8%AD"]


def test_what_a_page_asks_of_robots() -> None:
    assert page_links(b"<meta content='noindex' name='ROBOTS'><a href=/x>", URL).noindex
    page = page_links(b"<meta name=headwater content=none><a href=/x><link rel=feed href=/f>", URL)
    assert (page.noindex, page.nofollow, page.links, page.feeds) == (True, True, [], ())
    page = page_links(b"<meta name=robots content='unavailable_after: 2001-01-01'><a href=/x>", URL)
    assert (page.noindex, page.nofollow, len(page.links)) == (True, False, 1)


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<link rel=canonical href=/x>", "http://h.example/x"),
        ("<link rel='canonical shortlink' href='x?utm_source=a'>", "http://h.example/a/x"),
        ("<base href=http://g.example/b/><link rel=canonical href=x>", "http://g.example/b/x"),
        ("<link rel=canonical href=/x><link rel=canonical href='./../x'>", "http://h.example/x"),
        ("<link rel=canonical href=/x><link rel=canonical href=/y>", None),
        ("<body><link rel=canonical href=/x>", None),
        ("<link rel=canonical href=''><link rel=canonical>", None),
        ("<!-- <link rel=canonical href=/x> -->", None),
        ("<link rel=canonical href=javascript:x>", None),
        ("<link rel=canonical href='/中'>", "http://h.example/%E4%B8%AD"),
    ],
)
def test_the_address_a_page_calls_its_own(html: str, wanted: str | None) -> None:
    assert page_links(html.encode(), URL).canonical == wanted


def test_feeds() -> None:
    html = b"""<link rel=alternate type="application/rss+xml" href=/rss><LINK REL=ALTERNATE
    TYPE='application/atom+xml; charset=utf-8' HREF='/atom'><link rel=feed href=/f><link rel=alternate
    type=application/feed+json href=/j><link rel=alternate type=application/rss+xml href=/rss>
    <link rel=alternate type=text/xml+oembed href=/no><link type=application/rss+xml href=/no>"""
    page = page_links(html, URL)
    assert page.feeds == tuple(f"http://h.example/{name}" for name in ("rss", "atom", "f", "j")) and page.links == []


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<link rel=license href=https://creativecommons.org/licenses/by-sa/4.0/deed.zh>", "CC-BY-SA-4.0"),
        ("<a rel='license noopener' href='//creativecommons.org/licenses/by/3.0/'>", "CC-BY-3.0"),
        ("<body><p><a href=/l rel=license>", "http://h.example/l"),
        ("<meta name=DC.Rights content='CC BY 4.0'>", "CC-BY-4.0"),
        ("<meta name=dcterms.license content='https://creativecommons.org/publicdomain/zero/1.0/'>", "CC0-1.0"),
        ("<meta name=copyright content='版权所有'>", ""),
        ("<meta name=rights content='知识共享 署名-相同方式共享 4.0'>", "CC-BY-SA-4.0"),
        ("<script type='application/ld+json'>{'license': 1}</script>", ""),
        ('<script type="application/ld+json">{"@type": "Article", "license": "MIT"}</script>', "MIT"),
        ('<script>{"@type": "Article", "license": "MIT"}</script>', ""),
        ("<a rel=license href=https://creativecommons.org/licenses/by/4.0/><a rel=license href=/other>", ""),
        ("<link rel=license href=https://opensource.org/licenses/MIT><a rel=license href=/other>", "MIT"),
        ("<a href=https://creativecommons.org/licenses/by/4.0/>", ""),
        ("<link itemprop=license href=https://www.gnu.org/licenses/fdl-1.3.html>", "GFDL-1.3"),
        ("<link rel=license href=''>", ""),
        ("", ""),
    ],
)
def test_licences(html: str, wanted: str) -> None:
    assert page_links(html.encode(), URL).license == wanted


def test_reservations() -> None:
    assert page_links(b"<meta name='TDM-Reservation' content=' 1 '>", URL).tdm_reserved
    for content in (b"0", b"2", b"true", b""):
        assert not page_links(b"<meta name=tdm-reservation content='%s'>" % content, URL).tdm_reserved

    page = page_links(b"<meta name=tdm-reservation content=0>", URL)
    assert (page.tdm_reserved, page.tdm_released) == (False, True)
    page = page_links(b"<meta name=tdm-reservation content=0><meta name=tdm-reservation content=1>", URL)
    assert (page.tdm_reserved, page.tdm_released) == (True, False)
    assert not page_links(b"<meta name=tdm-reservation content=2>", URL).tdm_released


def headers(*pairs: tuple[str, str]) -> HeaderSays:
    return header_says(tuple((name.encode(), value.encode()) for name, value in pairs))


def test_what_headers_say() -> None:
    assert headers() == HeaderSays(noindex=False, nofollow=False, canonical=None, license="", tdm_reserved=False)
    assert headers(("x-robots-tag", "otherbot: noindex"), ("X-ROBOTS-TAG", "NoFollow")) == HeaderSays(
        noindex=False, nofollow=True, canonical=None, license="", tdm_reserved=False
    )
    assert headers(("X-Robots-Tag", "unavailable_after: 25 Jun 2010 15:00:00 PST")).noindex
    assert headers(("TDM-Reservation", "1"), ("tdm-policy", "https://h.example/p")).tdm_reserved
    assert not headers(("tdm-reservation", "0")).tdm_reserved and headers(("tdm-reservation", "0")).tdm_released
    says = headers(
        ("Link", '</style.css>; rel=preload; as=style, <http://h.example/x>; type="a,b;c"; rel="canonical"'),
        ("Link", '<https://creativecommons.org/licenses/by/4.0/>;rel=license;title="a <b>, c"'),
        ("Link", "<http://h.example/later>; rel=canonical"),
    )
    assert (says.canonical, says.license) == ("http://h.example/x", "CC-BY-4.0")
    assert headers(("Link", '<http://h.example/v>; rel="license canonical"')).canonical == "http://h.example/v"
    assert headers(("Link", "<<<>>>; rel"), ("Link", "http://h.example/x; rel=canonical")).canonical is None


@pytest.mark.parametrize(
    "piece",
    [
        b"<a ", b"<a href=", b"<!--", b"<script>", b'<a "', b"<a '", b"<a href='x' ", b"<base ", b"<meta ", b"a=",
        b"</script",
        b"<link ", b"<div>", b"<a x=", b"<a x= ", b"=\"", b"='", b"<title>", b"<!-", b"-", b"<iframe src=x>", b"<\x00a",
        b"<script type=ld+json>", b"x=1 ",
    ],
)  # fmt: skip
def test_no_page_is_slow(piece: bytes) -> None:
    times = []
    for size in (300_000, 600_000):
        data = b"<a " + piece * (size // len(piece))
        started = time.process_time()
        page_links(data, URL)
        times.append(time.process_time() - started)
    assert times[1] < 2 and times[1] < 0.1 + 4 * times[0]  # twice the input, twice the work


def test_a_million_attributes() -> None:
    started = time.process_time()
    page = b"<a %s href=/no><a href=/x>" % b" ".join(b"a%d=%d" % (i, i) for i in range(1_000_000))
    assert links(page) == ["/x"]  # an attribute beyond the thousandth is not read
    assert time.process_time() - started < 4


def test_nesting_is_no_matter() -> None:
    assert links(b"<div>" * 100_000 + b"<a href=/x>" * 3 + b"</div>" * 100_000) == ["/x"]


def test_links_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert markup.MAX_LINKS >= 10_000
    monkeypatch.setattr(markup, "MAX_LINKS", 1000)
    page = b"".join(b"<a href=/%d>" % i for i in range(1500)) + b"<meta name=robots content=noindex>"
    found = page_links(page, URL)
    assert len(found.links) == 1000 and found.noindex  # what comes after is still read


@given(
    st.binary(max_size=400),
    st.lists(st.sampled_from([b"<a href=", b"<base href='", b"<!--", b"-->", b"'", b'"', b">", b"\x00", b"&#x0;"])),
)
def test_any_bytes_are_read(noise: bytes, pieces: list[bytes]) -> None:
    for link in page_links(noise + b"".join(pieces) + noise, URL).links:
        assert link.startswith(("http://", "https://"))
