"""`headwater classify train` and `apply`, as a person uses them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from headwater.cli.main import COMMANDS, main
from headwater.curate.quality import measures
from tests.curate.quality import lessons


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "classify", ("headwater.cli.classify:app", "Data", "tell good documents from others"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with examples, unseen documents and a model."""
    place = tmp_path_factory.mktemp("classify")
    good, other = lessons.write(place / "good.jsonl", True), lessons.write(place / "other.jsonl", False)
    from headwater.curate.quality.command import train_from_files
    from headwater.curate.quality.config import TrainingConfig

    train_from_files([good], [other], place / "model", TrainingConfig(), 7)
    for number, kind in enumerate((True, False)):
        lessons.write(place / f"unseen{number}.jsonl", kind, seed=1, count=20)
    return place


def read(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return [json.loads(line) for line in data.splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_training_tells_what_it_saw_and_equal_examples_make_equal_models(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["--positive", str(trained / "good.jsonl"), "--negative", str(trained / "other.jsonl")]
    assert main(["classify", "train", *args, "-o", str(tmp_path / "model"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["examples"]["positive"] == report["examples"]["negative"] == 120
    held_out = report["held_out"]
    assert held_out["all"]["documents"] == 240 and held_out["all"]["auc"] > 0.97
    assert set(held_out["by_lang"]) == {"en", "zh", "code"}
    assert all(figures["auc"] > 0.95 for figures in held_out["by_lang"].values())
    assert report["held_out_sites"]["all"]["auc"] > 0.97
    assert held_out["all"]["length"]["auc_of_length_alone"] < 0.6 and not report["warnings"]
    assert files(tmp_path / "model") == files(trained / "model")
    card = json.loads((trained / "model" / "card.json").read_text())
    assert all(len(digest) == 64 for digest in card["trained_on"]["inputs"].values())
    assert str(trained) not in (trained / "model" / "card.json").read_text()


def test_scores_come_in_order_and_tell_the_unseen_apart(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = [str(trained / "unseen0.jsonl"), str(trained / "unseen1.jsonl")]
    output = tmp_path / "scores.jsonl.zst"
    args = ["classify", "apply", str(trained / "model"), *inputs, "--keep-share", "0.3", "-o", str(output), "--json"]
    assert main(args) == 0
    found = json.loads(capsys.readouterr().out)
    rows = read(output)
    assert [row["id"] for row in rows] == [row["id"] for path in inputs for row in read(Path(path))]
    assert all(set(row) >= {"id", "score"} and 0 <= row["score"] <= 1 for row in rows)
    truth, scores = np.arange(120) < 60, np.array([row["score"] for row in rows])
    assert (measures.auc(truth, scores) or 0) > 0.97
    assert found["documents"] == 120 and {lang: e["kept"] for lang, e in found["by_lang"].items()} == {
        "code": 12,
        "en": 12,
        "zh": 12,
    }
    assert sum(row["kept"] for row in rows) == found["kept"] == 36
    assert main(["classify", "apply", str(trained / "model"), *inputs, "-o", str(tmp_path / "all.jsonl")]) == 0
    assert all(row["kept"] for row in read(tmp_path / "all.jsonl"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.jsonl", "scores.jsonl.zst"]


def test_labels_train_as_well(trained: Path, tmp_path: Path) -> None:
    documents = [str(trained / "good.jsonl"), str(trained / "other.jsonl")]
    labels = tmp_path / "labels.jsonl"
    values = [{"id": row["id"], "label": 4 if "True" in row["id"] else 1} for p in documents for row in read(Path(p))]
    labels.write_text("".join(json.dumps(value) + "\n" for value in values[:-5]))
    args = [piece for path in documents for piece in ("--documents", path)]
    assert main(["classify", "train", "--labels", str(labels), *args, "-o", str(tmp_path / "model")]) == 0
    report = json.loads((tmp_path / "model" / "report.json").read_text())
    assert report["examples"]["left_out"] == {"labels.unlabelled": 5} and report["held_out"]["all"]["auc"] > 0.97


def test_languages_of_one_class_alone_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = lessons.write(tmp_path / "a.jsonl", True, ("zh",), 10)
    other = lessons.write(tmp_path / "b.jsonl", False, ("en",), 10)
    assert main(["classify", "train", "--positive", good, "--negative", other, "-o", str(tmp_path / "m")]) == 0
    assert "en has only negative examples" in capsys.readouterr().err


def test_what_was_learned_of_sites_alone_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every site writes in words of its own, whatever its class."""
    rng = np.random.default_rng(1)
    files = []
    for kind in ("good", "other"):
        values = []
        for site in range(5):
            words = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 7)) for _ in range(30)]
            for number in range(12):
                text = " ".join(rng.choice(words, 20))
                values.append({"id": f"{kind}{site}-{number}", "text": text, "lang": "en", "source": f"{kind}{site}"})
        (tmp_path / f"{kind}.jsonl").write_text("".join(json.dumps(value) + "\n" for value in values))
        files.append(str(tmp_path / f"{kind}.jsonl"))
    args = ["classify", "train", "--positive", files[0], "--negative", files[1], "-o", str(tmp_path / "m")]
    assert main(args) == 0
    assert "sites that were held out" in capsys.readouterr().err


def test_two_documents_are_enough_to_train(tmp_path: Path) -> None:
    good = lessons.write(tmp_path / "a.jsonl", True, ("zh",), 1)
    other = lessons.write(tmp_path / "b.jsonl", False, ("zh",), 1)
    assert main(["classify", "train", "--positive", good, "--negative", other, "-o", str(tmp_path / "m")]) == 0
    assert main(["classify", "apply", str(tmp_path / "m"), good, other, "-o", str(tmp_path / "s.jsonl")]) == 0
    scores = [row["score"] for row in read(tmp_path / "s.jsonl")]
    assert scores[0] > scores[1]


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["--positive", "a.jsonl"],
        ["--positive", "a.jsonl", "--negative", "b.jsonl", "--labels", "c.jsonl"],
        ["--positive", "a.jsonl", "--negative", "a.jsonl"],
        ["--positive", "a.jsonl", "--negative", "none.jsonl"],
        ["--positive", "a.jsonl", "--negative", "b.jsonl", "--positive-from", "3"],
    ],
)
def test_mistakes_leave_with_2(
    args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lessons.write(tmp_path / "a.jsonl", True, count=3)
    lessons.write(tmp_path / "b.jsonl", False, count=3)
    assert main(["classify", "train", *args, "-o", "model"]) == 2
    assert "error:" in capsys.readouterr().err and not (tmp_path / "model" / "card.json").exists()


def test_a_folder_with_other_files_is_not_written_over(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    args = ["--positive", str(trained / "good.jsonl"), "--negative", str(trained / "other.jsonl")]
    assert main(["classify", "train", *args, "-o", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def spoil(folder: Path, how: str) -> None:
    card = folder / "card.json"
    if how == "no folder":
        shutil.rmtree(folder)
    elif how == "no card":
        card.unlink()
    elif how == "other version":
        card.write_text(json.dumps(json.loads(card.read_text()) | {"schema": 99}))
    elif how == "no JSON":
        card.write_text("{")
    elif how == "another card":
        card.write_text('{"what": "a cake"}')
    elif how == "other files":
        card.write_text(json.dumps(json.loads(card.read_text()) | {"files": {"../x": "0"}}))
    else:
        weights = next(path for path in [folder / "linear.model", *folder.glob("linear.model/*")] if path.is_file())
        data = bytearray(weights.read_bytes())
        data[len(data) // 2] ^= 1
        weights.write_bytes(data)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("no folder", 2),
        ("no card", 3),
        ("other version", 3),
        ("no JSON", 3),
        ("another card", 3),
        ("other files", 3),
        ("a flipped bit", 3),
    ],
)
def test_a_damaged_model_is_refused(
    how: str, code: int, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = shutil.copytree(trained / "model", tmp_path / "model")
    spoil(model, how)
    output = tmp_path / "scores.jsonl"
    assert main(["classify", "apply", str(model), str(trained / "unseen0.jsonl"), "-o", str(output)]) == code
    assert "error:" in capsys.readouterr().err and not output.exists()


def test_no_documents_is_said(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n{}\n")
    output = tmp_path / "scores.jsonl"
    assert main(["classify", "apply", str(trained / "model"), str(tmp_path / "empty.jsonl"), "-o", str(output)]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["empty.jsonl"]
