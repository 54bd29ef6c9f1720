"""The writer makes Megatron's bytes: compared with its own writer's layout, and read back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches import indexed as reading
from headwater.batches.indexed import IndexedTokens
from headwater.pack import indexed
from tests.batches.made import index


def parts_of(lengths: list[int], size: int):
    return lambda: iter([np.array(lengths[i : i + size], dtype=np.int32) for i in range(0, len(lengths), size)])


@given(lengths=st.lists(st.integers(1, 9), max_size=30), size=st.integers(1, 8), wide=st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_index_is_megatrons_however_it_comes_in(tmp_path_factory, lengths, size, wide):
    folder = tmp_path_factory.mktemp("idx")
    dtype, code = (np.dtype("<i4"), 4) if wide else (np.dtype("<u2"), 8)
    indexed.write_idx(folder / "a.idx", dtype, len(lengths), parts_of(lengths, size))
    assert (folder / "a.idx").read_bytes() == index(lengths, code, dtype.itemsize)


def test_pieces_are_joined_and_read_back(tmp_path):
    pieces = []
    for place, tokens in enumerate(([1, 2, 0], [], [3, 0, 65_499, 0])):
        pieces.append(tmp_path / f"{place}")
        pieces[-1].write_bytes(np.array(tokens, dtype="<u2").tobytes())
    indexed.write_bin(tmp_path / "a.bin", pieces)
    indexed.write_idx(tmp_path / "a.idx", np.dtype("<u2"), 3, parts_of([3, 2, 2], 1))
    found = IndexedTokens(tmp_path / "a")
    assert found.tokens.tolist() == [1, 2, 0, 3, 0, 65_499, 0]
    assert [found.sequence(i).tolist() for i in range(3)] == [[1, 2, 0], [3, 0], [65_499, 0]]


@pytest.mark.parametrize(
    ("vocab_size", "name"), [(300, "uint16"), (65_499, "uint16"), (65_500, "int32"), (200_000, "int32")]
)
def test_the_type_is_the_one_megatron_chooses(vocab_size, name):
    assert indexed.token_type(vocab_size).name == name


def test_writer_and_reader_agree_on_the_format():
    assert (indexed.MAGIC, indexed.VERSION) == (reading.MAGIC, reading.VERSION)
    assert {code: np.dtype(name) for name, code in indexed.TYPE_CODES.items()} == reading.TOKEN_TYPES
