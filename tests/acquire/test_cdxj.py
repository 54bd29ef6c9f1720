"""Sort keys as the Internet Archive's `surt` 0.3.1 makes them, and lines as pywb reads them."""

from __future__ import annotations

import json

import pytest

from headwater.acquire import cdxj
from headwater.acquire.entries import Page, Revisit

# What `surt.surt(url)` gave.
KEYS = {
    "http://www.example.com/Foo/?b=1&a=2": "com,example)/foo?a=2&b=1",
    "http://127.0.0.1:8000/a/B/": "1,0,0,127:8000)/a/b",
    "https://xn--r8jz45g.jp/%E4%B8%AD/": "jp,xn--r8jz45g)/%e4%b8%ad",
    "http://h.org/a;jsessionid=0123456789ABCDEF0123456789ABCDEF?x=1": (
        "org,h)/a;jsessionid=0123456789abcdef0123456789abcdef?x=1"
    ),
    "http://h.org:8080/": "org,h:8080)/",
    "https://h.org:443/x:443/": "org,h)/x:443",
    "http://h.org/a?": "org,h)/a",
    "http://h.org/%E4%B8%AD?q=%E4%B8%AD&Z=a%20b": "org,h)/%e4%b8%ad?q=%e4%b8%ad&z=a%20b",
    "http://www2.h.org/?utm_source=1&sid=0123456789abcdef0123456789abcdef": "org,h)/?&utm_source=1",
    "http://h.org/a?b&a&&c=": "org,h)/a?&a&b&c=",
    "http://h.org/a%2Fb+c%7Cd": "org,h)/a/b+c|d",
    "http://h.org/?PHPSESSID=0123456789abcdefghijklemopqrstuv&action=profile;u=4221": "org,h)/?action=profile;u=4221",
}


@pytest.mark.parametrize("url", KEYS)
def test_keys(url: str) -> None:
    assert cdxj.surt(url).decode() == KEYS[url]


def test_lines() -> None:
    where = {"warc_file": "warc/00000.warc.gz", "warc_offset": 333, "length": 1043, "digest": "sha1:ABC"}
    page = Page(url="http://h.org/é", fetched_at="2026-01-02T03:04:05Z", content_type="text/html", status=200, **where)
    key, stamp, fields = cdxj.line(page).decode().split(" ", 2)
    assert (key, stamp) == ("org,h)/%c3%a9", "20260102030405")
    assert json.loads(fields) == {
        "url": "http://h.org/é", "mime": "text/html", "status": "200", "digest": "sha1:ABC", "length": "1043",
        "offset": "333", "filename": "warc/00000.warc.gz",
    }  # fmt: skip
    revisit = Revisit(url="http://h.org/", fetched_at="2026-01-02T03:04:05Z", status=304, **where)
    assert json.loads(cdxj.line(revisit).split(b" ", 2)[2])["mime"] == "warc/revisit"
