"""`headwater eval` and `headwater generate`, as a person calls them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headwater import document, storage
from headwater.cli import models
from headwater.cli.main import main
from headwater.evaluate import windows
from tests.generate.tiny import Bytes, decoder


@pytest.fixture
def model(tmp_path, monkeypatch) -> str:
    """A run with held-out windows and a stand-in for its checkpoint."""
    run_folder = tmp_path / "runs" / "demo"
    checkpoint = run_folder / "checkpoints" / "step-00000010"
    checkpoint.mkdir(parents=True)
    rows = np.random.default_rng(0).integers(0, 256, (6, 17)).astype(np.uint32)
    windows.save(run_folder / "eval" / "heldout", {"zh-general": rows, "en-general": rows[:3]})
    storage.write_json(run_folder / "eval" / "perplexity.json", {"sequence_length": 16})
    monkeypatch.setattr(models, "resolve", lambda name: checkpoint)
    monkeypatch.setattr(models, "load", lambda name: (decoder(), Bytes()))
    return "demo"


def answer(capsys, *arguments: str) -> tuple[int, dict]:
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_eval_scores_the_run_s_own_windows(model, capsys):
    code, value = answer(capsys, "eval", model)
    assert code == 0 and set(value["tasks"]["perplexity"]) == {"metric", "value", "stderr", "n"}
    assert value["tasks"]["perplexity"]["n"] == 9 and value["channels"]["en-general"]["n"] == 3
    _, other = answer(capsys, "eval", model, "--batch", "1")
    assert other["tasks"]["perplexity"]["value"] == pytest.approx(value["tasks"]["perplexity"]["value"], rel=1e-5)
    assert main(["eval", model]) == 0 and "95 % interval" in capsys.readouterr().out


def test_eval_reads_any_documents_and_their_channels(model, capsys, tmp_path):
    texts = [
        ("zh", "从前有一座山,山里有座庙。" * 9),
        ("en", "The mill stood by the river. " * 9),
        ("", "He said that it was the end of the day. " * 9),
    ]
    rows = [{"text": text, "lang": lang, "kind": "general", "domain": "Math & co"} for lang, text in texts]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n", "utf-8")
    document.write_parquet(
        tmp_path / "data" / "b.parquet", [document.batch([{"id": "x", "text": "x = 1\n" * 40, "lang": "code"}])]
    )
    code, value = answer(capsys, "eval", model, "--data", str(tmp_path / "data"))
    assert code == 0
    assert set(value["channels"]) == {"zh-general-math_co", "en-general-math_co", "code-general"}
    code, value = answer(
        capsys, "eval", model, "--data", str(tmp_path / "data"), "--samples", "2", "--sequence-length", "8"
    )
    assert {one["n"] for one in value["channels"].values()} == {2}


@pytest.mark.parametrize(
    ("arguments", "code", "failure"),
    [
        (["--tasks", "perplexiti"], 2, "arguments"),
        (["--tasks", ","], 2, "arguments"),
        (["--data", "nowhere.jsonl"], 2, "unknown_name"),
        (["--samples", "0"], 2, "arguments"),
    ],
)
def test_eval_mistakes_are_named(model, capsys, arguments, code, failure):
    found, value = answer(capsys, "eval", model, *arguments)
    assert (found, value["error"]) == (code, failure)


def test_a_text_too_short_to_score_is_said(model, capsys, tmp_path):
    (tmp_path / "short.txt").write_text("too short", "utf-8")
    code, value = answer(capsys, "eval", model, "--data", str(tmp_path / "short.txt"))
    assert code == 3 and "--sequence-length" in value["mend"]


def test_a_model_without_windows_asks_for_data(model, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(models, "resolve", lambda name: tmp_path / "a" / "b")
    code, value = answer(capsys, "eval", model)
    assert code == 2 and "--data" in value["mend"]


def test_generate_gives_a_completion_a_prompt(model, capsys):
    prompts = ["The river", "从前", "🙂", ""]
    flags = [flag for prompt in prompts for flag in ("--prompt", prompt)]
    code, value = answer(capsys, "generate", model, *flags, "--max-tokens", "5")
    assert code == 0 and [one["prompt"] for one in value["completions"]] == prompts
    for one in value["completions"]:
        assert set(one) == {"prompt", "text", "tokens", "finish"} and len(one["tokens"]) <= 5
        assert one["text"] == Bytes().decode(one["tokens"]) and one["finish"] in ("stop", "length")
    _, again = answer(capsys, "generate", model, *flags, "--max-tokens", "5", "--batch", "1")
    assert again == value


@pytest.mark.parametrize(
    "arguments", [[], ["--prompt", "x", "--top-p", "2"], ["--prompt", "x" * 99], ["--prompt", "x", "--max-tokens", "0"]]
)
def test_generate_mistakes_are_named(model, capsys, arguments):
    code, value = answer(capsys, "generate", model, *arguments)
    assert code == 2 and value["error"] == "arguments"
