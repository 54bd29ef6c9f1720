"""The endpoint's client against a real server: documented answers and errors, hostile ones, money, rate and kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.endpoint import answer as replies
from headwater.curate.endpoint.answer import Answer, Refusal
from headwater.curate.endpoint.answers import AnswerLog
from headwater.curate.endpoint.ask import Figures, ask_all, opened
from headwater.curate.endpoint.config import EndpointConfig
from headwater.curate.endpoint.send import prompt
from headwater.errors import HeadwaterError
from tests.curate.endpoint_server import Reply, completion, error, serving, user_text

NAMES = st.sampled_from(
    "choices message content text error code type usage prompt_tokens completion_tokens finish_reason".split()
)
QUICK = {"backoff_s": 0.01, "timeout_s": 5.0}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADWATER_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def config(url: str, **settings: Any) -> EndpointConfig:
    found = EndpointConfig(url=url, model="test", **{**QUICK, **settings})
    assert not found.check()
    return found


def asked(settings: EndpointConfig, texts: list[str], log: Path) -> tuple[Figures, list[str | None]]:
    prompts = [prompt(settings, [("user", text)]) for text in texts]
    with opened(log) as answers:
        figures = ask_all(prompts, settings, answers)
        found = [answers.get(p.key) for p in prompts]
    return figures, [a.text if a else None for a in found]


def test_each_thing_is_asked_once_and_its_answer_kept(tmp_path: Path) -> None:
    with serving(lambda r: completion(user_text(r).upper())) as server:
        settings = config(server.url, price_in=1.0, price_out=2.0)
        figures, texts = asked(settings, ["a", "b", "a", "你好"], tmp_path / "log")
        assert texts == ["A", "B", "A", "你好"] and len(server.requests) == 3
        assert server.paths[0] == "/v1/chat/completions"
        assert set(server.requests[0]) == {"model", "messages", "max_tokens", "temperature"}
        assert figures.cost == pytest.approx(3 * (20 * 1 + 5 * 2) / 1e6) and figures.tokens_in == 60
        figures, again = asked(settings, ["a", "b", "c"], tmp_path / "log")
        assert again == ["A", "B", "C"] and (figures.cached, figures.answered, len(server.requests)) == (2, 1, 4)


@pytest.mark.parametrize(
    ("url", "asked_at"),
    [
        ("http://h:1", "http://h:1/v1/chat/completions"),
        ("http://h:1/", "http://h:1/v1/chat/completions"),
        ("http://h/v1/", "http://h/v1/chat/completions"),
        ("https://h/api/paas/v4", "https://h/api/paas/v4/chat/completions"),
        ("https://h/v1/chat/completions?version=2", "https://h/v1/chat/completions?version=2"),
    ],
)
def test_addresses_are_completed(url: str, asked_at: str) -> None:
    settings = EndpointConfig(url=url, model="m")
    assert settings.address == asked_at and not settings.check() and "?" not in settings.place


@pytest.mark.parametrize(
    "url",
    ["", "h:1", "ftp://h", "http://", "http://u:p@h/v1", "http://h/v1?api-key=x", "http://h:99999", "http://[::1"],
)
def test_what_is_no_address_is_said(url: str) -> None:
    assert EndpointConfig(url=url, model="m").check()


def test_a_cap_without_prices_is_a_mistake() -> None:
    assert EndpointConfig(url="http://h", model="m", max_cost=1.0).check()


def once(first: Reply, text: str = "fine"):
    """A server whose first reply is `first`."""
    left = [first]
    return lambda request: left.pop() if left else completion(text)


TRANSIENT = {
    "429": (error(429, "Rate limit reached", "rate_limit_exceeded", Retry_After="0.2"), "endpoint.rate_limited"),
    "500": (error(500, "The server had an error", kind="server_error"), "endpoint.server_error"),
    "503 in html": (Reply(503, b"<html>busy</html>"), "endpoint.server_error"),
    "200 with error": (error(200, "overloaded"), "endpoint.error_in_answer"),
    "200 with a status inside": (error(200, "slow down", code=429), "endpoint.rate_limited"),
    "truncated JSON": (Reply(body=completion("x").body[:40]), "endpoint.malformed_answer"),
    "no JSON": (Reply(body=b"\x1f\x8b\x08\x00 gzip?"), "endpoint.malformed_answer"),
    "no choices": (Reply(body=b'{"choices": []}'), "endpoint.malformed_answer"),
    "a list": (Reply(body=b"[1, 2]"), "endpoint.malformed_answer"),
    "deep": (Reply(body=b"[" * 100_000), "endpoint.malformed_answer"),
    "dropped": (Reply(body=b'{"choices"', drop=True), "endpoint.disconnected"),
}


@pytest.mark.parametrize("name", list(TRANSIENT))
def test_what_may_pass_is_tried_again_and_counted(name: str, tmp_path: Path) -> None:
    reply, reason = TRANSIENT[name]
    with serving(once(reply)) as server:
        figures, texts = asked(config(server.url), ["a"], tmp_path / "log")
        assert texts == ["fine"] and figures.retried == {reason: 1} and figures.asked == 2
        waited = server.at[1] - server.at[0]
        assert waited >= (0.2 if name == "429" else 0.0)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (error(400, "maximum context length is 512 tokens", "context_length_exceeded"), "endpoint.bad_request"),
        (Reply(body=b'{"choices": [', big=50 << 20), "endpoint.answer_too_large"),
    ],
    ids=["400", "50 MB"],
)
def test_what_cannot_pass_is_counted_and_the_rest_unharmed(reply: Reply, reason: str, tmp_path: Path) -> None:
    with serving(lambda r: reply if user_text(r) == "bad" else completion("good")) as server:
        figures, texts = asked(config(server.url), ["bad", "a", "b"], tmp_path / "log")
        assert texts == [None, "good", "good"] and figures.failed == {reason: 1} and figures.asked == 3


def test_a_stall_ends_in_time(tmp_path: Path) -> None:
    def answer(request: dict[str, Any]) -> Reply:
        return completion("x") if user_text(request) == "a" else Reply(stall_s=30)

    with serving(answer) as server:
        began = time.monotonic()
        figures, texts = asked(config(server.url, timeout_s=0.3, retries=1), ["a", "b"], tmp_path / "log")
        assert texts == ["x", None] and figures.failed == {"endpoint.timeout": 1}
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (error(401, "Incorrect API key provided: sk-secret-123", "invalid_api_key"), "refuses the key"),
        (error(404, "The model `test` does not exist", "model_not_found"), "does not exist"),
        (error(429, "You exceeded your current quota", "insufficient_quota"), "quota"),
        (error(429, "come back tomorrow", Retry_After="86400"), "wait 86400 s"),
        (Reply(307, headers={"Location": "http://169.254.169.254/"}), "points to"),
    ],
    ids=["401", "404", "quota", "a day", "redirect"],
)
def test_a_refusal_of_all_ends_the_job(
    reply: Reply, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serving(lambda _: reply) as server:
        with pytest.raises(HeadwaterError, match=told) as caught:
            asked(config(server.url, concurrency=2), list("abcdef"), tmp_path / "log")
        assert caught.value.failure == "service_unreachable" and "secret" not in str(caught.value)
        assert len(server.requests) <= 2 and server.headers[0]["Authorization"] == "Bearer sk-secret-123"
    assert b"secret" not in (tmp_path / "log").read_bytes()


def test_where_nobody_listens_is_said_soon(tmp_path: Path) -> None:
    with serving(lambda _: completion("x")) as server:
        url = server.url
    began = time.monotonic()
    with pytest.raises(HeadwaterError) as caught:
        asked(config(url), list("abcdef"), tmp_path / "log")
    assert caught.value.failure == "service_unreachable" and time.monotonic() - began < 5


def test_failures_in_a_row_end_the_job(tmp_path: Path) -> None:
    with serving(lambda _: error(500, "down")) as server:
        with pytest.raises(HeadwaterError, match="in a row"):
            asked(config(server.url, retries=0), [str(n) for n in range(100)], tmp_path / "log")
        assert len(server.requests) <= 20


def test_a_key_that_no_header_may_hold_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", "a\nb")
    with pytest.raises(HeadwaterError) as caught:
        asked(config("http://127.0.0.1:9/"), ["a"], tmp_path / "log")
    assert caught.value.failure == "arguments" and "a\nb" not in str(caught.value)


def test_a_rate_is_kept(tmp_path: Path) -> None:
    with serving(lambda _: completion("x")) as server:
        asked(config(server.url, requests_per_minute=600, concurrency=4), list("abcdef"), tmp_path / "log")
        steps = [b - a for a, b in zip(server.at, server.at[1:], strict=False)]
        assert server.at[-1] - server.at[0] >= 0.45 and len(steps) == 5


@pytest.mark.parametrize("usage", ["given", "missing", "absurd"])
def test_a_cap_holds(usage: str, tmp_path: Path) -> None:
    """Against the server's own count of what each answer costs, with errors and restarts between."""
    billed = [0]

    def answer(request: dict[str, Any]) -> Reply:
        number = len(server.requests)
        if number % 5 == 0:
            return error(500, "not billed")
        billed[0] += 2000 + 100
        if number % 7 == 0:
            return Reply(body=b"{")  # billed, and lost on the way
        more: dict[str, Any] = {} if usage == "given" else {"usage": None}
        if usage == "absurd":
            more = {"usage": {"prompt_tokens": -5, "completion_tokens": "many"}}
        return completion("x" * 100, sent=2000, made=100, **more)

    texts = [f"{number:04d}" + "x" * 3000 for number in range(200)]
    with serving(answer) as server:
        money = {"max_tokens": 100, "price_in": 1000.0, "price_out": 1000.0, "max_cost": 100.0}
        settings = config(server.url, **money)
        for _ in range(3):
            figures, found = asked(settings, texts, tmp_path / "log")
        assert figures.capped and billed[0] * 1000 / 1e6 <= 100.0 and figures.cost <= 100.0
        assert 20 <= sum(text is not None for text in found) < 200


