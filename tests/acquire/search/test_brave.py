"""Brave. Shapes: api-dashboard.search.brave.com, API reference of web search (200, 422 and 429 bodies) and its page on
rate-limit headers; error codes as in the client tests that quote them (SUBSCRIPTION_TOKEN_INVALID, VALIDATION)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headwater.errors import HeadwaterError

from .conftest import Answer, Asked, Service, searched, source_for, told

KEY = "BSAtest-0123456789abcdef"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAVE_API_KEY", KEY)


def page(offset: int, more: bool = True, **fields: Any) -> Answer:
    results = [
        {"type": "search_result", "title": f"<strong>T</strong> {offset}-{i}", "url": f"https://e.org/{offset}/{i}",
         "description": "about <strong>分词</strong>", "language": "zh", "extra_snippets": ["more"], **fields}
        for i in range(3)
    ]  # fmt: skip
    query = {"original": "q", "more_results_available": more}
    return told(
        {"type": "search", "query": query, "web": {"type": "search", "results": results}},
        X_RateLimit_Limit="1, 15000", X_RateLimit_Remaining="0, 14999", X_RateLimit_Reset="1, 1419704",
    )  # fmt: skip


def refusal(status: int, code: str, detail: str = "no", meta: Any = None, **headers: str) -> Answer:
    error = {"id": "1", "status": status, "code": code, "detail": detail, "meta": meta or {}}
    return told({"type": "ErrorResponse", "error": error, "time": 1663072993}, status, **headers)


def files_hold(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_ten_pages_at_most_and_the_key_in_a_header_only(service: Service, tmp_path: Path, capfd: Any) -> None:
    service.answer = lambda asked: page(int(asked.fields["offset"]))
    given = {"language": "zh", "country": "cn", "freshness": "py", "max_results": 500}
    rows, report = searched(tmp_path, source_for(service, "brave", "中文 分词", **given))
    assert len(rows) == 30 and rows[0]["title"] == "T 0-0" and rows[0]["snippet"] == "about 分词"
    assert [asked.fields["offset"] for asked in service.log] == [str(i) for i in range(10)]
    first = service.log[0]
    assert first.path == "/res/v1/web/search" and first.headers["x-subscription-token"] == KEY
    assert (first.fields["q"], first.fields["search_lang"], first.fields["country"]) == ("中文 分词", "zh-hans", "CN")
    assert all(KEY not in asked.query for asked in service.log) and report["requests"] == {"brave": 10}
    assert files_hold(tmp_path, KEY) == []


def test_a_key_that_a_service_echoes_goes_into_no_file_and_no_message(
    service: Service, tmp_path: Path, capfd: Any
) -> None:
    def echo(asked: Asked) -> Answer:
        if asked.fields["q"] == "bad":
            return refusal(422, "VALIDATION", f"cannot read {KEY}")
        return page(0, False, description=f"your key is {KEY}", url=f"https://e.org/?k={KEY}", title=KEY)

    service.answer = echo
    from headwater.acquire.search.finding import find
    from headwater.pipeline.progress import Reporter

    find(tmp_path, source_for(service, "brave", "bad", "good"), Reporter())
    service.answer = lambda asked: refusal(401, "X", f"{KEY} is not valid")
    with pytest.raises(HeadwaterError) as caught:
        find(tmp_path / "b", source_for(service, "brave", "x"), Reporter())
    assert KEY not in str(caught.value) and KEY not in "".join(capfd.readouterr())
    assert files_hold(tmp_path, KEY) == []


def test_a_redirect_never_takes_the_key_elsewhere(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: (302, {"Location": "http://127.0.0.1:1/"}, b"")
    with pytest.raises(HeadwaterError, match="search.redirected"):
        searched(tmp_path, source_for(service, "brave", "x"))
    assert len(service.log) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            refusal(422, "SUBSCRIPTION_TOKEN_INVALID", "The provided subscription token is invalid."),
            "key is not accepted",
        ),
        (refusal(422, "VALIDATION", meta={"errors": [{"loc": ["header", "x-subscription-token"]}]}), "key is not"),
        (refusal(401, ""), "key is not accepted"),
        (refusal(402, "PAYMENT"), "used up"),
        (refusal(429, "QUOTA_LIMITED", "Quota exceeded"), "used up"),
        (refusal(429, "RATE_LIMITED", X_RateLimit_Remaining="1, 0", X_RateLimit_Reset="1, 1419704"), "used up"),
    ],
)
def test_what_ends_the_search(service: Service, tmp_path: Path, answer: Answer, words: str) -> None:
    service.answer = lambda asked: answer
    with pytest.raises(HeadwaterError, match=words) as caught:
        searched(tmp_path, source_for(service, "brave", "x", "y", "z"))
    assert caught.value.exit_code == 5 and len(service.log) == 1  # no further query is tried


def test_what_one_query_fails_by(service: Service, tmp_path: Path) -> None:
    bad = refusal(422, "VALIDATION", "Unable to validate request parameter(s)", {"errors": [{"loc": ["query", "q"]}]})
    service.answer = lambda asked: bad if asked.fields["q"] == "bad" else page(0, False)
    rows, report = searched(tmp_path, source_for(service, "brave", "bad", "x" * 500, "good"))
    assert report["failed"] == {"brave.bad_request": 1, "brave.query_too_long": 1} and len(rows) == 3


def test_a_second_too_many_is_waited_for(service: Service, tmp_path: Path) -> None:
    limited = [refusal(429, "RATE_LIMITED", "Request rate limit exceeded for plan.", X_RateLimit_Remaining="1, 10")]
    service.answer = lambda asked: limited.pop() if limited else page(0, False)
    rows, _ = searched(tmp_path, source_for(service, "brave", "x"))
    assert len(rows) == 3 and len(service.log) == 2


def test_money_and_requests_hold_across_restarts(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: page(int(asked.fields["offset"]))
    capped = {"cost_per_request": 0.005, "max_cost": 0.02, "max_results": 500}
    for _ in range(3):
        rows, report = searched(tmp_path / "a", source_for(service, "brave", "x", "y", **capped))
    assert len(service.log) == 4 and report["cost"] == 0.02 and report["stopped"] == "max_cost" and len(rows) == 12
    rows, report = searched(tmp_path / "a", source_for(service, "brave", "x", "y", **{**capped, "max_cost": 0.035}))
    assert len(service.log) == 7 and len(rows) == 21  # goes on where it stopped
    service.log.clear()
    for _ in range(3):
        _, report = searched(tmp_path / "b", source_for(service, "brave", "x", max_requests=2, max_results=500))
    assert len(service.log) == 2 and report["stopped"] == "max_requests"


def test_only_answers_are_paid_for(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: refusal(500, "INTERNAL")
    with pytest.raises(HeadwaterError):
        searched(tmp_path, source_for(service, "brave", "x", cost_per_request=1.0, max_cost=1.5))
    service.answer = lambda asked: page(0, False)
    rows, report = searched(tmp_path, source_for(service, "brave", "x", cost_per_request=1.0, max_cost=1.5))
    assert len(rows) == 3 and report["cost"] == 1.0


def test_no_key_is_an_error_that_names_the_variable(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in ("", "bad\nkey", "键"):
        monkeypatch.setenv("BRAVE_API_KEY", given)
        with pytest.raises(HeadwaterError) as caught:
            searched(tmp_path, source_for(service, "brave", "x"))
        assert caught.value.exit_code == 2 and "BRAVE_API_KEY" in caught.value.where
