"""The stage reads held-out documents only, writes what it names, and the same again changes nothing."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from headwater import document, storage
from headwater.errors import HeadwaterError
from headwater.evaluate import stage, windows
from headwater.evaluate.config import EvaluateConfig
from headwater.generate import load as loading
from headwater.pipeline import selection
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context, Stage
from tests.generate.tiny import Bytes, decoder

CONFIG = EvaluateConfig(probe_samples=5, continuations=1, continuation_tokens=6)
TEXT = {"zh": "清晨,老师在花园里读信。" * 8, "en": "The river carries letters to the sea. " * 6, "code": "x = 1\n" * 30}


def corpus(root: Path, held_out: str = "heldout") -> None:
    """Two shards a language each in train and `held_out`; the training text holds a word of its own."""
    for shard, lang in enumerate(TEXT):
        rows = [{"id": f"{lang}{i}", "text": TEXT[lang] + str(i) if i else "SECRET" * 99, "url": ""} for i in range(3)]
        name = f"000-00000-{shard:05d}.parquet"
        document.write_parquet(root / "acquire" / "documents" / name, [document.batch(rows)])
        columns: dict[str, Any] = {key: [""] * 3 for key in ("lang", "kind", "domain")}
        columns |= {"id": [row["id"] for row in rows], "part": ["train", held_out, held_out], "text_bytes": [9] * 3}
        columns["channel"] = [f"{lang}-general"] * 3
        batch = pa.RecordBatch.from_pydict(columns, schema=selection.SPLIT_SCHEMA)
        document.write_parquet(root / "split" / "split" / name, [batch], selection.SPLIT_SCHEMA)


@pytest.fixture
def context(tmp_path, monkeypatch) -> Context:
    corpus(tmp_path)
    run_folder = tmp_path / "runs" / "demo"
    for step in (5, 10):
        storage.write_json(run_folder / "checkpoints" / f"step-{step:08d}" / "state.json", {"step": step})
    storage.write_text(run_folder / "metrics.jsonl", '{"step": 10, "loss": 2.0}\n')
    monkeypatch.setattr(loading, "load", lambda folder: (decoder(), Bytes()))
    return Context(
        stage=Stage(name="evaluate", version=1, function="", config=CONFIG),
        folder=run_folder,
        inputs={"acquire": tmp_path / "acquire", "split": tmp_path / "split"},
        seed=3,
        engine=SimpleNamespace(),  # type: ignore[arg-type]
        report=Reporter(out=io.StringIO()),
        run_folder=run_folder,
        recipe=SimpleNamespace(train=SimpleNamespace(sequence_length=16)),
    )


def test_every_file_is_written_and_named(context):
    figures = stage.run(context)
    folder = context.folder
    assert sorted(figures["files"]) == sorted(
        [f"eval/heldout/{lang}-general.npy" for lang in TEXT] + ["eval/perplexity.json", "eval/continuations.json"]
    )
    assert all((folder / name).is_file() for name in figures["files"])
    scores = storage.read_json(folder / "eval" / "perplexity.json")
    assert set(scores["tasks"]["perplexity"]) == {"metric", "value", "stderr", "n"}
    assert scores["step"] == 10 and set(scores["channels"]) == {f"{lang}-general" for lang in TEXT}
    assert all(set(one) == {"ppl", "low", "high", "n", "bits_per_byte"} for one in scores["channels"].values())
    saved = windows.load(folder / "eval" / "heldout", Bytes.vocab_size)
    assert {rows.shape for rows in saved.values()} == {(5, 17)}
    text = b"".join(Bytes().decode_bytes(row) for rows in saved.values() for row in rows)
    assert b"SECRET" not in text and "清晨".encode() in text
    rows = storage.read_json(folder / "eval" / "continuations.json")["continuations"]
    assert [row["channel"] for row in rows] == ["code-general", "en-general", "zh-general"]


def test_the_probe_row_is_written_once(context):
    stage.run(context)
    before = {path: path.read_bytes() for path in context.folder.rglob("*") if path.is_file()}
    stage.run(context)
    assert before == {path: path.read_bytes() for path in context.folder.rglob("*") if path.is_file()}
    first, probe = (json.loads(line) for line in (context.folder / "metrics.jsonl").read_text().splitlines())
    assert first == {"step": 10, "loss": 2.0}
    assert probe["step"] == 10 and set(probe["probe"]["zh-general"]) == {"ppl", "low", "high", "n", "bits_per_byte"}


def test_a_channel_too_small_is_said(context):
    stage.run(context)
    assert "fewer than" not in context.report.out.getvalue()
    context.recipe.train.sequence_length = 64
    stage.run(
        dataclasses.replace(context, stage=dataclasses.replace(context.stage, config=EvaluateConfig(probe_samples=7)))
    )
    assert "code-general: 5 held-out windows, fewer than the 7 asked for" in context.report.out.getvalue()


def test_without_a_held_out_window_it_says_so_and_goes_on(context, tmp_path):
    corpus(tmp_path, held_out="train")
    figures = stage.run(context)
    assert figures["tasks"] == {} and "nothing is scored" in context.report.out.getvalue()


def test_without_a_checkpoint_it_stops(tmp_path):
    with pytest.raises(HeadwaterError) as caught:
        stage.last_checkpoint(tmp_path)
    assert caught.value.exit_code == 3