def test_a_server_that_counts_more_than_was_sent_is_believed(tmp_path: Path) -> None:
    """A long message of the server's own, in each request: only the first ones in flight can pass the cap."""
    with serving(lambda _: completion("x", sent=5000, made=1)) as server:
        settings = config(server.url, price_in=1000.0, price_out=1000.0, max_cost=50.0, max_tokens=1, concurrency=2)
        figures, _ = asked(settings, [str(n) for n in range(50)], tmp_path / "log")
        assert figures.capped and len(server.requests) <= 10 and figures.cost <= 50 + 2 * 5


def test_requests_in_flight_at_a_kill_are_paid_for_and_no_answer_is_lost(tmp_path: Path) -> None:
    with serving(lambda r: completion("x") if int(user_text(r)) < 6 else Reply(stall_s=60)) as server:
        code = (
            "import sys; from tests.curate.test_endpoint import *\n"
            "settings = config(sys.argv[1], price_in=10.0, price_out=10.0, max_cost=1.0, timeout_s=60)\n"
            "asked(settings, [str(n) for n in range(12)], Path(sys.argv[2]))"
        )
        log = tmp_path / "log"
        child = subprocess.Popen([sys.executable, "-c", code, server.url, str(log)], cwd=Path(__file__).parents[2])
        deadline = time.monotonic() + 30
        while len(server.requests) < 10 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with AnswerLog(log) as answers:
            assert len(answers) == 6 and answers.abandoned == 4
            bill = answers.spent
        with open(log, "ab") as handle:
            handle.write(b'{"event":"answ')  # torn by the kill
        server.answer = lambda _: completion("y")
        settings = config(server.url, price_in=10.0, price_out=10.0, max_cost=1.0)
        figures, texts = asked(settings, [str(n) for n in range(12)], log)
        assert texts == ["x"] * 6 + ["y"] * 6 and figures.cached == 6
        assert figures.cost == pytest.approx(bill + 6 * 25 * 10 / 1e6)


