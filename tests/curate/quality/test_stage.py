"""The stage `quality`: row-aligned, resumable, the same whatever the workers."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater.curate.quality import stage
from headwater.curate.quality.command import train_from_files
from headwater.curate.quality.config import QualityConfig, TrainingConfig
from headwater.errors import HeadwaterError
from headwater.pipeline.engine.local import LocalEngine
from tests.curate import workspace
from tests.curate.quality import lessons


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    files = [lessons.write(folder / f"{good}.jsonl", good, ("en", "zh")) for good in (True, False)]
    train_from_files(files[:1], files[1:], folder / "model", TrainingConfig(), 7)
    shards = []
    for seed in (1, 2, 3):
        paths = [lessons.write(folder / "x.jsonl", good, ("en", "zh"), 10, seed) for good in (True, False)]
        lessons.write(folder / "x.jsonl", True, ("en", "zh"), 10, seed)
        rows = [json.loads(line) for line in (folder / "x.jsonl").read_text().splitlines()]
        lessons.write(folder / "x.jsonl", False, ("en", "zh"), 10, seed)
        rows += [json.loads(line) for line in Path(paths[1]).read_text().splitlines()]
        shards.append(rows)
    workspace.write_documents(folder / "acquire", shards)
    return folder


def made_by(workers: int, place: Path, folder: Path) -> tuple[dict, dict[str, bytes]]:
    """The stage's figures and what it publishes."""
    config = QualityConfig(model=str(place / "model"), keep_share=0.5)
    engine = LocalEngine(workers)
    try:
        figures = stage.run(workspace.context("quality", folder, {"acquire": place / "acquire"}, config, engine=engine))
    finally:
        engine.close()
    return figures, workspace.public_bytes(folder)


def test_every_row_has_a_score_and_the_best_of_each_language_are_kept(place: Path, tmp_path: Path) -> None:
    figures, made = made_by(1, place, tmp_path)
    shards = {f"scores/000-0000{number}.parquet" for number in range(3)}
    assert set(made) == {*shards, "thresholds.json"}
    assert figures["counts"] == {"in": 120, "kept": 120, "rejected": {}} and figures["chosen"] == 60
    for path in sorted((place / "acquire" / "documents").glob("*.parquet")):
        ids = pq.read_table(path)["id"].to_pylist()
        rows = pq.read_table(tmp_path / "scores" / path.name).to_pylist()
        assert len(rows) == len(ids) == 40
        right = [row["kept"] == ("True" in name) for name, row in zip(ids, rows, strict=True)]
        assert sum(right) >= 38
    groups = json.loads(made["thresholds.json"])["groups"]
    assert {lang: entry["kept"] for lang, entry in groups.items()} == {"en": 30, "zh": 30}


@pytest.mark.slow
def test_two_workers_make_the_same_bytes(place: Path, tmp_path: Path) -> None:
    assert made_by(1, place, tmp_path / "1") == made_by(2, place, tmp_path / "2")


def test_a_stage_cut_short_goes_on(place: Path, tmp_path: Path) -> None:
    config = QualityConfig(model=str(place / "model"), keep_share=0.5)
    context = workspace.context("quality", tmp_path, {"acquire": place / "acquire"}, config)
    stage.run(context)
    whole = workspace.public_bytes(tmp_path)
    (tmp_path / "thresholds.json").unlink()
    (tmp_path / "scores" / "000-00001.parquet").unlink()
    (tmp_path / ".work" / "scored" / "000-00002.parquet").unlink()
    stage.run(context)
    assert workspace.public_bytes(tmp_path) == whole


def test_a_model_is_trained_where_only_examples_are_named(place: Path, tmp_path: Path) -> None:
    config = QualityConfig(
        positive=(str(place / "True.jsonl"),), negative=(str(place / "False.jsonl"),), keep_share=0.5
    )
    stage.run(workspace.context("quality", tmp_path, {"acquire": place / "acquire"}, config))
    made = workspace.public_bytes(tmp_path)
    assert made["model/card.json"] == (place / "model" / "card.json").read_bytes()
    assert len(stage.fingerprint(config)["positive"][0]) == 64


def test_languages_come_from_the_annotations_where_they_are_an_input(place: Path, tmp_path: Path) -> None:
    from headwater.curate import annotate
    from headwater.curate.config import CurateConfig

    annotate.run(workspace.context("annotate", tmp_path / "a", {"acquire": place / "acquire"}, CurateConfig()))
    config = QualityConfig(model=str(place / "model"))
    inputs = {"acquire": place / "acquire", "annotate": tmp_path / "a"}
    stage.run(workspace.context("quality", tmp_path / "q", inputs, config))
    for path in sorted((tmp_path / "a" / "annotations").glob("*.parquet")):
        given = pq.read_table(path)["lang"].to_pylist()
        assert pq.read_table(tmp_path / "q" / "scores" / path.name)["lang"].to_pylist() == given


def test_a_missing_model_is_said(place: Path, tmp_path: Path) -> None:
    config = QualityConfig(model=str(tmp_path / "none"))
    with pytest.raises(HeadwaterError) as caught:
        stage.run(workspace.context("quality", tmp_path / "q", {"acquire": place / "acquire"}, config))
    assert caught.value.failure == "unknown_name"


@pytest.mark.parametrize(
    "given",
    [
        {"model": "m", "positive": ("a",), "negative": ("b",)},
        {"positive": ("a",)},
        {"negative": ("a",)},
        {"model": "m", "keep_share": 1.5},
        {"model": "m", "min_score": -1.0},
        {"keep_share": 0.5},
    ],
)
def test_settings_that_cannot_be_meant(given: dict) -> None:
    assert QualityConfig(**given).check()


def test_an_empty_section_is_no_stage() -> None:
    assert not QualityConfig().check() and not QualityConfig().present
