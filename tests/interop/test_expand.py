"""A checkpoint grows by rows: old bytes stay, new rows are what was asked, transformers loads and generates."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from headwater.errors import HeadwaterError
from headwater.interop import expand, expand_rows

ROWS, IDS, WIDTH = 96, 90, 24
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def tensors(dtype=torch.float32, tied=True):
    generator = torch.Generator().manual_seed(3)
    names = {"model.layers.0.weight": (7, 5), EMBEDDING: (ROWS, WIDTH), "model.norm.weight": (WIDTH,)}
    names |= {} if tied else {HEAD: (ROWS, WIDTH), "lm_head.bias": (ROWS,)}
    return {name: torch.randn(shape, generator=generator).to(dtype) for name, shape in names.items()}


def folder_of(place, given, shards=1, **config):
    place.mkdir(parents=True)
    (place / "config.json").write_text(json.dumps({"vocab_size": ROWS, "model_type": "llama", **config}))
    if shards == 1:
        save_file(given, place / "model.safetensors", {"format": "pt"})
        return place
    names = {name: f"model-{n % shards + 1:05d}-of-{shards:05d}.safetensors" for n, name in enumerate(sorted(given))}
    for file in sorted(set(names.values())):
        save_file({name: given[name] for name in given if names[name] == file}, place / file, {"format": "pt"})
    (place / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": 1}, "weight_map": names})
    )
    return place


def growth(num_rows=128, **more):
    starts = np.array([0, 2, 3, 6])
    ids, shares = np.array([1, 5, 89, 0, 1, 2]), np.array([0.5, 0.5, 1, 0.25, 0.25, 0.5], np.float32)
    parts = {"starts": starts, "ids": ids, "weights": shares} | more
    return expand_rows.Growth(num_new=3, first_id=IDS, num_rows=num_rows, **parts)


def read(folder):
    return {name: value for path in folder.glob("*.safetensors") for name, value in load_file(path).items()}


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("dtype", TYPES)
def test_old_rows_stay_new_ones_are_mixed_and_padding_is_the_mean(tmp_path, dtype, tied, shards):
    given = tensors(TYPES[dtype], tied)
    model = expand.opened(folder_of(tmp_path / "old", given, shards), IDS)
    expand.write(model, tmp_path / "new", growth())
    found = read(tmp_path / "new")
    assert set(found) == set(given)
    for name, old in given.items():
        new = found[name]
        if name in (EMBEDDING, HEAD, "lm_head.bias"):
            assert new.shape == (128, *old.shape[1:]) and new.dtype == old.dtype
            assert torch.equal(new[:IDS], old[:IDS])
            rows = old.float()
            for place, (ids, shares) in enumerate([([1, 5], [0.5, 0.5]), ([89], [1]), ([0, 1, 2], [0.25, 0.25, 0.5])]):
                expected = sum(share * rows[id_] for id_, share in zip(ids, shares, strict=True))
                assert torch.equal(new[IDS + place], expected.to(old.dtype))
            torch.testing.assert_close(new[93:].float(), rows[:IDS].mean(0).expand_as(new[93:]), rtol=1e-2, atol=1e-2)
        else:
            assert torch.equal(new, old)
    assert json.loads((tmp_path / "new/config.json").read_text())["vocab_size"] == 128
    if shards > 1:
        index = json.loads((tmp_path / "new/model.safetensors.index.json").read_text())
        assert index["metadata"]["total_size"] == sum(t.numel() * t.element_size() for t in found.values())


def test_random_rows_have_the_old_ones_mean_and_deviation(tmp_path):
    given = tensors()
    given[EMBEDDING] = given[EMBEDDING] * torch.linspace(0.1, 3, WIDTH) + torch.linspace(-1, 1, WIDTH)
    model = expand.opened(folder_of(tmp_path / "old", given), IDS)
    many = expand_rows.Growth(num_new=5000, first_id=IDS, num_rows=IDS + 5000)
    for name in ("a", "b"):
        expand.write(model, tmp_path / name, many)
    new = load_file(tmp_path / "a/model.safetensors")[EMBEDDING][IDS:]
    old = given[EMBEDDING][:IDS]
    torch.testing.assert_close(new.mean(0), old.mean(0), rtol=0, atol=0.15)
    torch.testing.assert_close(new.std(0), old.std(0), rtol=0.1, atol=0)
    assert (tmp_path / "a/model.safetensors").read_bytes() == (tmp_path / "b/model.safetensors").read_bytes()


def test_a_mixture_in_many_parts_is_the_mixture(tmp_path, monkeypatch):
    model = expand.opened(folder_of(tmp_path / "old", tensors()), IDS)
    expand.write(model, tmp_path / "whole", growth())
    monkeypatch.setattr(expand_rows, "MIXED_AT_ONCE", 1)
    monkeypatch.setattr(expand, "COPY_BYTES", 100)
    monkeypatch.setattr(expand_rows, "SUMMED_AT_ONCE", 7)
    expand.write(model, tmp_path / "parts", growth())
    for name, value in read(tmp_path / "whole").items():
        torch.testing.assert_close(read(tmp_path / "parts")[name], value)


def refused(place, num_ids=IDS):
    with pytest.raises(HeadwaterError) as caught:
        expand.opened(place, num_ids)
    return caught.value.failure


def test_a_model_of_another_vocabulary_is_refused(tmp_path):
    place = folder_of(tmp_path / "old", tensors())
    assert expand.opened(place, ROWS).num_rows == ROWS
    assert refused(place, ROWS + 1) == "data"
    monstrous = ROWS - expand.MOST_PADDING - 1
    assert monstrous < 0 or refused(place, monstrous) == "data"
    big = tensors() | {EMBEDDING: torch.zeros(IDS + expand.MOST_PADDING + 1, 2)}
    assert refused(folder_of(tmp_path / "big", big, vocab_size=IDS + expand.MOST_PADDING + 1)) == "data"


def test_what_cannot_grow_is_refused(tmp_path):
    given = tensors()
    assert refused(folder_of(tmp_path / "code", given, auto_map={"AutoModel": "x.py"})) == "unsafe_file"
    assert refused(folder_of(tmp_path / "rows", given, vocab_size=ROWS - 1)) == "damaged_file"
    assert refused(folder_of(tmp_path / "text", given, vocab_size="96")) == "data"
    assert refused(folder_of(tmp_path / "none", {"a": torch.zeros(2)})) == "data"
    assert refused(folder_of(tmp_path / "int", given | {EMBEDDING: torch.zeros(ROWS, 2, dtype=torch.int8)})) == "data"
    more = given | {"model.embed_tokens_per_layer.weight": torch.zeros(ROWS, 2)}
    assert refused(folder_of(tmp_path / "more", more)) == "data"
    cut = folder_of(tmp_path / "cut", given)
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:-9])
    assert refused(cut) == "damaged_file"
    missing = folder_of(tmp_path / "missing", given, shards=3)
    (missing / "model-00002-of-00003.safetensors").unlink()
    assert refused(missing) == "damaged_file"
    pickled = folder_of(tmp_path / "pickled", given)
    shutil.move(pickled / "model.safetensors", pickled / "pytorch_model.bin")
    assert refused(pickled) == "unsafe_file"
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty") == "damaged_checkpoint"
