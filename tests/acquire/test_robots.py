"""robots.txt: a verdict per outcome, and what the file itself may hold."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from headwater.acquire import robots
from headwater.acquire.fetch import FetchFailed, Response
from headwater.acquire.robots import Robots, Rules, read_rules

ORIGIN = "http://h.example"


def response(status: int, body: bytes = b"", location: str = "") -> Response:
    fields = {"phrase": "", "headers": (), "content_type": "text/plain", "charset": "", "address": ""}
    return Response(url=ORIGIN, status=status, body=body, location=location, **fields)


def learn(answers: list[Response | Exception], monkeypatch: pytest.MonkeyPatch) -> tuple[Rules, list[str]]:
    """The rules learnt from these answers, the last one repeated; and the URLs asked for."""
    monkeypatch.setattr(robots, "RETRY_S", 0.0)
    asked: list[str] = []

    async def ask(url: str) -> Response:
        asked.append(url)
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return asyncio.run(Robots(ask, "headwater/1 (x)").learn(ORIGIN)), asked


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_client_errors_mean_no_rules(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, _ = learn([response(status)], monkeypatch)
    assert rules.refusal(f"{ORIGIN}/x", "headwater") is None


@pytest.mark.parametrize(
    "answer",
    [
        response(500),
        response(503),
        response(429),
        FetchFailed("timeout"),
        OSError("gone"),
        response(302),
        response(199),
    ],
)
def test_everything_else_denies(answer: Response | Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = FetchFailed("name_not_found") if isinstance(answer, OSError) else answer
    rules, asked = learn([answer], monkeypatch)
    assert rules.refusal(f"{ORIGIN}/x", "headwater") == "robots.unreachable"
    assert len(asked) == 2 and time.monotonic() < rules.expires_at <= time.monotonic() + robots.KEEP_DENIAL_S


def test_a_passing_failure_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    rules, _ = learn([response(503), response(200, b"User-agent: *\nDisallow: /no")], monkeypatch)
    assert rules.refusal(f"{ORIGIN}/no", "headwater") == "robots.forbidden"
    assert rules.refusal(f"{ORIGIN}/yes", "headwater") is None


def test_five_redirects_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = [response(301, location=f"/robots{i}.txt") for i in range(5)]
    rules, asked = learn([*moved, response(200, b"User-agent: *\nDisallow: /no")], monkeypatch)
    assert rules.refusal(f"{ORIGIN}/no", "headwater") == "robots.forbidden" and len(asked) == 6
    rules, _ = learn([response(301, location="/robots.txt")], monkeypatch)
    assert rules.refusal(f"{ORIGIN}/x", "headwater") == "robots.unreachable"


def rules_of(text: bytes) -> Rules:
    return read_rules(text, "headwater", 0.0)


def test_rules_of_a_file() -> None:
    named = rules_of(
        b"User-agent: other\nDisallow: /\n\nUser-agent: headwater\nAllow: /a\nDisallow: /\nCrawl-delay: 2.5"
    )
    assert named.delay_s == 2.5
    assert named.refusal(f"{ORIGIN}/a/x", "headwater") is None
    assert named.refusal(f"{ORIGIN}/b", "headwater") == "robots.forbidden"
    assert rules_of(b"\xef\xbb\xbfUser-agent: *\nDisallow: /").refusal(f"{ORIGIN}/", "headwater") == "robots.forbidden"
    assert rules_of(b"<!DOCTYPE html><p>Disallow: /").refusal(f"{ORIGIN}/", "headwater") is None
    assert rules_of(b"User-agent: *\nRequest-rate: 1/10").delay_s == 10
    assert rules_of(b"User-agent: *\nCrawl-delay: 86400").refusal(f"{ORIGIN}/", "headwater") == "robots.delay_too_long"
    assert rules_of("User-agent: *\nDisallow: /私".encode()).refusal(f"{ORIGIN}/%E7%A7%81/x", "headwater")


def refused(text: str | bytes, path: str = "/x", agent: str = "headwater") -> bool:
    data = text.encode() if isinstance(text, str) else text
    return read_rules(data, agent, 0.0).refusal(f"{ORIGIN}{path}", agent) is not None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("User-agent: *\rDisallow: /x\r", True),
        ("User-agent: *\r\n\r\nDisallow: /x", True),
        ("USER-AGENT: HeadWater\ndisallow:/x", True),
        ("User-agent: headwater/0.1\nDisallow: /x", True),
        ("User-agent: head\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: head\nDisallow: /\n", False),
        ("User-agent: headwater-news\nDisallow: /\n", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: headwater\nDisallow:", False),
        ("User-agent: a\nUser-agent: headwater\nDisallow: /x", True),
        ("User-agent: headwater\nUnknown: 3\nUser-agent: b\nDisallow: /x", True),
        (
            "User-agent: headwater\nDisallow: /a\n\nUser-agent: b\nDisallow: /\n\nUser-agent: headwater\nDisallow: /x",
            True,
        ),
        ("User-agent: b\nDisallow: /x", False),
        ("User-agent:\nDisallow: /x", False),
        ("Disallow: /x", False),
        ("User-agent: * # all\nDisallow: /x # this", True),
        ("User-agent *\nDisallow /x", True),
        ("User-agent: *\nDisallow: /*?\nAllow: /x$", False),
        ("<pre>\nUser-agent: *\nDisallow: /x", True),
        ("<!DOCTYPE html>\nUser-agent: *\nDisallow: /x", False),
        ("<?xml version='1.0'?><html>User-agent: *\nDisallow: /x", False),
        ("\ufeff\ufeffUser-agent: *\nDisallow: /x", True),
        ("User-agent: *\x00\nDisallow: /x", False),
    ],
)
def test_groups(text: str, wanted: bool) -> None:
    assert refused(text) is wanted


def test_other_encodings() -> None:
    assert refused("User-agent: *\nDisallow: /x".encode("utf-16"))
    assert refused(b"User-agent: *\n# \xff\xfe\nDisallow: /x")


def test_sitemaps() -> None:
    text = b"""Sitemap: http://h.example/a.xml
