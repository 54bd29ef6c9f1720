"""`headwater pack`: rows by each packing, what they waste side by side, middles moved, and mistakes at the start."""

from __future__ import annotations

import json

import pytest

from headwater.batches import laid
from headwater.cli.main import main
from tests.corpora import write_jsonl


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A corpus of English and code, and a vocabulary of it."""
    folder = tmp_path_factory.mktemp("pack")
    paths = [str(write_jsonl(folder / f"{lang}.jsonl", lang, 20)) for lang in ("en", "code")]
    tokenizer = str(folder / "tok")
    assert (
        main(["tokenizer", "train", *paths, "--vocab-size", "500", "--reserve", "4", "-o", tokenizer, "--quiet"]) == 0
    )
    return [*paths, "--tokenizer", tokenizer]


def called(capsys, *arguments: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["pack", *arguments, "--json", "--quiet"])
    return code, json.loads(capsys.readouterr().out)


def test_packings_are_told_side_by_side_and_rows_laid_by_one(capsys, made, tmp_path):
    given = [*made, "-o", str(tmp_path), "--sequence-length", "512"]
    code, value = called(capsys, *given, "--packing", "best_fit")
    assert code == 0 and value["packing"]["packing"] == "best_fit"
    for channel, of in value["strategies"].items():
        assert set(of) == {"cut", "masked", "best_fit"}
        tokens = value["channels"][channel]["tokens"]
        assert of["cut"]["rows"] * 512 + of["cut"]["unscored"] == tokens
        assert of["best_fit"]["rows"] * 512 - of["best_fit"]["padding"] == tokens
        assert of["best_fit"]["documents_cut"] == 0 < of["cut"]["documents_cut"]
    assert set(laid.read(tmp_path).laid) == set(value["channels"])
    assert main(["pack", *given, "--quiet"]) == 0
    assert "documents cut" in capsys.readouterr().out
    assert laid.read(tmp_path).strategy == "cut" and not list(tmp_path.glob("*.npy"))


def test_middles_of_code_are_moved_by_seed(capsys, made, tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        code, value = called(capsys, *made, "-o", str(tmp_path / name), "--fim", "1", "--seed", seed)
        assert code == 0 and value["channels"]["code-general"]["fim_documents"] == 20
        assert value["channels"]["en-general"]["fim_documents"] == 0
    a, b, c = ((tmp_path / name / "code-general.bin").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    "more",
    [
        ["--packing", "best"],
        ["--packing", "best_fit"],
        ["--packing", "masked", "--sequence-length", "0"],
        ["--sequence-length", "many"],
        ["--fim", "1.5"],
        ["--fim", "nan"],
        ["--fim-spm", "-1"],
    ],
)
def test_mistakes_leave_with_two_and_write_nothing(capsys, made, tmp_path, more):
    code, value = called(capsys, *made, "-o", str(tmp_path / "x"), *more)
    assert code == 2 and value["error"] == "arguments" and not (tmp_path / "x").exists()
