"""The token commands as a person gives them: tokenizer, pack, mix, trace, show."""

from __future__ import annotations

import json
import random

import pytest

from headwater.cli.main import main
from tests import corpora
from tests.monitor.traced import make_run


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Documents of three languages; some without a language, one line damaged."""
    folder, rng = tmp_path_factory.mktemp("corpus"), random.Random(3)
    rows = []
    for place in range(60):
        lang = ("zh", "en", "code")[place % 3]
        row = {"id": f"{place}", "text": corpora.MAKERS[lang](rng), "url": f"https://example.org/{place}"}
        row |= {} if lang != "code" and place % 5 == 0 else {"lang": lang}
        row |= {"kind": "specific", "domain": "Math & more"} if lang == "en" and place % 2 else {"kind": "nonsense"}
        rows.append(json.dumps(row, ensure_ascii=False))
    (folder / "documents.jsonl").write_text("\n".join([*rows, "{broken"]) + "\n", "utf-8")
    return str(folder / "documents.jsonl")


@pytest.fixture(scope="module")
def tokenizer(corpus, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("tok"))
    assert main(["tokenizer", "train", corpus, "--vocab-size", "700", "--reserve", "4", "-o", folder, "--quiet"]) == 0
    return folder


def called(capsys, *arguments: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = main([*arguments, "--json", "--quiet"])
    return code, json.loads(capsys.readouterr().out)


def test_tokenizer_report(capsys, corpus, tokenizer):
    code, value = called(capsys, "tokenizer", "report", tokenizer, corpus)
    assert code == 0 and value["vocab_size"] == 700 and value["rejected"] == {"input.invalid_json": 1}
    assert set(value["channels"]) == {"zh-general", "en-general", "code-general", "en-specific-math_more"}
    for channel in value["channels"].values():
        assert {"tokens", "bytes_per_token", "chars_per_token"} <= set(channel)


def test_pack_then_the_same_again(capsys, corpus, tokenizer, tmp_path):
    code, value = called(capsys, "pack", corpus, "--tokenizer", tokenizer, "-o", str(tmp_path))
    assert code == 0 and sum(c["documents"] for c in value["channels"].values()) == 60
    files = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert {"zh-general.bin", "zh-general.idx", "zh-general.docs.parquet", "pack.json"} <= set(files)
    assert not [name for name in files if name.startswith(".")]
    called(capsys, "pack", corpus, "--tokenizer", tokenizer, "-o", str(tmp_path))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == files


def test_mix_feasible_and_not(capsys, corpus, tokenizer):
    given = ["mix", corpus, "--tokenizer", tokenizer, "--lang", "zh=4,en=4,code=2", "--max-domain-share", ".15"]
    code, value = called(capsys, *given, "--tokens", "5k")
    assert code == 0 and value["feasible"] and value["tokens"] == 5000
    assert value["achieved"]["lang"] == pytest.approx({"zh": 0.4, "en": 0.4, "code": 0.2}, abs=1e-3)
    assert value["achieved"]["domain"]["math_more"] <= 0.15 + 1e-3
    for channel in value["channels"].values():
        assert {"asked", "available_tokens", "tokens", "epochs", "share"} <= set(channel)
    code, value = called(capsys, *given, "--tokens", "20M")
    assert code == 2 and not value["feasible"] and value["conflicts"] and "train.tokens" in value["relaxation"]
    assert main([*given, "--tokens", "20M", "--quiet"]) == 2 and "conflict:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["tokenizer", "train", "IN", "--vocab-size", "many", "-o", "x"],
        ["tokenizer", "train", "IN", "--vocab-size", "100", "-o", "x"],
        ["tokenizer", "train", "IN", "--type", "wordpiece", "-o", "x"],
        ["tokenizer", "train", "IN", "--digits", "four", "-o", "x"],
        ["tokenizer", "train", "IN", "--weights", "zh", "-o", "x"],
        ["tokenizer", "train", "no-such-file.jsonl", "-o", "x"],
        ["tokenizer", "report", "no-such-folder", "IN"],
        ["pack", "IN", "--tokenizer", "no-such-folder", "-o", "x"],
        ["mix", "IN", "--tokenizer", "TOK", "--tokens", "0"],
        ["mix", "IN", "--tokenizer", "TOK", "--tokens", "1k", "--lang", "zh=a"],
        ["mix", "IN", "--tokenizer", "TOK", "--tokens", "1k", "--lang", "zh=1,zh=2"],
        ["mix", "IN", "--tokenizer", "TOK", "--tokens", "1k", "--kind", "web=1"],
        ["mix", "IN", "--tokenizer", "TOK", "--tokens", "1k", "--max-domain-share", "2"],
        ["mix", "IN", "--tokenizer", "TOK", "--tokens", "1k", "--max-epochs", "0"],
        ["trace", "no-such-run", "--step", "1"],
        ["trace", "no-such-run"],
        ["show", "no-such-document"],
    ],
)
def test_mistakes_leave_with_two(capsys, corpus, tokenizer, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    places = {"IN": corpus, "TOK": tokenizer, "x": str(tmp_path / "x")}
    code, value = called(capsys, *(places.get(a, a) for a in arguments))
    assert code == 2 and value["error"] in ("arguments", "unknown_name") and value["message"]


def test_an_empty_corpus_leaves_with_three(capsys, tokenizer, tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n")
    for arguments in (
        ["tokenizer", "train", str(tmp_path / "empty.jsonl"), "-o", str(tmp_path / "t")],
        ["pack", str(tmp_path / "empty.jsonl"), "--tokenizer", tokenizer, "-o", str(tmp_path / "p")],
        ["mix", str(tmp_path / "empty.jsonl"), "--tokenizer", tokenizer, "--tokens", "1k"],
    ):
        assert called(capsys, *arguments)[0] == 3


def test_trace_and_show(capsys, tmp_path, monkeypatch):
    _, documents = make_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, value = called(capsys, "trace", "tiny", "--step", "3")
    assert code == 0 and value["step"] == 3
    first = value["documents"][0]
    assert {"id", "url", "channel", "row", "offset", "tokens"} <= set(first)
    for how, what in (("--doc", first["id"]), ("--url", first["url"])):
        code, back = called(capsys, "trace", "runs/tiny", how, what)
        assert code == 0 and 3 in back["steps"]
    assert main(["trace", "tiny", "--step", "3"]) == 0 and first["url"] in capsys.readouterr().out
    assert main(["trace", "tiny", "--doc", first["id"]]) == 0 and "is read in" in capsys.readouterr().out
    code, story = called(capsys, "show", first["id"])
    assert code == 0 and story["run"] == "tiny" and 3 in story["steps"]
    assert main(["show", documents[3]["id"]]) == 0 and "heldout" in capsys.readouterr().out
