"""Bodies expanded within a bound, whatever is wrong with them."""

from __future__ import annotations

import functools
import gzip
import random
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire.body import BadBody, expanded

packed = functools.partial(gzip.compress, mtime=0)  # a test's name must not change with the clock
TEXT = "text 文本 ".encode() * 100
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(TEXT) + RAW.flush()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT, ""), (TEXT, "identity"), (packed(TEXT), "gzip"), (packed(TEXT), "X-GZIP"),
        (zlib.compress(TEXT), "deflate"), (RAW_DEFLATE, "deflate"), (zstandard.compress(TEXT), "zstd"),
        (packed(zlib.compress(TEXT)), "deflate, gzip"),
        (packed(TEXT[:99]) + packed(TEXT[99:]), "gzip"),
        (packed(TEXT) + b"trailing", "gzip"),
    ],
)  # fmt: skip
def test_expanded(data: bytes, encoding: str) -> None:
    assert expanded(data, encoding, 10_000) == TEXT


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (packed(TEXT)[:-20], "gzip", "broken_body"), (b"not gzip", "gzip", "broken_body"),
        (packed(b"0" * 100_000_000), "gzip", "expands_too_far"),
        (packed(packed(b"0" * 100_000_000)), "gzip, gzip", "expands_too_far"),
        (TEXT, "br", "unknown_encoding"), (TEXT, "gzip,gzip,gzip", "unknown_encoding"), (TEXT, "zstd", "broken_body"),
    ],
)  # fmt: skip
def test_refused(data: bytes, encoding: str, reason: str) -> None:
    with pytest.raises(BadBody) as error:
        expanded(data, encoding, 10_000)
    assert error.value.reason == reason


def test_cut_instead() -> None:
    assert expanded(packed(TEXT), "gzip", 10, cut=True) == TEXT[:10]
    noise = random.Random(5).randbytes(50_000)
    half = expanded(packed(noise)[:25_000], "gzip", 100_000, cut=True)
    assert len(half) > 20_000 and noise.startswith(half)
    with pytest.raises(BadBody):
        expanded(b"not gzip", "gzip", 10, cut=True)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "zstd", "gzip, deflate"]))
def test_any_bytes(data: bytes, encoding: str) -> None:
    try:
        assert len(expanded(data, encoding, 1000)) <= 1000
    except BadBody as error:
        assert error.reason in ("broken_body", "expands_too_far")
