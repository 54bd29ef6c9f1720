"""The stage `recall`: row-aligned tables, equal whatever the shards and workers, resumed after a kill."""

from __future__ import annotations

import json
import random

import pyarrow.parquet as pq
import pytest

from headwater.curate.recall import stage
from headwater.curate.recall.config import RecallConfig
from headwater.errors import HeadwaterError
from headwater.pipeline.engine.local import LocalEngine
from tests import corpora
from tests.curate import workspace


@pytest.fixture
def given(tmp_path):
    """(seed file, rows of a pool with 40 poems of rules among 120 others)."""
    rng = random.Random(3)
    rows = [
        {"id": f"{kind}{i}", "text": corpora.MAKERS[kind](rng), "source": kind, "domain": kind}
        for kind, count in (("zh", 40), ("en", 60), ("code", 60))
        for i in range(count)
    ]
    rng.shuffle(rows)
    seed = corpora.write_jsonl(tmp_path / "seed.jsonl", "zh", 30, 9, domain="zh")
    return str(seed), rows


def run(root, documents, config, workers=1):
    engine = LocalEngine(workers)
    try:
        return stage.run(workspace.context("recall", root, {"acquire": documents}, config, engine=engine))
    finally:
        engine.close()


def test_tables_are_row_aligned_and_the_same_for_any_shards(tmp_path, given):
    seed, rows = given
    config = RecallConfig(seed=(seed,), seed_where={"domain": ("zh",)}, labels={"domain": ("zh",)})
    one = workspace.write_documents(tmp_path / "one", [rows])
    two = workspace.write_documents(tmp_path / "two", [rows[:50], rows[50:]])
    figures = run(tmp_path / "a", one, config)
    assert figures["counts"] == {"in": 160, "kept": 160, "rejected": {}}
    assert figures["rounds"][-1]["precision"] >= 0.9 and figures["rounds"][-1]["recall"] >= 0.9
    table = pq.read_table(tmp_path / "a" / "recalled" / "000-00000.parquet")
    assert table.schema.equals(stage.SCHEMA)
    truth = [row["domain"] == "zh" for row in rows]
    assert sum(a == b for a, b in zip(table["recalled"].to_pylist(), truth, strict=True)) >= 155
    assert all(
        (turn > 0) == found for turn, found in zip(*(table[n].to_pylist() for n in ("round", "recalled")), strict=True)
    )
    assert json.loads((tmp_path / "a" / "rounds.json").read_text()) == figures["rounds"]
    assert run(tmp_path / "b", two, config) == figures
    parts = workspace.rows(tmp_path / "b" / "recalled")
    assert parts == table.to_pylist()
    assert (tmp_path / "a" / "review.tsv").read_bytes() == (tmp_path / "b" / "review.tsv").read_bytes()


def test_a_review_is_honoured_and_no_labels_measure_nothing(tmp_path, given):
    seed, rows = given
    documents = workspace.write_documents(tmp_path / "documents", [rows])
    (tmp_path / "review.tsv").write_text("site\taction\nzh\tdrop\n", "utf-8")
    config = RecallConfig(seed=(seed,), review=str(tmp_path / "review.tsv"))
    figures = run(tmp_path / "a", documents, config)
    recalled = workspace.rows(tmp_path / "a" / "recalled")
    assert not any(found["recalled"] for found, row in zip(recalled, rows, strict=True) if row["source"] == "zh")
    assert "precision" not in figures["rounds"][-1]


def test_an_empty_pool_or_seed_is_an_error(tmp_path, given):
    seed, rows = given
    nothing = workspace.write_documents(tmp_path / "nothing", [[]])
    full = workspace.write_documents(tmp_path / "full", [rows])
    for documents, config in (
        (nothing, RecallConfig(seed=(seed,))),
        (full, RecallConfig(seed=(seed,), seed_where={"domain": ("physics",)})),
    ):
        with pytest.raises(HeadwaterError) as error:
            run(tmp_path / "out", documents, config)
        assert error.value.failure == "empty_corpus"


def test_settings_are_checked():
    assert RecallConfig(seed=("a",)).check() == []
    wrong = RecallConfig(seed=("",), site_share=2, max_rounds=0, keep=1, keep_share=0.5, labels={"colour": ("red",)})
    assert {name for name, _ in wrong.check()} == {"seed.0", "site_share", "max_rounds", "keep", "labels.colour"}
