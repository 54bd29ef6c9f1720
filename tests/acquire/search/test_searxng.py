"""SearXNG. Shapes: docs.searxng.org, Search API; the JSON of searx/webutils.py in searxng/searxng."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headwater.acquire.search import finding
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

from .conftest import Answer, Asked, Service, html, searched, source_for, told


def answer(results: list[Any], silent: list[Any] | None = None) -> Answer:
    value = {
        "query": "q",
        "number_of_results": 0,
        "results": results,
        "answers": [],
        "corrections": [],
        "infoboxes": [],
    }
    return told(value | {"suggestions": [], "unresponsive_engines": silent or []})


def result(number: int, **more: Any) -> dict[str, Any]:
    found = {"url": f"https://example.org/{number}", "title": f"Title <b>{number}</b>", "content": "分词 & more"}
    return {**found, "engine": "duckduckgo", "engines": ["duckduckgo"], "positions": [1], "score": 1.0, **more}


def test_pages_follow_until_one_is_empty(service: Service, tmp_path: Path) -> None:
    pages = {1: [result(1), result(2)], 2: [result(2), result(3), {"url": None}, "x"], 3: []}
    service.answer = lambda asked: answer(pages[int(asked.fields["pageno"])])
    rows, report = searched(tmp_path, source_for(service, "searxng", "中文 分词", language="zh"))
    assert [row["url"][-1] for row in rows] == ["1", "2", "3"] and rows[0]["title"] == "Title 1"
    assert report["rejected"] == {"result.bad_url": 1}
    first = service.log[0].fields
    assert (first["q"], first["format"], first["language"]) == ("中文 分词", "json", "zh") and len(service.log) == 3


def test_a_next_page_loop_ends(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: answer([result(1)])
    rows, _ = searched(tmp_path, source_for(service, "searxng", "x"))
    assert len(rows) == 1 and len(service.log) == 2


def test_what_refuses_json_or_has_no_engine_left_says_so(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: (403, {"Content-Type": "text/html"}, b"<h1>Forbidden</h1>")
    with pytest.raises(HeadwaterError, match="search.formats"):
        searched(tmp_path / "a", source_for(service, "searxng", "x", "y"))
    assert len(service.log) == 1  # nor will another query be answered
    service.answer = lambda asked: answer([], [["google", "CAPTCHA"], ["bing", "timeout"]])
    with pytest.raises(HeadwaterError, match="google: CAPTCHA"):
        searched(tmp_path / "b", source_for(service, "searxng", "x"))
    service.answer = lambda asked: answer([])
    assert searched(tmp_path / "c", source_for(service, "searxng", "x"))[0] == []  # nothing found is an answer


def test_too_many_requests_are_waited_out_or_given_up(service: Service, tmp_path: Path) -> None:
    busy = [told({}, 429, Retry_After="0"), told({}, 503)]
    service.answer = lambda asked: busy.pop(0) if busy else answer([result(1)] if asked.fields["pageno"] == "1" else [])
    rows, _ = searched(tmp_path / "a", source_for(service, "searxng", "x", retries=2))
    assert len(rows) == 1
    service.answer = lambda asked: told({}, 429, Retry_After="86000")
    service.log.clear()
    for _ in range(2):  # a restart does not ask again before the time that was asked for
        with pytest.raises(HeadwaterError, match="service|rate_limited"):
            searched(tmp_path / "b", source_for(service, "searxng", "x", retries=5))
    assert len(service.log) == 1


@pytest.mark.parametrize("kind", ["large", "unsaid", "bomb", "stall", "cut", "malformed", "deep"])
def test_hostile_answers_are_counted(service: Service, tmp_path: Path, kind: str) -> None:
    import zlib

    def hostile(asked: Asked) -> Answer:
        if asked.fields["q"] == "good":
            return answer([result(1)] if asked.fields["pageno"] == "1" else [])
        return {
            "large": (200, {"Content-Length": str(50 << 20)}, b"{"),
            "unsaid": (200, {}, b"[" * (9 << 20)),
            "bomb": (200, {"Content-Encoding": "gzip"}, zlib.compress(b" " * (20 << 20), 9, 31)),
            "stall": (200, {"Content-Length": "1000"}, b"{"),
            "cut": (200, {"Content-Encoding": "gzip"}, zlib.compress(b"{}" * 999, 9, 31)[:-20]),
            "malformed": (200, {}, b'{"results": [}'),
            "deep": (200, {}, b'{"results":' + b"[" * 100_000),
        }[kind]

    service.answer = hostile
    rows, report = searched(tmp_path, source_for(service, "searxng", "bad", "good", timeout_s=0.5, retries=0))
    reason = {
        "large": "search.too_large", "unsaid": "search.too_large", "bomb": "search.expands_too_far",
        "stall": "search.timeout", "cut": "search.broken_body", "malformed": "search.malformed_answer",
        "deep": "search.malformed_answer",
    }[kind]  # fmt: skip
    assert report["failed"] == {reason: 1} and len(rows) == 1


def test_redirects_are_followed_but_never_inward(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answer = lambda asked: (302, {"Location": f"{service.url}/search"}, b"")
    with pytest.raises(HeadwaterError, match="redirects too often"):
        searched(tmp_path / "a", source_for(service, "searxng", "x"))
    assert len(service.log) == 6
    inward = source_for(service, "searxng", "x", allow_private=False)
    with pytest.raises(HeadwaterError, match="not a public address") as caught:
        searched(tmp_path / "b", inward)
    assert "--allow-private" in caught.value.mend and len(service.log) == 6
    from headwater.acquire import addresses, resolver
    from headwater.acquire.addresses import verdict

    monkeypatch.setattr(resolver, "verdict", lambda a: None if str(a) == "127.0.0.1" else verdict(a))
    monkeypatch.setattr(addresses, "verdict", resolver.verdict)
    service.answer = lambda asked: (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b"")
    with pytest.raises(HeadwaterError, match="metadata"):
        finding.find(tmp_path / "c", inward, Reporter(quiet=True))


def test_a_page_in_place_of_json_is_no_answer(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: html("<p>please enable JavaScript</p>")
    with pytest.raises(HeadwaterError, match="not JSON"):
        searched(tmp_path, source_for(service, "searxng", "x"))
