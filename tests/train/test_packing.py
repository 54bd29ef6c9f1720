"""Training by each packing: it learns, goes on after a stop with the same batches, and refuses what does not fit."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace

import numpy as np
import pytest

from headwater import storage
from headwater.batches import laid
from headwater.errors import HeadwaterError
from headwater.train import stage
from tests.train import tiny
from tests.train.tiny import CHANNELS, LENGTH, VOCAB

COUNTS = {"zh-general": 4, "en-general": 4, "code-specific": 2}


def world(root, run, packing, **changed):
    """tiny.world with channels of many documents, and rows laid by a packing."""
    pack = root / "pack"
    if not pack.exists():
        rng = np.random.default_rng(1)
        for name, size in CHANNELS.items():
            lengths = rng.integers(1, 3 * LENGTH, size)
            lengths = lengths[: int(np.searchsorted(np.cumsum(lengths), size))]
            tokens = np.cumsum(rng.integers(0, 3, lengths.sum())) % (VOCAB - 2) + 2
            tokens[np.cumsum(lengths) - 1] = 0
            tiny.write_channel(pack, name, tokens, lengths)
        storage.write_bytes(root / "tokenizer/tokenizer.json", tiny.tokenizer_bytes())
        digest = storage.file_digest(root / "tokenizer/tokenizer.json")
        storage.write_json(pack / "pack.json", {"tokenizer": digest, "eod_id": 0})
    rows = root / f"rows-{packing}"
    told = laid.write(rows, pack, packing, LENGTH, 0, CHANNELS)["channels"]
    windows = {name: told[name]["rows"] for name in CHANNELS}
    context = tiny.world(root, run, windows=windows, counts=COUNTS, **changed)
    return replace(context, inputs=context.inputs | {"rows": rows})


def metrics(context):
    rows = storage.read_rows(context.run_folder / "metrics.jsonl")
    return {row["step"]: (row["loss"], row["loss_by_channel"], row["batch_digest"]) for row in rows}


@pytest.mark.parametrize("packing", ["masked", "best_fit"])
def test_a_stopped_run_goes_on_with_the_same_batches(tmp_path, packing):
    whole = world(tmp_path, "whole", packing)
    figures = stage.run(whole)
    assert figures["steps"] == 20
    losses = metrics(whole)
    assert losses[20][0] < losses[1][0] and set(losses[20][1]) <= set(CHANNELS)
    parts = world(tmp_path, "parts", packing)
    stage.run(parts)
    newest = sorted((parts.run_folder / "checkpoints").iterdir())[-1]
    shutil.rmtree(newest)
    stage.run(world(tmp_path, "parts", packing))
    assert metrics(parts) == losses


def test_packings_feed_other_batches_and_a_run_keeps_to_its_own(tmp_path):
    digests = {}
    for packing in ("cut", "masked", "best_fit"):
        context = world(tmp_path, packing, packing, tokens=2 * 8 * LENGTH)
        stage.run(context)
        digests[packing] = metrics(context)[1][2]
    assert len(set(digests.values())) == 3
    with pytest.raises(HeadwaterError, match="pack.packing") as caught:
        stage.run(world(tmp_path, "masked", "best_fit", tokens=2 * 8 * LENGTH))
    assert caught.value.failure == "recipe_changed"


def test_another_tokenizer_than_the_one_that_packed_is_refused(tmp_path):
    context = world(tmp_path, "other", "cut", say=io.StringIO())
    path = context.input("tokenizer") / "tokenizer.json"
    storage.write_text(path, path.read_text() + "\n")
    with pytest.raises(HeadwaterError, match="not the tokenizer that the corpus was packed with") as caught:
        stage.run(context)
    assert caught.value.failure == "data" and not (context.run_folder / "metrics.jsonl").exists()