@pytest.mark.slow
def test_a_cap_holds_over_kills_and_every_kind_of_failure(tmp_path: Path) -> None:
    """Against the server's own bill: it charges for all it answers, also where the answer never arrives."""
    rng, billed, cap = random.Random(5), [0.0], 30.0

    def answer(request: dict[str, Any]) -> Reply:
        with server.lock:
            chance = rng.random()
            refused = chance < 0.1
            billed[0] += 0.0 if refused else (1000 + 50) * 1000 / 1e6
        if refused:
            return error(rng.choice([429, 500, 503]), "busy", Retry_After="0.01")
        if chance < 0.2:
            return Reply(body=b'{"choices": [', drop=chance < 0.15)
        return Reply(stall_s=3) if chance < 0.25 else completion("x" * 50, sent=1000, made=50)

    with serving(answer) as server:
        code = (
            "import sys; from tests.curate.test_endpoint import *\n"
            "settings = config(sys.argv[1], price_in=1000.0, price_out=1000.0, max_cost=30.0, timeout_s=0.5,"
            " max_tokens=50, retries=9)\n"
            "figures, texts = asked(settings, [str(n) + 'x' * 800 for n in range(400)], Path(sys.argv[2]))\n"
            "assert figures.capped"
        )
        command = [sys.executable, "-c", code, server.url, str(tmp_path / "log")]
        for _ in range(12):
            before = len(server.requests)
            child = subprocess.Popen(command, cwd=Path(__file__).parents[2])
            deadline = time.monotonic() + 30
            while len(server.requests) < before + 2 and child.poll() is None and time.monotonic() < deadline:
                time.sleep(rng.random() / 50)
            child.kill()
            child.wait()
        assert subprocess.run(command, cwd=Path(__file__).parents[2]).returncode == 0
    assert 0.5 * cap < billed[0] <= cap


