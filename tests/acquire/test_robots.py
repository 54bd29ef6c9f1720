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
    fields = {"phrase": "", "headers": (), "content_type": "text/plain", "charset": "", "robots_tag": "", "address": ""}
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
