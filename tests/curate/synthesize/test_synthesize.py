"""`headwater synthesize` and the source's stage, against a real server that stands for a model."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import zstandard

from headwater.cli.main import COMMANDS, main
from headwater.curate.endpoint.answer import Answer
from headwater.curate.synthesize import judge, prompts, stage
from headwater.curate.synthesize.config import SynthesizeSource
from headwater.errors import HeadwaterError
from tests import corpora
from tests.curate import workspace
from tests.curate.endpoint_server import Reply, completion, error, serving, user_text


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    place = ("headwater.cli.synthesize:synthesize", "Data", "textbook passages written by a model")
    monkeypatch.setitem(COMMANDS, "synthesize", place)
    for name in ("HEADWATER_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def author(request: dict[str, Any]) -> Reply:
    """A text that depends on the request alone, in its language."""
    rng = random.Random(user_text(request))
    return completion(corpora.chinese(rng) if "请写" in user_text(request) else corpora.english(rng))


def read(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_documents_say_that_they_are_synthetic(lang: str, tmp_path: Path) -> None:
    (tmp_path / "topics.txt").write_text("fractions\n\n 光合作用 \nfractions\n", "utf-8")
    with serving(author) as server:
        args = ["synthesize", "--topics", str(tmp_path / "topics.txt"), "--endpoint", server.url, "--model", "m"]
        args += ["--count", "10", "--lang", lang, "--domain", "science", "--license", "CC0-1.0"]
        assert main([*args, "-o", str(tmp_path / "a")]) == 0
        assert len(server.requests) == 10
        assert main([*args, "-o", str(tmp_path / "a")]) == 0
        assert len(server.requests) == 10
        assert main([*args, "--concurrency", "1", "-o", str(tmp_path / "b.jsonl")]) == 0
    rows = read(tmp_path / "a" / "documents.jsonl.zst")
    assert rows == read(tmp_path / "b.jsonl") and len({row["id"] for row in rows}) == 10
    first = rows[0]
    assert first["source"] == "synthetic:m" and first["kind"] == "specific" and first["lang"] == lang
    assert (first["domain"], first["license"], first["title"]) == ("science", "CC0-1.0", "fractions")
    assert first["meta"]["synthetic"] == "true" and first["meta"]["model"] == "m"
    assert [row["meta"]["topic"] for row in rows[:4]] == ["fractions", "光合作用"] * 2
    assert len({row["meta"]["prompt_digest"] for row in rows}) == 10
    report = json.loads((tmp_path / "a" / "report.json").read_text())
    assert (report["in"], report["kept"], report["rejected"]) == (10, 10, {})
    assert (tmp_path / "b.report.json").exists() and (tmp_path / "b.answers.jsonl").exists()


def test_what_is_no_document_is_counted_and_made_up_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fixed = corpora.english(random.Random(1))

    def answer(request: dict[str, Any]) -> Reply:
        odd = {
            1: completion("I'm sorry, but I can't help with that. " + fixed),
            2: completion(fixed, finish="length"),
            3: completion("Too short."),
            4: completion("again and again and " * 100),
            5: completion(corpora.chinese(random.Random(2))),
            6: completion(fixed),
            7: completion("  " + fixed + "\n"),
            8: completion(None),
            9: error(400, "no"),
        }
        return odd.get(len(server.requests)) or author(request)

    with serving(answer) as server:
        args = ["synthesize", "--topic", "rivers", "--endpoint", server.url, "--model", "m", "--count", "12"]
        assert main([*args, "--concurrency", "1", "-o", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    names = ("refusal", "truncated", "too_short", "repetitive", "wrong_language", "duplicate", "empty")
    assert found["rejected"] == {"endpoint.bad_request": 1} | {f"synthesize.{name}": 1 for name in names}
    assert found["kept"] == 12 == len(read(tmp_path / "documents.jsonl.zst")) and found["in"] == 20


def test_a_model_that_only_refuses_is_said_after_a_bounded_number_of_requests(tmp_path: Path) -> None:
    with serving(lambda _: completion("抱歉，我无法完成这个请求。" * 30)) as server:
        args = ["synthesize", "--topic", "x", "--endpoint", server.url, "--model", "m", "--count", "5"]
        assert main([*args, "-o", str(tmp_path / "o")]) == 3
        assert len(server.requests) == 10


def test_a_cap_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(author) as server:
        args = ["synthesize", "--topic", "x", "--endpoint", server.url, "--model", "m", "--count", "50"]
        args += ["--price-in", "1", "--price-out", "1000", "--max-tokens", "100", "--max-cost", "0.3"]
        assert main([*args, "-o", str(tmp_path / "o"), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["asking"]["capped"] and found["asking"]["cost"] <= 0.3 and 0 < found["kept"] < 50


def test_the_stage_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    def failing(request: dict[str, Any]) -> Reply:
        return error(401, "no key") if len(server.requests) > 4 else author(request)

    with serving(failing) as server:
        source = SynthesizeSource(topics=("a", "b"), endpoint=server.url, model="m", count=8, concurrency=1)
        assert not source.check()
        context = workspace.context("synthesize.0", tmp_path, {}, source)
        with pytest.raises(HeadwaterError):
            stage.run(context)
        server.answer = author
        figures = stage.run(context)
        assert len(server.requests) == 5 + 4
    assert figures["counts"] == {"in": 8, "kept": 8, "rejected": {}}
    assert len(read(tmp_path / "documents.jsonl.zst")) == 8


def test_no_request_is_made_twice_and_all_forms_take_turns() -> None:
    topics = ("a", "b")
    made = [prompts.assignment(number, topics, (), (), "en", 7) for number in range(300)]
    assert len({one.words for one in made}) == 300
    pairs = len(prompts.AUDIENCES) * len(prompts.STYLES)
    assert len({(one.audience, one.style) for one in made[: 2 * pairs : 2]}) == pairs
    assert made == [prompts.assignment(number, topics, (), (), "en", 7) for number in range(300)]
    assert "{" not in prompts.assignment(0, ("x{y}",), (), (), "zh", 7).words.replace("x{y}", "")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"topics": ("",)},
        {"topics": ("x" * 501,)},
        {"topics": ("a\udcff",)},
        {"topics": ("a",), "audiences": ("nobody",)},
        {"topics": ("a",), "styles": ("song",)},
        {"topics": ("a",), "count": 0},
        {"topics": ("a",), "endpoint": "nowhere"},
        {"topics": ("a",), "model": ""},
        {"topics": ("a",), "max_cost": 1.0},
    ],
)
def test_settings_that_cannot_be_meant(given: dict[str, Any]) -> None:
    assert SynthesizeSource(**{"endpoint": "http://h", "model": "m", **given}).check()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("none.txt", None, 2), ("empty.txt", "\n \n", 3), ("long.txt", "x" * 600, 3), ("bad.jsonl", "{}\n[]\n{", 3)],
)
def test_topics_that_cannot_be_read(name: str, content: str | None, code: int, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    args = ["synthesize", "--topics", str(tmp_path / name), "--endpoint", "http://127.0.0.1:9", "--model", "m"]
    assert main([*args, "-o", str(tmp_path / "o")]) == code


def test_ordinary_words_are_no_refusal() -> None:
    for text, lang in (
        ("The judge said: I'm sorry for your loss. " + corpora.english(random.Random(3)), "en"),
        ("As an airport grows, its runways must follow. " + corpora.english(random.Random(3)), "en"),
        ("我无法忘记那条河。" + corpora.chinese(random.Random(3)), "zh"),
    ):
        assert judge.judge(Answer(text=text, finish="stop"), lang, 10)[1] == ""
