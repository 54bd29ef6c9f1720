"""tdmrep.json: the protocol's own examples, and files that say nothing."""

from __future__ import annotations

import json
import time

import pytest

from headwater.acquire.tdm import MAX_RULES, read


def policy(*rules: tuple[str, object]) -> bytes:
    return json.dumps([{"location": location, "tdm-reservation": value} for location, value in rules]).encode()


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        ("/", "/anything?x=1", True),
        ("/directory-a/", "/directory-a/x.pdf", True),
        ("/directory-a/", "/directory-b/x.pdf", False),
        ("/directory-a/", "/Directory-a/x.pdf", False),
        ("/directory-b/images/*.jpg", "/directory-b/images/a/b.jpg", True),
        ("/directory-b/images/*.jpg", "/directory-b/images/a/b.png", False),
        ("/this/path/exactly$", "/this/path/exactly", True),
        ("/this/path/exactly$", "/this/path/exactly/not", False),
        ("/this/*/then", "/this/way/and/then/some", True),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a.pdf/b.pdf", True),
        ("/*.pdf$", "/a/b.pdf?x=1", False),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/path/%7euser", "/path/~user/x", True),
        ("/私有/", "/%E7%A7%81%E6%9C%89/x", True),
        ("/%e7%a7%81", "/%E7%A7%81%E6%9C%89/x", True),
        ("private", "/private/x", True),
        ("*", "/x", True),
        ("https://h.example/a/", "/a/x", True),
        ("/a**b*", "/axxb", True),
    ],
)
def test_locations(location: str, path: str, matches: bool) -> None:
    assert read(policy((location, 1))).reserved(path) is matches


def test_the_first_match_counts() -> None:
    found = read(policy(("/open/", 0), ("/", 1), ("/open/late", 1)))
    assert not found.reserved("/open/late") and found.reserved("/shut") and found.problem == ""


def test_a_value_that_is_none_sets_nothing() -> None:
    found = read(policy(("/a", 2), ("/b", None), ("/c", [1]), ("/d", "1"), ("/e", "0"), ("/f", True)))
    assert [found.reserved(f"/{name}") for name in "abcdef"] == [False, False, False, True, False, True]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "tdm.malformed"), (b"<html>", "tdm.malformed"), (b"3", "tdm.malformed"), (b'"x"', "tdm.malformed"),
        (b"[1, null, {}]", "tdm.no_rules"), (b"[]", ""), (b"[" * 100_000, "tdm.malformed"), (b"\xff", "tdm.malformed"),
        (b'[{"location": "/"}]', "tdm.no_rules"), (b" " * (2 << 20), "tdm.too_large"),
        (b'[{"location": 3, "tdm-reservation": 1}]', "tdm.no_rules"),
    ],
)  # fmt: skip
def test_what_is_none_reserves_nothing_and_says_why(data: bytes, problem: str) -> None:
    found = read(data)
    assert found.problem == problem and not found.reserved("/")


def test_one_rule_without_brackets_and_a_mark() -> None:
    assert read(b'\xef\xbb\xbf{"location": "/", "tdm-reservation": 1}').reserved("/x")


def test_hostile_locations_are_quick() -> None:
    found = read(policy(*((f"/{'a*' * 1000}{i}$", 1) for i in range(50))))
    started = time.process_time()
    assert not found.reserved("/" + "a" * 2000)
    assert time.process_time() - started < 1
    assert len(read(policy(*((f"/{i}", 1) for i in range(MAX_RULES + 5)))).rules) == MAX_RULES