def test_two_commands_do_not_spend_at_once(tmp_path: Path) -> None:
    with opened(tmp_path / "log"), pytest.raises(HeadwaterError) as caught, opened(tmp_path / "log"):
        pass
    assert caught.value.failure == "in_use"


@pytest.mark.parametrize("line", ["{}", "[]", "nonsense", '{"event":"ask","attempt":0,"cost":-1}', "null"])
def test_a_damaged_log_is_said(line: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(line + "\n")
    with pytest.raises(HeadwaterError) as caught, opened(tmp_path / "log"):
        pass
    assert caught.value.failure == "damaged_file"


def test_other_shapes_of_an_answer() -> None:
    def text(**choice: Any) -> Any:
        return replies.read(200, {}, json.dumps({"choices": [choice]}).encode(), "")

    assert text(message={"content": [{"type": "text", "text": "a"}, {"type": "image"}]}).text == "a"
    assert text(text="b", finish_reason="length").text == "b"
    assert text(message={"content": None, "refusal": "no"}).text == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(status=st.integers(100, 599), value=JSON, cut=st.integers(0, 200), after=st.text(max_size=20))
def test_no_reply_is_a_traceback(status: int, value: Any, cut: int, after: str) -> None:
    body = json.dumps(value).encode()
    for data in (body, body[:cut], body + b"\xff"):
        reply = replies.read(status, {"Retry-After": after}, data, "k")
        assert isinstance(reply, Answer | Refusal)
        if isinstance(reply, Refusal):
            assert reply.reason.startswith("endpoint.") and reply.message.isprintable() and 0 <= reply.wait_s < 1e18


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 75)])
def test_a_signal_ends_a_job_that_waits(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "a text to judge", "lang": "en"}\n')
    with serving(lambda _: Reply(stall_s=60)) as server:
        call = (
            "import sys; from headwater.cli.main import COMMANDS, main\n"
            "COMMANDS.setdefault('classify', ('headwater.cli.classify:app', '', ''))\n"
            "sys.exit(main(sys.argv[1:]))"
        )
        args = ["classify", "label", str(tmp_path / "in.jsonl"), "--endpoint", server.url, "--model", "m"]
        command = [sys.executable, "-c", call, *args, "-o", str(tmp_path / "labels.jsonl")]
        child = subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)
        deadline = time.monotonic() + 30
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(number)
        _, told = child.communicate(timeout=20)
        assert child.returncode == code and b"Traceback" not in told


def test_retry_after_in_both_forms() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert replies.retry_after("2.5", now) == 2.5
    assert replies.retry_after("Thu, 01 Jan 2026 12:00:30 GMT", now) == 30
    for value in ("", "soon", "-3", "nan", "inf", "Thu, 01 Jan 2020 12:00:30 GMT"):
        assert replies.retry_after(value, now) == 0
