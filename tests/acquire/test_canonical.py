"""Canonical URLs: one spelling an address, and the same again when spelt twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire.canonical import canonical, folder_of, host_of, join, netloc_of, origin_of

SAME = [
    ("HTTP://Example.COM:80/a/../b/./c?x=1#part", "http://example.com/b/c?x=1"),
    ("https://example.com:443", "https://example.com/"),
    ("https://example.com:8443/", "https://example.com:8443/"),
    ("http://example.com/%7euser/%e4%b8%ad", "http://example.com/~user/%E4%B8%AD"),
    ("http://example.com/中文 页", "http://example.com/%E4%B8%AD%E6%96%87%20%E9%A1%B5"),
    ("http://例子.测试/", "http://xn--fsqu00a.xn--0zwm56d/"),
    ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ("http://user:secret@example.com/", "http://example.com/"),
    ("http://example.com/?utm_source=a&b=2&gclid=3", "http://example.com/?b=2"),
    ("http://example.com/?utm_source=a", "http://example.com/"),
    ("http://example.com\\a\\b", "http://example.com/a/b"),
    (" http://example.com/a\n b\t", "http://example.com/a%20b"),
    ("http://[::1]:80/x", "http://[::1]/x"),
    ("http://[2001:DB8::0:1]/", "http://[2001:db8::1]/"),
    ("http://example.com./", "http://example.com/"),
    ("http://example.com/a%zz", "http://example.com/a%25zz"),
    ("http://example.com/../../x", "http://example.com/x"),
    ("http://example.com/a/..", "http://example.com/"),
    ("http://example.com/a/.", "http://example.com/a/"),
    ("http://example.com/?spm=a2c4g.11186623.0.0.1b2c3d4e&id=7", "http://example.com/?id=7"),
    ("http://example.com/a;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9?x=1", "http://example.com/a?x=1"),
    ("http://example.com/a?PHPSESSID=0a1b2c3d4e5f60718293a4b5c6&x=1", "http://example.com/a?x=1"),
    (
        "http://example.com/viewtopic.php?t=7&sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "http://example.com/viewtopic.php?t=7",
    ),
    ("http://example.com/a?ASPSESSIONIDAABBCCDD=ABCDEFGHIJKLMNOPABCDEFGH", "http://example.com/a"),
    ("http://example.com/a?CFID=1234567&CFTOKEN=89012345&x=1", "http://example.com/a?x=1"),
    ("http://example.com/a?x=1&session_id=abc123def456", "http://example.com/a?x=1"),
]
KEPT = [
    "http://example.com/a?sid=42", "http://example.com/a?sid=beijing", "http://example.com/a?session=2024-spring",
    "http://example.com/a?session_id=12", "http://example.com/a?id=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "http://example.com/a?s=0a1b2c3d4e5f60718293a4b5c6d7e8f9", "http://example.com/a;v=1.2", "http://example.com/a?spm=12",
    "http://example.com/a?phpsessid", "http://example.com/a;jsessionid", "http://example.com/a?utm=1",
]  # fmt: skip
NOT_ONE = [
    "ftp://example.com/", "javascript:alert(1)", "http://", "http:///x", "//example.com/", "http://exa mple.com/",
    "http://example.com:99999/", "http://a..b/", "http://[::1", "data:text/html,x", "", "http://" + "a" * 300 + ".com/",
    "http://example.com/" + "a" * 3000, "file:///etc/passwd", "gopher://example.com/",
]  # fmt: skip


@pytest.mark.parametrize(("given_url", "wanted"), SAME)
def test_one_spelling(given_url: str, wanted: str) -> None:
    assert canonical(given_url) == wanted
    assert canonical(wanted) == wanted


@pytest.mark.parametrize("url", KEPT)
def test_ids_of_pages_are_no_sessions(url: str) -> None:
    assert canonical(url) == url


@pytest.mark.parametrize("url", NOT_ONE)
def test_not_a_web_address(url: str) -> None:
    assert canonical(url) is None


@given(st.text(max_size=60))
def test_any_text_is_stable(text: str) -> None:
    for url in (canonical(text), canonical(f"http://example.com/{text}"), join("http://example.com/a/", text)):
        assert url is None or canonical(url) == url


@given(st.from_regex(r"[A-Za-z0-9_~./-]{1,40}", fullmatch=True))
def test_short_way_equals_the_long_one(link: str) -> None:
    from urllib.parse import urljoin

    folder = "http://example.com/a/b/"
    nameless = link.startswith("//") and not link.strip("/")  # which `urljoin` takes for the folder
    assert join(folder, link) == (None if nameless else canonical(urljoin(folder, link)))


def test_parts() -> None:
    assert folder_of("http://h/a/b?x=/y/") == "http://h/a/"
    assert (host_of("http://h:8/a"), netloc_of("http://h:8/a"), origin_of("http://h:8/a")) == ("h", "h:8", "http://h:8")
    assert host_of("http://[::1]:8/a") == "[::1]"
