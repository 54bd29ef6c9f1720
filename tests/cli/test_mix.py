"""`headwater mix`: sources, weights and phases from the command line; what is wrong is told before anything is read."""

from __future__ import annotations

import json

import pytest

from headwater.cli.main import main
from tests.corpora import write_jsonl


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mix")
    write_jsonl(folder / "zh.jsonl", "zh", 40, source="zhwiki")
    write_jsonl(folder / "en.jsonl", "en", 40, source="books")
    write_jsonl(folder / "math.jsonl", "en", 20, seed=1, source="stacks", kind="specific", domain="math")
    inputs = [str(path) for path in sorted(folder.glob("*.jsonl"))]
    assert main(["--quiet", "tokenizer", "train", *inputs, "--vocab-size", "600", "-o", str(folder / "tok")]) == 0
    return [*inputs, "--tokenizer", str(folder / "tok")]


def solved(corpus, capsys, *options):
    capsys.readouterr()
    code = main(["--json", "mix", *corpus, *options])
    return code, json.loads(capsys.readouterr().out)


def test_sources_weights_and_phases_together(corpus, capsys):
    phase = "0.75 lang zh=1,en=1 max-source books=0.1"
    options = ["--max-source", "stacks=0.05", "--quality", "zhwiki=2", "--phase", phase]
    code, value = solved(corpus, capsys, "--tokens", "20k", *options)
    assert code == 0 and value["feasible"] and value["tokens"] == 20_000
    first, second = value["phases"]
    assert first["channels"]["en-specific-math"]["share"] <= 0.05 + 1e-3
    assert second["channels"]["en-general"]["share"] == pytest.approx(0.1, abs=1e-3)
    assert second["achieved"]["lang"] == pytest.approx({"en": 0.5, "zh": 0.5}, abs=1e-3)
    assert sum(value["sources"].values()) == pytest.approx(1, abs=1e-4)


def test_what_cannot_be_had_is_told_with_the_ways_out(corpus, capsys):
    code, value = solved(corpus, capsys, "--tokens", "1M", "--lang", "zh=1,en=1")
    assert code == 2 and not value["feasible"] and len(value["relaxations"]) >= 3
    assert value["conflicts"] and " or mixture.max_epochs " in value["relaxation"]
    assert set(value["channels"]["zh-general"]) >= {"asked", "available_tokens", "tokens", "epochs", "share"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--min-source", "bocks=0.1"], "did you mean 'books'?"),
        (["--quality", "zh-genera=2"], "did you mean 'zh-general'?"),
        (["--phase", "0.9 knd instruct=1"], "did you mean 'kind'?"),
        (["--phase", "0.9 kind"], "expected a share"),
        (["--phase", "1.5 kind instruct=1"], "expected a share"),
        (["--phase", ""], "expected a share"),
        (["--phase", "0.5 lang zh=1", "--phase", "0.2 lang zh=1"], "begins before the phase above it"),
        (["--min-share", "zh-general=0.5", "--max-share", "zh-general=0.2"], "is above max_share.zh-general"),
        (["--min-source", "books=0.7,zhwiki=0.7"], "adds up to 1.4"),
    ],
)
def test_what_is_wrong_is_told(corpus, capsys, options, told):
    capsys.readouterr()
    code = main(["mix", *corpus, "--tokens", "20k", *options])
    said = capsys.readouterr()
    assert code == 2 and told in said.err and "Traceback" not in said.err
