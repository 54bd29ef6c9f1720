"""Links out of pages: what a browser would follow, and no page is slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire.links import MAX_LINKS, directives_in, page_links

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


def test_links_in_another_charset() -> None:
    assert links("<a href='/中'>".encode("gb18030"), "gb18030") == ["/%E4%B8%AD"]
    assert links("<a href='/中'>".encode(), "no-such-charset") == ["/%E4%B8%AD"]


def test_what_a_page_asks_of_robots() -> None:
    assert page_links(b"<meta content='noindex' name='ROBOTS'><a href=/x>", URL).noindex
    assert directives_in("otherbot: noindex, nofollow") == set()
    assert directives_in("headwater: noindex") == {"noindex"}
    assert directives_in("noindex, nofollow") == {"noindex", "nofollow"}


@pytest.mark.parametrize(
    "piece",
    [
        b"<a ",
        b"<a href=",
        b"<!--",
        b"<script>",
        b'<a "',
        b"<a '",
        b"<a href='x' ",
        b"<base ",
        b"<meta ",
        b"a=",
        b"</script",
    ],
)
def test_no_page_is_slow(piece: bytes) -> None:
    started = time.process_time()
    page_links(piece * (4_000_000 // len(piece)), URL)
    assert time.process_time() - started < 5


def test_links_are_bounded() -> None:
    page = b"".join(b"<a href=/%d>" % i for i in range(MAX_LINKS + 500))
    assert len(page_links(page, URL).links) == MAX_LINKS


@given(
    st.binary(max_size=400),
    st.lists(st.sampled_from([b"<a href=", b"<base href='", b"<!--", b"-->", b"'", b'"', b">", b"\x00", b"&#x0;"])),
)
def test_any_bytes_are_read(noise: bytes, pieces: list[bytes]) -> None:
    for link in page_links(noise + b"".join(pieces) + noise, URL).links:
        assert link.startswith(("http://", "https://"))
