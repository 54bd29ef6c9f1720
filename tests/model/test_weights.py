import random

import pytest
import safetensors.torch
import torch

from headwater.errors import HeadwaterError
from headwater.model import checkpoint, weights
from headwater.storage import file_digest, write_json

TENSORS = {
    "b": torch.randn(3, 5),
    "a": torch.randn(7).to(torch.bfloat16),
    "step": torch.tensor(4.0),
    "none": torch.empty(0, 3),
    "turned": torch.randn(4, 6).T,
}


def written(path):
    with open(path, "wb") as handle:
        return weights.write_tensors(handle, TENSORS, {"format": "pt"})


def test_the_library_reads_what_we_write(tmp_path):
    digest = written(tmp_path / "w.safetensors")
    assert digest == file_digest(tmp_path / "w.safetensors")
    for found in (
        safetensors.torch.load_file(tmp_path / "w.safetensors"),
        weights.read_tensors(tmp_path / "w.safetensors"),
    ):
        assert found.keys() == TENSORS.keys()
        for name, tensor in TENSORS.items():
            assert torch.equal(found[name], tensor) and found[name].dtype == tensor.dtype


def test_names_and_shapes_are_checked_before_reading(tmp_path):
    written(tmp_path / "w")
    shapes = {name: tuple(tensor.shape) for name, tensor in TENSORS.items()}
    for wrong, message in [
        (shapes | {"c": (1,)}, "misses c"),
        ({n: s for n, s in shapes.items() if n != "a"}, "unexpected a"),
        (shapes | {"b": (5, 3)}, "shape"),
    ]:
        with pytest.raises(HeadwaterError, match=message):
            weights.read_tensors(tmp_path / "w", wrong)


def test_fuzzed_files_are_refused_not_survived(tmp_path):
    written(tmp_path / "w")
    whole = (tmp_path / "w").read_bytes()
    rng = random.Random(5)
    for _ in range(300):
        data = bytearray(whole)
        kind = rng.randrange(4)
        if kind == 0:
            data = data[: rng.randrange(len(data))]
        elif kind == 1:
            for _ in range(rng.randrange(1, 8)):
                data[rng.randrange(len(data))] = rng.randrange(256)
        elif kind == 2:
            data[:8] = rng.randrange(2**64).to_bytes(8, "little")
        else:
            data = bytearray(rng.randbytes(rng.randrange(200)))
        (tmp_path / "x").write_bytes(data)
        try:
            weights.read_tensors(tmp_path / "x")
        except HeadwaterError as error:
            assert error.failure == "damaged_file"


def sealed_folder(folder):
    folder.mkdir()
    digest = written(folder / checkpoint.MODEL)
    write_json(folder / checkpoint.CONFIG, {"a": 1})
    write_json(
        folder / checkpoint.STATE, checkpoint.sealed(folder, {"step": 3, "名": "模型"}, {checkpoint.MODEL: digest})
    )
    return folder


def test_every_bit_flip_is_noticed(tmp_path):
    folder = sealed_folder(tmp_path / "c")
    assert checkpoint.verify(folder).step == 3
    rng = random.Random(9)
    for _ in range(600):
        path = folder / rng.choice([checkpoint.MODEL, checkpoint.CONFIG, checkpoint.STATE, checkpoint.STATE])
        whole = path.read_bytes()
        data = bytearray(whole)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        with pytest.raises(HeadwaterError) as caught:
            checkpoint.verify(folder)
        assert caught.value.failure == "damaged_checkpoint"
        path.write_bytes(whole)
    checkpoint.verify(folder)


@pytest.mark.parametrize("name", [checkpoint.MODEL, checkpoint.CONFIG, checkpoint.STATE])
def test_a_missing_or_cut_file_is_noticed(tmp_path, name):
    folder = sealed_folder(tmp_path / "c")
    whole = (folder / name).read_bytes()
    for data in (None, b"", whole[:-2], whole + b" x"):
        (folder / name).unlink(missing_ok=True)
        if data is not None:
            (folder / name).write_bytes(data)
        with pytest.raises(HeadwaterError) as caught:
            checkpoint.verify(folder)
        assert caught.value.exit_code == 3


def test_another_schema_is_refused_by_name(tmp_path):
    folder = sealed_folder(tmp_path / "c")
    state = checkpoint.read_state(folder) | {"schema": 9}
    write_json(folder / checkpoint.STATE, state | {"digest": checkpoint._value_digest(state)})
    with pytest.raises(HeadwaterError) as caught:
        checkpoint.verify(folder)
    assert caught.value.failure == "foreign_version"
