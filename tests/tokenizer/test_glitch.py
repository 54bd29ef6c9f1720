"""Glitch tokens: rows that training did not move, found with the first embedding and without it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headwater.errors import HeadwaterError
from headwater.tokenizer import glitch
from headwater.tokenizer.config import special_tokens
from headwater.tokenizer.encode import Encoder
from tests.tokenizer.made import tokenizer

WIDTH = 32
SPECIALS = len(special_tokens(4))


def stored(folder, rows, kind="F32"):
    """A safetensors file with these rows as its embedding."""
    data = {"F32": rows.astype("<f4"), "F16": rows.astype("<f2")}.get(kind)
    if data is None:  # BF16: the upper half of float32
        data = (rows.astype("<f4").view("<u4") >> 16).astype("<u2")
    entry = {"dtype": kind, "shape": list(rows.shape), "data_offsets": [0, data.nbytes]}
    header = json.dumps({glitch.EMBEDDING: entry}).encode()
    header += b" " * (-len(header) % 8)
    folder.mkdir(exist_ok=True)
    (folder / glitch.WEIGHTS).write_bytes(len(header).to_bytes(8, "little") + header + data.tobytes())
    (folder / "tokenizer.json").write_text(tokenizer().to_str(), "utf-8")
    return folder


def trained(seed=0, common=0.0):
    """(first rows, last rows, ids never seen): a drift common to all, and a move of those seen."""
    rng = np.random.default_rng(seed)
    size = tokenizer().get_vocab_size()
    initial = rng.normal(0, 0.02, (size, WIDTH)).astype(np.float32)
    never = {*rng.choice(np.arange(SPECIALS, size), 40, replace=False).tolist()}
    still = [*range(1, SPECIALS), *never]
    last = initial + rng.normal(0, 0.1, initial.shape).astype(np.float32)
    last[still] = initial[still]
    return initial, last + np.float32(common), never


@pytest.mark.parametrize(
    ("common", "kind", "measure"), [(0.0, "F32", "change"), (0.3, "F32", "distance"), (0.3, "BF16", "distance")]
)
def test_what_never_moved_is_found(tmp_path, common, kind, measure):
    initial, last, never = trained(common=common)
    found = glitch.find(stored(tmp_path / "c", last, kind), initial)
    got = {token.token_id for token in found.tokens}
    assert found.measure == measure and got <= never
    assert len(got) == 40 if measure == "change" else len(got) >= 36
    assert all(token.token and token.why for token in found.tokens)


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16"])
def test_without_the_first_rows_the_reserved_ones_tell(tmp_path, kind):
    _, last, never = trained(1)
    got = {token.token_id for token in glitch.find(stored(tmp_path / "c", last, kind)).tokens}
    assert got <= never and len(got) >= 36


def test_first_rows_of_another_seed_are_not_believed(tmp_path):
    other, (_, last, never) = trained(5)[0], trained(1)
    found = glitch.find(stored(tmp_path / "c", last), other)
    assert found.measure == "distance" and {token.token_id for token in found.tokens} <= never


def test_a_byte_that_no_text_holds_is_told_apart(tmp_path):
    initial, last, _ = trained()
    encoder = Encoder(tokenizer())
    byte = next(i for i in range(encoder.vocab_size) if encoder.decode_bytes([i]) == b"\xff")
    last[byte] = initial[byte]
    told = {token.token_id: token for token in glitch.find(stored(tmp_path / "c", last), initial).tokens}
    assert told[byte].token == "<0xFF>" and "no UTF-8" in told[byte].why


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:4],
        lambda data: (1 << 60).to_bytes(8, "little") + data[8:],
        lambda data: data.replace(b'"shape"', b'"shapf"'),
        lambda data: data.replace(b"F32", b"I64"),
        lambda data: data[:-1000],
        lambda data: data.replace(b"[0, ", b"[8, "),
        lambda data: b"",
    ],
)
def test_damaged_weights_are_said(tmp_path, damage):
    folder = stored(tmp_path / "c", trained()[1])
    (folder / glitch.WEIGHTS).write_bytes(damage((folder / glitch.WEIGHTS).read_bytes()))
    with pytest.raises(HeadwaterError) as caught:
        glitch.find(folder)
    assert caught.value.failure == "damaged_file"


@pytest.mark.slow
def test_the_command_on_a_run(tmp_path, monkeypatch, capsys):
    """A run of ours, its output head apart: what is never in the batches is what the command lists."""
    from headwater.cli.main import main
    from tests.corpora import write_recipe

    monkeypatch.chdir(tmp_path)
    recipe = write_recipe(tmp_path / "c", 40, model={"tie_embeddings": False})
    assert main(["run", str(recipe), "--until", "train", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["tokenizer", "glitch", "tiny", "--json", "--quiet"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["measure"] == "change" and value["glitches"] > 0 and value["reference"] >= 8
