"""A zstandard file is read whole, or said to be cut short wherever the cut falls."""

import io

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headwater.document.zstd_stream import ZstdStream

LINES = b"".join(b"line %06d\n" % i for i in range(60000))  # 12 bytes each: a block now and then ends with a line


def packed(*parts: bytes) -> bytes:
    return b"".join(zstandard.compress(part, 1) for part in parts)


def expanded(data: bytes) -> bytes:
    return io.BufferedReader(ZstdStream(io.BytesIO(data)), 1 << 16).read()


@given(st.lists(st.binary(max_size=9000), max_size=5))
def test_frames_one_after_another_are_read_to_the_end(parts):
    assert expanded(packed(*parts)) == b"".join(parts)


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 100, 5000, -5, -4, -1])
def test_a_cut_anywhere_is_damage(cut):
    with pytest.raises(zstandard.ZstdError):
        expanded(packed(LINES)[:cut])


def test_a_cut_between_two_blocks_is_damage_after_all_that_came_before():
    pieces = zstandard.ZstdCompressor(level=1).compressobj()
    first = pieces.compress(LINES[:120000]) + pieces.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    stream, read = ZstdStream(io.BytesIO(first)), b""
    with pytest.raises(zstandard.ZstdError, match="inside a frame"):
        while piece := stream.read(1 << 20):
            read += piece
    assert read == LINES[:120000]


def test_a_cut_between_two_frames_is_no_damage():
    assert expanded(packed(b"a")) == b"a" and expanded(b"") == b""
