"""`headwater tokenizer` train, report and curve as a person gives them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from headwater.cli.main import main
from tests import corpora


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    return [str(corpora.write_jsonl(folder / f"{lang}.jsonl", lang, 40)) for lang in ("zh", "en", "code")]


@pytest.fixture(scope="module")
def tokenizers(corpus, tmp_path_factory):
    """Folders of two vocabularies of different patterns."""
    folder = tmp_path_factory.mktemp("tok")
    for name in ("headwater", "gpt2"):
        given = ["--vocab-size", "800", "--reserve", "0", "--pretokenizer", name, "-o", str(folder / name)]
        assert main(["tokenizer", "train", *corpus, *given, "--quiet"]) == 0
    return folder


def called(capsys, *arguments: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = main([*arguments, "--json", "--quiet"])
    return code, json.loads(capsys.readouterr().out)


def test_a_report_beside_peers(capsys, corpus, tokenizers):
    peer = tokenizers / "gpt2"
    given = ["tokenizer", "report", str(tokenizers / "headwater"), *corpus]
    code, value = called(capsys, *given, "--peer", str(peer), "--peer", str(peer / "tokenizer.json"))
    assert (
        code == 0 and set(value["peers"]) == {"gpt2", "gpt2-2"} and value["peers"]["gpt2"] == value["peers"]["gpt2-2"]
    )
    for one in (value, value["peers"]["gpt2"]):
        assert one["vocab_size"] == 800 and set(one["channels"]) == {"zh-general", "en-general", "code-general"}
        for channel in one["channels"].values():
            keys = {"tokens", "bytes_per_token", "chars_per_token", "words_per_token", "fertility", "unused"}
            assert keys <= set(channel)
    assert value["total"]["tokens"] != value["peers"]["gpt2"]["total"]["tokens"]
    assert main([*given, "--peer", str(peer), "--quiet"]) == 0
    assert "gpt2 (800 tokens)" in capsys.readouterr().out


def test_targets_and_the_smallest_size_that_meets_them(capsys, corpus, tmp_path):
    given = ["tokenizer", "train", *corpus, "--reserve", "0", "--target-compression", "zh=1.2c,en=2"]
    code, value = called(capsys, *given, "--vocab-size", "auto", "--max-vocab-size", "3k", "-o", str(tmp_path / "a"))
    assert code == 0 and value["vocab_size"] == value["asked_vocab_size"] < 1000 and value["rounds"]
    assert value["targets"]["zh"]["unit"] == "characters a token" and value["targets"]["en"]["asked"] == 2
    assert value["channels"]["zh-general"]["chars_per_token"] >= 1.2 * 0.999
    assert value["channels"]["en-general"]["bytes_per_token"] >= 2 * 0.999
    assert sum(value["weights"].values()) == pytest.approx(1, abs=1e-4)
    assert main([*given, "--vocab-size", "1k", "-o", str(tmp_path / "b"), "--quiet"]) == 0
    assert "characters a token" in capsys.readouterr().out


def test_balance(capsys, corpus, tmp_path):
    code, value = called(
        capsys, "tokenizer", "train", *corpus, "--reserve", "0", "--vocab-size", "500", "--balance", "-o", str(tmp_path)
    )
    assert code == 0 and {"ceiling", "achieved", "unit", "weight"} == set(value["targets"]["zh"])


def test_weights_change_a_vocabulary_that_reads_all_text(capsys, corpus, tmp_path):
    found = []
    for weights in ("zh=1,en=1,code=1", "zh=98,en=1,code=1"):
        given = ["--vocab-size", "500", "--reserve", "0", "--weights", weights, "-o", str(tmp_path / weights)]
        found.append(called(capsys, "tokenizer", "train", *corpus, *given)[1]["channels"])
    assert found[1]["zh-general"]["bytes_per_token"] > found[0]["zh-general"]["bytes_per_token"]


def test_a_curve_with_its_files(capsys, corpus, tmp_path):
    given = ["tokenizer", "curve", *corpus, "--sizes", "400,600,500,9k", "--reserve", "0", "--model", "llama-1m"]
    code, value = called(capsys, *given, "-o", str(tmp_path / "c"))
    filled = value["vocab_size"]  # the corpus has no more merges
    assert code == 0 and [entry["vocab_size"] for entry in value["sizes"]] == [400, 500, 600, filled]
    assert value["sizes"][0]["embedding_parameters"] == 400 * 128  # tied, of width 128
    assert value["sizes"][0]["head_flops_per_token"] == 2 * 400 * 128
    rising = [one["bytes_per_token"] for one in value["sizes"]]
    assert rising == sorted(rising) and 400 <= value["knee"]["least_compute"]["vocab_size"] <= filled < 9_000
    kept = json.loads((tmp_path / "c" / "curve.json").read_text())
    assert kept["channels"] == value["channels"] and set(kept["channels"]["zh-general"]) == {
        "400",
        "500",
        "600",
        str(filled),
    }
    drawn = ElementTree.fromstring((tmp_path / "c" / "curve.svg").read_text())
    assert drawn.tag.endswith("svg") and "bend" in "".join(drawn.itertext())
    assert main([*given, "--quiet"]) == 0 and "knee:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["train", "IN", "--target-compression", "fr=3", "-o", "x"], 2),
        (["train", "IN", "--target-compression", "zh=0.5", "-o", "x"], 2),
        (["train", "IN", "--target-compression", "zh=3,zh=1c", "-o", "x"], 2),
        (["train", "IN", "--target-compression", "zh=c", "-o", "x"], 2),
        (["train", "IN", "--target-compression", "zh=3", "--weights", "zh=1", "-o", "x"], 2),
        (["train", "IN", "--target-compression", "zh=3", "--balance", "-o", "x"], 2),
        (["train", "IN", "--target-compression", "zh=47", "-o", "x"], 3),
        (["train", "IN", "--target-compression", "zh=3,en=2,code=3", "--vocab-size", "560", "-o", "x"], 2),
        (["train", "IN", "--vocab-size", "auto", "-o", "x"], 2),
        (
            ["train", "IN", "--vocab-size", "auto", "--max-vocab-size", "9", "--target-compression", "zh=2", "-o", "x"],
            2,
        ),
        (["train", "IN", "--pretokenizer", "gpt5", "-o", "x"], 2),
        (["train", "IN", "--memory", "1k", "-o", "x"], 2),
        (["train", "EMPTY", "--target-compression", "zh=3", "-o", "x"], 3),
        (["curve", "IN", "--sizes", "300"], 2),
        (["curve", "IN", "--sizes", ""], 2),
        (["curve", "IN", "--sizes", "8k,many"], 2),
        (["curve", "IN", "--sizes", "8k", "--model", "llama-9t"], 2),
        (["curve", "IN", "--sizes", "8k", "--sequence-length", "0"], 2),
        (["curve", "EMPTY"], 3),
        (["report", "TOK", "IN", "--peer", "no-such-peer"], 2),
        (["report", "TOK", "IN", "--peer", "EMPTY"], 3),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(capsys, corpus, tokenizers, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    places = {"IN": corpus, "TOK": [str(tokenizers / "gpt2")], "EMPTY": [str(empty)]}
    given = [place for argument in arguments for place in places.get(argument, [argument])]
    got, value = called(capsys, "tokenizer", *given)
    assert got == code and value["message"]
    assert [path.name for path in tmp_path.iterdir()] == ["empty.jsonl"]
