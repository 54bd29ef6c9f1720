"""From packed documents to rows, a mixture over them, batches, and back to the text, by the real stages."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from headwater import storage
from headwater.batches import laid
from headwater.batches.reader import BatchReader
from headwater.errors import HeadwaterError
from headwater.mix import rows as rows_stage
from headwater.mix import stage as mix
from headwater.mix.config import MixtureConfig
from headwater.monitor.trace import Tracer
from headwater.pack.config import PackConfig
from headwater.tokenizer.encode import Encoder
from tests.pack.made import context_of, packed

LENGTH = 48
RECIPE = SimpleNamespace(train=SimpleNamespace(tokens=40 * 4 * LENGTH, batch_tokens=4 * LENGTH, sequence_length=LENGTH))


def context(folder, name, config, inputs):
    made = context_of(folder, name, config=config)
    return replace(made, recipe=RECIPE, inputs={stage: folder / stage for stage in inputs})


@pytest.fixture(scope="module", params=["cut", "masked", "best_fit"])
def world(request, tmp_path_factory):
    """(folder, the documents by id, a reader, a tracer) of a corpus packed, laid and mixed."""
    folder = tmp_path_factory.mktemp(request.param)
    documents, _ = packed(folder)
    rows_stage.run(context(folder, "rows", PackConfig(packing=request.param), ["pack"]))
    mix.run(context(folder, "mix", MixtureConfig(max_epochs=100), ["pack", "rows"]))
    packing = laid.read(folder / "rows")
    reader = BatchReader(folder / "pack", folder / "mix/schedule.jsonl", packing)
    return folder, {row["id"]: row for row in documents}, reader, Tracer(folder / "pack", reader.schedule, packing)


def test_the_mixture_counts_rows_and_says_how_they_are_laid(world):
    folder, _, reader, _ = world
    told, value = storage.read_json(folder / "rows/packing.json"), storage.read_json(folder / "mix/mixture.json")
    assert value["packing"] == told["packing"] == reader.packing.strategy
    for name, channel in value["channels"].items():
        assert channel["available_tokens"] == told["channels"][name]["rows"] * LENGTH


def test_random_tokens_are_traced_to_text_that_contains_them(world):
    folder, documents, reader, tracer = world
    encoder, rng = Encoder.load(folder / "tokenizer"), random.Random(3)
    for _ in range(150):
        step = rng.randint(1, reader.num_steps)
        batch, parts = reader.batch(step), tracer.documents(step)
        part = rng.choice(parts)
        at = slice(part["offset"], part["offset"] + part["tokens"])
        tokens = batch.tokens_BT1[part["row"], at]
        assert encoder.decode(tokens).strip("\ufffd") in documents[part["id"]]["text"]
        assert step in tracer.steps(tracer.places("document_id", part["id"]))
        covered = np.zeros(batch.tokens_BT1.shape, bool)
        for found in parts:
            covered[found["row"], found["offset"] : found["offset"] + found["tokens"]] = True
        scored = np.ones_like(covered) if batch.scored_BT1 is None else batch.scored_BT1
        assert covered[:, 1:][scored[:, 1:]].all()


def test_documents_taken_down_are_masked_where_they_lie(world):
    folder, _, reader, tracer = world
    step = 2
    victim = next(part for part in tracer.documents(step) if part["tokens"] > 3)
    place = tracer.places("document_id", victim["id"])[0]
    masked = {place["channel"]: ((place["token_offset"], place["length"]),)}
    segment = replace(reader.schedule.segments[0], masked=masked)
    path = folder / "masked.jsonl"
    path.write_text(json.dumps(segment.row()) + "\n")
    other = BatchReader(folder / "pack", path, reader.packing).batch(step)
    before, at = reader.batch(step), slice(victim["offset"], victim["offset"] + victim["tokens"])
    assert not other.scored_BT1[victim["row"], at].any()
    assert (other.tokens_BT1[victim["row"], at] == Encoder.load(folder / "tokenizer").eod_id).all()
    kept = other.scored_BT1 if before.scored_BT1 is None else other.scored_BT1 | ~before.scored_BT1
    kept[:, 0] = False  # a lead-in is never scored, and is put away with its document
    assert np.array_equal(other.tokens_BT1[kept], before.tokens_BT1[kept])


def test_a_truncated_bin_is_refused_where_rows_are_laid(world, tmp_path):
    folder, _, _, _ = world
    (tmp_path / "pack").mkdir()
    for path in (folder / "pack").iterdir():
        if path.is_file():
            (tmp_path / "pack" / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "pack/zh-general.bin"
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(HeadwaterError, match="bytes where its index counts") as caught:
        rows_stage.run(context(tmp_path, "rows", PackConfig(packing="best_fit"), ["pack"]))
    assert caught.value.failure == "damaged_file" and not (tmp_path / "rows/packing.json").exists()
