"""What classifiers chose reaches the verdicts: a rejection with its score, and the label of what was recalled."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater import document
from headwater.curate import annotate, decide
from headwater.curate.chosen import Chosen, beside
from headwater.curate.config import CurateConfig
from headwater.curate.explain import explain
from headwater.errors import HeadwaterError
from tests.curate import workspace
from tests.curate.workspace import CHINESE, CODE, ENGLISH

TEXTS = [ENGLISH, CHINESE, CODE, ENGLISH + " Then it rained again."]


def write(folder: Path, columns: dict[str, Any]) -> None:
    table = pa.record_batch(columns)
    document.write_parquet(folder / "000-00000.parquet", [table], table.schema)


def decided(tmp_path: Path, recalled: list[bool], kept: list[bool], **settings: Any) -> list[dict[str, Any]]:
    acquired = workspace.write_documents(tmp_path / "acquire", [[{"text": text} for text in TEXTS]])
    config = CurateConfig(preset="none")
    annotate.run(workspace.context("annotate", tmp_path / "annotate", {"acquire": acquired}, config))
    score = pa.array([0.9, 0.1, 0.2, 0.8], pa.float32())
    write(tmp_path / "recall" / "recalled", {"score": score, "recalled": recalled})
    write(tmp_path / "quality" / "scores", {"score": score, "kept": kept})
    folders = {name: tmp_path / name for name in ("annotate", "recall", "quality")}
    context = workspace.context("curate", tmp_path / "curate", folders, config)
    stage = dataclasses.replace(context.stage, inputs=("annotate", "recall", "quality"))
    recall = SimpleNamespace(**{"domain": "", "keep_others": False, **settings})
    decide.run(dataclasses.replace(context, stage=stage, recipe=SimpleNamespace(recall=recall)))
    return workspace.rows(tmp_path / "curate" / "verdicts")


def test_what_was_not_chosen_is_rejected_with_its_score(tmp_path):
    rows = decided(tmp_path, [True, False, True, True], [True, True, False, True], domain="Math!")
    assert [row["reason"] for row in rows] == ["", "recall.not_recalled", "quality.low_score", ""]
    assert [row["value"] for row in rows] == [None, pytest.approx(0.1), pytest.approx(0.2), None]
    assert [row["domain"] for row in rows] == ["math", "general", "math", "math"]
    assert rows[0]["channel"] == "en-general-math"


def test_others_may_stay_under_their_own_domain(tmp_path):
    rows = decided(tmp_path, [True, False, False, False], [True] * 4, domain="math", keep_others=True)
    assert all(row["kept"] for row in rows) and [row["domain"] for row in rows] == ["math"] + ["general"] * 3


def test_tables_must_be_row_aligned(tmp_path):
    write(tmp_path / "scores", {"score": pa.array([0.5], pa.float32()), "kept": [True]})
    annotations = pa.table({"id": ["a", "b"]})
    with pytest.raises(HeadwaterError) as caught:
        beside(annotations, "000-00000.parquet", Chosen(folders={"quality": str(tmp_path)}))
    assert caught.value.failure == "damaged_file"


def test_explain_says_what_the_verdict_says(tmp_path):
    shards = [[{"text": text} for text in (ENGLISH, "Home\nAbout us\nSign in", CHINESE, CODE)]]
    workspace.run_all(tmp_path, workspace.write_documents(tmp_path / "acquire", shards))
    annotations = pq.read_table(next((tmp_path / "annotate" / "annotations").glob("*.parquet")))
    for number, row in enumerate(workspace.rows(tmp_path / "curate" / "verdicts")):
        rules = explain(annotations.slice(number, 1), CurateConfig())
        broken = [rule for rule in rules if rule["broken"]]
        assert rules and [rule["reason"] for rule in broken[:1]] == ([row["reason"]] if row["reason"] else [])
        assert not broken or broken[0]["value"] == row["value"]
