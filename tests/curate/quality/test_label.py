"""`headwater classify label`: documents labelled by a model that a real server stands for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.main import COMMANDS, main
from headwater.curate.quality import label
from tests.curate.endpoint_server import Reply, completion, error, serving, user_text
from tests.curate.quality import lessons

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "classify", ("headwater.cli.classify:app", "Data", "tell good documents from others"))
    for name in ("HEADWATER_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def judged(request: dict[str, Any]) -> Reply:
    """A judge who likes lessons, in both languages."""
    asked = user_text(request)
    material = asked.split("-----")[1]
    good = any(word in material for words in lessons.GOOD.values() for word in words)
    return completion(("分数：" if "请判断" in asked else "Score: ") + ("4" if good else "1"))


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    return [lessons.write(tmp_path / f"{good}.jsonl", good, count=10) for good in (True, False)]


def test_labels_are_asked_cached_and_train_a_classifier(inputs: list[str], tmp_path: Path) -> None:
    output = tmp_path / "labels.jsonl"
    with serving(judged) as server:
        args = ["classify", "label", *inputs, "--endpoint", server.url, "--model", "m", "--sample", "30"]
        assert main([*args, "-o", str(output)]) == 0
        rows = read(output)
        assert len(rows) == len(server.requests) == 30
        assert Counter(row["lang"] for row in rows) == {"en": 10, "zh": 10, "code": 10}
        assert all(row["label"] == (4 if "True" in row["id"] else 1) for row in rows)
        assert all(row["score"] == row["label"] / 5 for row in rows)
        asked = Counter("请判断" in user_text(request) for request in server.requests)
        assert asked == {True: 10, False: 20}
        before = output.read_bytes()
        assert main([*args, "-o", str(output), "--concurrency", "1"]) == 0
        assert output.read_bytes() == before and len(server.requests) == 30
        assert main([*args[:-1], "0", "-o", str(output)]) == 0
        assert len(read(output)) == len(server.requests) == 60
    documents = [piece for path in inputs for piece in ("--documents", path)]
    assert main(["classify", "train", "--labels", str(output), *documents, "-o", str(tmp_path / "model")]) == 0


def test_malformed_answers_are_counted(inputs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(request: dict[str, Any]) -> Reply:
        number = len(server.requests)
        odd = [completion("I like it"), completion(None), completion("Score: 99"), error(400, "too long")]
        return odd[number % 6] if number % 6 < 4 else judged(request)

    with serving(answer) as server:
        args = ["classify", "label", *inputs, "--endpoint", server.url, "--model", "m", "--sample", "0"]
        assert main([*args, "--concurrency", "1", "-o", str(tmp_path / "labels.jsonl"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["unlabelled"] == {"label.unparsable": 30, "endpoint.bad_request": 10} and found["labelled"] == 20
    assert found["documents"] == found["labelled"] + sum(found["unlabelled"].values())


def test_no_label_at_all_is_said(inputs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda _: completion("As I see it, this is nice.")) as server:
        args = ["classify", "label", *inputs, "--endpoint", server.url, "--model", "m", "--sample", "3"]
        assert main([*args, "-o", str(tmp_path / "labels.jsonl")]) == 3
    assert "label.unparsable 3" in capsys.readouterr().err


def test_a_cap_ends_the_asking_and_a_higher_one_goes_on(inputs: list[str], tmp_path: Path) -> None:
    output = tmp_path / "labels.jsonl"
    with serving(judged) as server:
        args = ["classify", "label", *inputs, "--endpoint", server.url, "--model", "m", "--sample", "0", "-o"]
        args += [str(output), "--price-in", "100", "--price-out", "100"]
        assert main([*args, "--max-cost", "0.2"]) == 0
        some = len(read(output))
        assert 0 < some < 60 and len(server.requests) == some
        assert main([*args, "--max-cost", "9"]) == 0
        assert len(read(output)) == len(server.requests) == 60


@pytest.mark.parametrize(
    "args",
    [
        ["--endpoint", "ftp://x"],
        ["--endpoint", "http://name:word@h/v1"],
        ["--max-cost", "1"],
        ["--rubric", "none.txt"],
        ["--token-field", "words"],
        ["--timeout-s", "0"],
    ],
)
def test_mistakes_leave_with_2(args: list[str], inputs: list[str], tmp_path: Path) -> None:
    command = ["classify", "label", *inputs, "--model", "m", "-o", str(tmp_path / "labels.jsonl")]
    command += [] if "--endpoint" in args else ["--endpoint", "http://127.0.0.1:9/v1"]
    assert main([*command, *args]) == 2


@pytest.mark.slow
def test_a_kill_loses_only_what_is_in_flight(inputs: list[str], tmp_path: Path) -> None:
    def slow(request: dict[str, Any]) -> Reply:
        time.sleep(0.03)
        return judged(request)

    output = tmp_path / "labels.jsonl"
    with serving(slow) as server:
        code = (
            "import sys; from headwater.cli.main import COMMANDS, main\n"
            "COMMANDS.setdefault('classify', ('headwater.cli.classify:app', '', ''))\n"
            "sys.exit(main(sys.argv[1:]))"
        )
        args = ["classify", "label", *inputs, "--endpoint", server.url, "--model", "m", "--sample", "0"]
        command = [sys.executable, "-c", code, *args, "-o", str(output)]
        for _ in range(3):
            before = len(server.requests)
            child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 30
            while len(server.requests) < before + 12 and child.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            assert not output.exists()
        assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0
        assert len(server.requests) <= 60 + 3 * 4  # at most those in flight at each kill are asked twice
    assert len(read(output)) == 60


def test_the_draw_is_the_same_in_any_order_of_files(inputs: list[str]) -> None:
    a = label.drawn(inputs, 12, 7, Counter())
    b = label.drawn(inputs[::-1], 12, 7, Counter())
    assert {row["id"] for row in a} == {row["id"] for row in b} and len(a) == 12
    assert {row["id"] for row in a} != {row["id"] for row in label.drawn(inputs, 12, 8, Counter())}


def test_what_a_small_language_lacks_goes_to_the_others() -> None:
    assert label.even(30, {"en": 100, "zh": 100, "fr": 4}) == {"en": 13, "zh": 13, "fr": 4}
    assert label.even(30, {"en": 5, "zh": 5}) == {"en": 5, "zh": 5}
    assert label.even(0, {"en": 5}) == {"en": 5}
