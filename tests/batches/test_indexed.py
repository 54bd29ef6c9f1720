"""Megatron's files: read back as written, and every damage noticed."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from headwater.batches.indexed import IndexedTokens
from headwater.errors import HeadwaterError
from tests.batches.made import index, write_channel


def test_sequences_come_back(tmp_path):
    tokens = write_channel(tmp_path, "a", [3, 1, 5])
    found = IndexedTokens(tmp_path / "a")
    assert found.num_tokens == 9 and len(found) == 3
    assert np.array_equal(found.tokens, tokens)
    assert np.array_equal(found.sequence(1), tokens[3:4]) and np.array_equal(found.sequence(2), tokens[4:])


def test_int32_tokens_and_an_empty_channel(tmp_path):
    (tmp_path / "b.bin").write_bytes(np.array([1, 70_000, 3], dtype="<i4").tobytes())
    (tmp_path / "b.idx").write_bytes(index([3], code=4, size=4))
    assert IndexedTokens(tmp_path / "b").tokens.tolist() == [1, 70_000, 3]
    (tmp_path / "c.bin").write_bytes(b"")
    (tmp_path / "c.idx").write_bytes(index([]))
    assert IndexedTokens(tmp_path / "c").num_tokens == 0


def test_the_optional_modes_are_passed_over(tmp_path):
    write_channel(tmp_path, "a", [2, 2])
    (tmp_path / "a.idx").write_bytes((tmp_path / "a.idx").read_bytes() + b"\x00\x00")
    assert IndexedTokens(tmp_path / "a").num_tokens == 4


@pytest.mark.parametrize("cut", [0, 5, 20, 33, 34, 40, -1])
def test_a_short_index_is_noticed(tmp_path, cut):
    write_channel(tmp_path, "a", [3, 4])
    (tmp_path / "a.idx").write_bytes((tmp_path / "a.idx").read_bytes()[:cut])
    with pytest.raises(HeadwaterError) as caught:
        IndexedTokens(tmp_path / "a", check=False)
    assert caught.value.failure == "damaged_file"


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b[:-2], lambda b: b + b"\x00\x00", lambda b: b""])
def test_a_bin_of_another_size_is_noticed(tmp_path, change):
    write_channel(tmp_path, "a", [3, 4])
    path = tmp_path / "a.bin"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(HeadwaterError, match="bytes where its index counts"):
        IndexedTokens(tmp_path / "a", check=False)


def test_missing_files_are_said(tmp_path):
    with pytest.raises(HeadwaterError):
        IndexedTokens(tmp_path / "none")
    write_channel(tmp_path, "a", [3])
    (tmp_path / "a.bin").unlink()
    with pytest.raises(HeadwaterError):
        IndexedTokens(tmp_path / "a")


def test_lengths_that_disagree_with_the_offsets_are_noticed(tmp_path):
    write_channel(tmp_path, "a", [3, 4, 5])
    data = bytearray((tmp_path / "a.idx").read_bytes())
    data[34:42] = struct.pack("<ii", 4, 3)
    (tmp_path / "a.idx").write_bytes(data)
    with pytest.raises(HeadwaterError, match="disagree"):
        IndexedTokens(tmp_path / "a")


def test_a_flipped_bit_anywhere_in_an_index_is_noticed(tmp_path):
    write_channel(tmp_path, "a", [3, 4, 5, 6])
    path = tmp_path / "a.idx"
    good = path.read_bytes()
    for bit in range(len(good) * 8):
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        with pytest.raises(HeadwaterError):
            IndexedTokens(tmp_path / "a")


def test_noise_is_an_error(tmp_path):
    write_channel(tmp_path, "a", [3, 4, 5, 6])
    path, rng = tmp_path / "a.idx", random.Random(1)
    good = path.read_bytes()
    for _ in range(1000):
        start = rng.randrange(len(good))
        noise = rng.randbytes(rng.randrange(1, 60))
        damaged = good[:start] + noise + good[start + len(noise) :]
        if damaged == good or len(damaged) == len(good) + 4:  # the latter has room for Megatron's optional modes
            continue
        path.write_bytes(damaged)
        with pytest.raises(HeadwaterError):
            IndexedTokens(tmp_path / "a")
