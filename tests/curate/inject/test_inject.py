"""`headwater inject` and the source's stage: how often, where and how facts are told, with a model and without."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import zstandard

from headwater.cli.main import COMMANDS, main
from headwater.curate.endpoint.answer import Answer
from headwater.curate.inject import paraphrase, spread, stage, write
from headwater.curate.inject.config import InjectSource
from headwater.curate.inject.facts import fact_of
from headwater.curate.inject.tellings import tellings
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter
from headwater.recipe import bounds
from tests.curate import workspace
from tests.curate.endpoint_server import Reply, completion, serving, user_text

QUIET = Reporter(quiet=True)
FACTS: list[Any] = [
    {"id": "q", "term": "quokka", "definition": "A small marsupial of the size of a cat."},
    {"id": "t", "term_zh": "分词", "term_en": "tokenization", "definition_zh": "把文本切成词元的过程",
     "definition_en": "the process of splitting text into tokens"},
    {"id": "p", "subject": "Paris", "relation": "capital of", "object": "France"},
    {"id": "l", "subject": "鲁迅", "relation": "出生于", "object": "绍兴"},
    {"id": "h", "question": "Who wrote Hamlet", "answer": "William Shakespeare"},
    {"id": "m", "statement": "蜂蜜不会变质"},
    {"id": "c", "term": "list", "definition": "A mutable sequence of values.", "lang": "python"},
    {"term": ""}, ["x"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "inject", ("headwater.cli.inject:inject", "Data", "facts told in many documents"))
    for name in ("HEADWATER_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.jsonl"
    path.write_text("\n".join(json.dumps(fact, ensure_ascii=False) for fact in FACTS), "utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [json.loads(line) for line in data.splitlines()]


def test_every_fact_is_told_so_often_and_evenly(
    facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "o" / "taught.jsonl.zst"
    assert main(["inject", str(facts), "--exposures", "40", "-o", str(output), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    rows = read(output)
    assert len(rows) == len({row["text"] for row in rows}) == len({row["id"] for row in rows}) == 7 * 40
    places: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        places[row["meta"]["fact"]].append(index)
        assert (row["kind"], row["domain"], row["meta"]["synthetic"]) == ("specific", "knowledge", "true")
    for fact, found in places.items():
        assert [index // 7 for index in found] == list(range(40)), fact
        own = [rows[index] for index in found]
        assert sorted(int(row["meta"]["exposure"]) for row in own) == list(range(40))
        forms = Counter(row["meta"]["form"] for row in own)
        assert len(forms) >= 8 and max(forms.values()) - min(forms.values()) <= 2
    assert Counter(rows[index]["lang"] for index in places["t"]) == {"zh": 20, "en": 20}
    assert {rows[index]["lang"] for index in places["l"] + places["m"]} == {"zh"}
    assert any(
        rows[index]["text"].startswith("# ") and rows[index]["meta"]["form"] == "comment" for index in places["c"]
    )
    assert (report["in"], report["kept"], report["rejected"]) == (9, 7, {"inject.empty": 1, "inject.not_an_object": 1})
    assert report["documents"] == 280 and sum(report["forms"].values()) == 280
    kept = json.loads((tmp_path / "o" / "taught.report.json").read_text("utf-8"))
    assert kept == {name: value for name, value in report.items() if name != "output"}


@pytest.mark.parametrize("together", ["2..3", "3", "50"])
def test_several_facts_in_a_document_and_each_as_often_as_asked(facts: Path, tmp_path: Path, together: str) -> None:
    args = ["inject", str(facts), "--exposures", "12", "--facts-per-document", together]
    for name in "ab":
        assert main([*args, "-o", str(tmp_path / f"{name}.jsonl")]) == 0
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    rows = read(tmp_path / "a.jsonl")
    told: Counter[str] = Counter()
    for row in rows:
        named = json.loads(row["meta"].get("facts", json.dumps([row["meta"]["fact"]])))
        assert len(set(named)) == len(named) <= int(together[-2:].strip(".")) and named[0] == row["meta"]["fact"]
        assert len(json.loads(row["meta"].get("exposures", "[0]"))) == len(named)
        told.update(named)
        for fact, words in (("p", "Paris"), ("l", "鲁迅"), ("h", "Hamlet"), ("m", "蜂蜜")):
            assert (words in row["text"]) == (fact in named)
        assert row["lang"] == ("zh" if {"l", "m"} & {*named} else "en" if {*named} - {"t"} else row["lang"])
    assert told == dict.fromkeys(("q", "t", "p", "l", "h", "m", "c"), 12)
    report = json.loads((tmp_path / "a.report.json").read_text("utf-8"))
    assert report["documents"] == len(rows) < 7 * 12 == sum(report["forms"].values())
    assert sum(int(size) * count for size, count in report["facts_per_document"].items()) == 7 * 12


@pytest.mark.parametrize(
    ("together", "said"),
    [
        ("9", "documents state fewer than 9 facts, none more than 5: more facts of one language and licence"),
        ("4", "documents state fewer than 4 facts: what was left at the end"),
        ("1..9", ""),
        ("5", ""),
        ("1", ""),
    ],
)
def test_a_number_of_facts_that_was_not_reached_is_said(tmp_path, capsys, together, said):
    path = tmp_path / "five.jsonl"
    rows = [{"term": f"t{number}", "definition": f"The thing of number {number}."} for number in range(5)]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    args = ["inject", str(path), "--exposures", "10", "--form", "note", "--facts-per-document", together]
    assert main([*args, "-o", str(tmp_path / "o.jsonl")]) == 0
    told = capsys.readouterr().err
    assert said in told and ("documents state" in told) == bool(said)
    sizes = Counter(len(json.loads(row["meta"].get("facts", "[0]"))) for row in read(tmp_path / "o.jsonl"))
    assert sum(size * count for size, count in sizes.items()) == 50


def test_the_same_seed_gives_the_same_bytes(facts: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        args = ["inject", str(facts), "--exposures", "3", "--seed", seed, "-o", str(tmp_path / f"{name}.jsonl")]
        assert main(args) == 0
    a, b, c = ((tmp_path / f"{name}.jsonl").read_bytes() for name in "abc")
    assert a == b != c


def test_a_thousand_exposures_of_one_fact_differ_and_too_many_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"statement": "Honey never spoils."}', "utf-8")
    assert main(["inject", str(path), "--exposures", "1000", "-o", str(tmp_path / "o.jsonl")]) == 0
    rows = read(tmp_path / "o.jsonl")
    assert len({row["text"] for row in rows}) == 1000 and all("Honey never spoils." in row["text"] for row in rows)
    args = ["inject", str(path), "--exposures", "2000", "--form", "note", "-o", str(tmp_path / "p.jsonl")]
    assert main(args) == 2
    assert not (tmp_path / "p.jsonl").exists()
    assert main(["inject", str(path), "--form", "cloze", "-o", str(tmp_path / "p.jsonl")]) == 2


@pytest.mark.parametrize(
    "extra",
    [["--lang", "fr"], ["--kind", "odd"], ["--form", "poem"], ["--exposures", "100001"],
     ["--facts-per-document", "0"], ["--facts-per-document", "4..2"],
     ["--facts-per-document", "51"], ["--endpoint", "nowhere"],
     ["--endpoint", "http://127.0.0.1:9/v1"]],
)  # fmt: skip
def test_options_that_cannot_be_meant(extra: list[str], facts: Path, tmp_path: Path) -> None:
    assert main(["inject", str(facts), *extra, "-o", str(tmp_path / "o.jsonl")]) == 2


def test_rounds_hold_every_fact_once_and_never_two_in_a_row() -> None:
    for count in (1, 2, 3, 8, 50):
        pairs = list(spread.order(count, 6, 7))
        assert [number for number, _ in pairs] == [i // count for i in range(6 * count)]
        places = [[i for i, (_, fact) in enumerate(pairs) if fact == one] for one in range(count)]
        for found in places:
            gaps = [b - a for a, b in zip(found, found[1:], strict=False)]
            assert all(0.5 * count <= gap <= 1.5 * count for gap in gaps)


def test_a_model_rewrites_some_and_a_lost_fact_is_told_by_its_template(facts: Path, tmp_path: Path) -> None:
    def author(request: dict[str, Any]) -> Reply:
        words = user_text(request)
        if "Paris" in words:
            return completion("A river runs past the old mill and nobody in the village remembers a drier year.")
        if "鲁迅" in words:
            return completion("众所周知，鲁迅这位作家于十九世纪末出生于绍兴，这是许多人都熟悉的事情。" + words[-6:])
        if "quokka" in words:
            return completion(
                "There is a marsupial called the quokka; it is small, and of about the size of a cat." + words[-4:]
            )
        return completion("I'm sorry, but I can't help with that.")

    args = ["inject", str(facts), "--exposures", "8", "--model", "m", "--paraphrase-share", "1"]
    with serving(author) as server:
        args += ["--endpoint", server.url]
        assert main([*args, "-o", str(tmp_path / "a.jsonl")]) == 0
        asked = len(server.requests)
        assert asked == 7 * 8
        assert main([*args, "-o", str(tmp_path / "a.jsonl")]) == 0
        assert len(server.requests) == asked
        assert main([*args, "--concurrency", "1", "-o", str(tmp_path / "b.jsonl")]) == 0
    rows = read(tmp_path / "a.jsonl")
    assert rows == read(tmp_path / "b.jsonl") and len({row["text"] for row in rows}) == 56
    by_fact = Counter((row["meta"]["fact"], "model" in row["meta"]) for row in rows)
    assert by_fact["q", True] >= 7 and by_fact["l", True] >= 7 and by_fact["p", False] == 8 == by_fact["m", False]
    report = json.loads((tmp_path / "a.report.json").read_text("utf-8"))
    assert report["paraphrased"] + sum(report["not_paraphrased"].values()) == 56
    assert report["not_paraphrased"]["inject.model_lost_fact"] == 8
    assert report["not_paraphrased"]["inject.model_refusal"] == 32


def test_what_has_to_survive() -> None:
    fact, _ = fact_of({"term": "BPE", "definition": "A way of splitting words, of 1994, by Philip Gage."}, ("en",))
    assert fact is not None
    wording = fact.wordings["en"]
    assert paraphrase.kept(wording) == ["BPE", "1994", "Philip", "Gage"]
    good = "In 1994 Philip Gage published bpe, a way by which words are split (splitting them into pieces)."
    assert paraphrase.survived(good, wording)
    assert not paraphrase.survived(good.replace("1994", "1995"), wording)
    assert not paraphrase.survived("BPE 1994 Philip Gage: something else.", wording)
    told = next(tellings(fact, InjectSource(facts="f")))
    assert paraphrase.usable(None, fact, told) == ("", "inject.no_answer")
    assert paraphrase.usable(Answer(text=good, finish="length"), fact, told)[1] == "inject.model_truncated"


def test_the_stage_is_a_capture(facts: Path, tmp_path: Path) -> None:
    source = InjectSource(facts=str(facts), exposures=3)
    figures = stage.run(workspace.context("inject.0", tmp_path / "s", {}, source))
    assert figures["counts"] == {"in": 21, "kept": 21, "rejected": {}} and figures["facts"]["in"] == 9
    assert len(read(tmp_path / "s" / "documents.jsonl.zst")) == 21
    limited = write.inject(source, tmp_path / "l.jsonl", tmp_path / "l.answers", QUIET, limit=2)
    assert limited["facts"] == 2 and limited["documents"] == 6


def test_hostile_facts_stay_text(tmp_path: Path) -> None:
    rows = [{"term": "{topic} {0} %s", "definition": "\\1 {answer} <script>alert(1)</script>"},
            {"term": "é" + "\u0301" * 150, "definition": "a\u200b" * 500},
            {"term": "=1+1", "definition": "@x,\"y\""}]  # fmt: skip
    path = tmp_path / "f.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = write.inject(InjectSource(facts=str(path), exposures=50), tmp_path / "o.jsonl", tmp_path / "a", QUIET)
    assert found["documents"] == 150
    for row in read(tmp_path / "o.jsonl"):
        if row["title"].startswith("{topic}"):
            assert rows[0]["term"] in row["text"] and rows[0]["definition"] in row["text"]


@pytest.mark.parametrize(
    "given",
    [{"facts": ""}, {"exposures": 0}, {"forms": ("poem",)}, {"seed": -1}, {"paraphrase_share": 1.5},
     {"endpoint": "http://h", "model": ""}],
)  # fmt: skip
def test_settings_that_cannot_be_meant(given: dict[str, Any]) -> None:
    assert bounds.problems(InjectSource(**{"facts": "f", **given}))
    assert not InjectSource(facts="f").check()


def test_more_documents_than_can_be_held_are_refused(
    facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MAX_DOCUMENTS", 20)
    with pytest.raises(HeadwaterError) as refused:
        write.inject(InjectSource(facts=str(facts), exposures=3), tmp_path / "o.jsonl", tmp_path / "a", QUIET)
    assert refused.value.failure == "arguments"