User-agent: other
Disallow: /
SITEMAP:http://h.example/b.xml#part
Sitemap: /c.xml
Sitemap: http://h.example/a.xml
Sitemap: ftp://h.example/no
Sitemap:
"""
    found = read_rules(text, "headwater", 0.0, f"{ORIGIN}/robots.txt").sitemaps
    assert found == tuple(f"{ORIGIN}/{name}.xml" for name in "abc")
    many = b"".join(b"Sitemap: http://h.example/%d.xml\n" % i for i in range(2000))
    assert len(read_rules(many, "headwater", 0.0).sitemaps) == robots.MAX_SITEMAPS
    assert read_rules(b"Sitemap: /c.xml", "headwater", 0.0).sitemaps == ()


def test_a_file_of_fifty_megabytes() -> None:
    started = time.process_time()
    line = b"Disallow: /private-folder-of-someone/\n"
    text = b"User-agent: *\n" + line * ((50 << 20) // len(line))
    rules = rules_of(text)
    assert rules.refusal(f"{ORIGIN}/private-folder-of-someone/x", "headwater")
    assert rules.refusal(f"{ORIGIN}/public", "headwater") is None  # the cut line does not shut more than was meant
    cut = b"User-agent: *\n" + b"#" * (robots.MAX_BYTES - 14 - 12) + b"\nDisallow: /private"
    assert rules_of(cut).refusal(f"{ORIGIN}/public", "headwater") is None
    assert rules_of(b"User-agent: *\nDisallow: /" + b"a" * (1 << 20)).refusal(f"{ORIGIN}/x", "headwater") is None
    assert time.process_time() - started < 3


def test_only_the_first_part_counts() -> None:
    text = b"User-agent: *\n" + b"# padding\n" * 60_000 + b"Disallow: /\n"
    assert rules_of(text).refusal(f"{ORIGIN}/x", "headwater") is None


def test_any_bytes_are_read() -> None:
    rng = random.Random(5)
    words = [
        b"User-agent:",
        b"Disallow:",
        b"Allow:",
        b"*",
        b"/",
        b"$",
        b"\n",
        b"\xff\xfe",
        b"Crawl-delay: nan",
        b"\x00",
        b"%",
        b"/**" * 20,
    ]
    for _ in range(1000):
        text = b" ".join(rng.choice(words) for _ in range(rng.randrange(40)))
        rules = rules_of(text)
        started = time.process_time()
        rules.refusal(f"{ORIGIN}/" + "a" * 200, "headwater")
        assert time.process_time() - started < 2
