"""Candidates for personal data: equal to the slow reference, and linear in hostile text."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, personal
from tests.reference import personal as reference

TEXTS = st.lists(
    st.one_of(
        st.sampled_from("0123456789aF.:@+()-/ ＠０９＋（：　–_%中é\n"),
        st.sampled_from(
            ["8.8.8.8", "2001:", "::", "13812345678", "a@b.c", "1234567890123456789", ": 555-1234", "é１２"]
        ),
    ),
    max_size=24,
).map("".join)


def found(texts: list[str]) -> list[list[tuple[int, int, int]]]:
    """Candidates as places in characters, in the reference's order."""
    offsets, raw = arrow.text_buffers(pa.array(texts, pa.large_string()))
    rows: list[list[tuple[int, int, int]]] = [[] for _ in texts]
    for row, start, end, kind in personal.find_candidates(offsets, raw, np.ones(len(texts), bool)).tolist():
        whole = raw[offsets[row] : end].tobytes()
        before = whole[: start - offsets[row]].decode()
        rows[row].append((len(before), len(whole.decode()), kind))
    return rows


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=4))
@example(["+1 (212) 555-0123", "IP:8.8.8.8:53", "13812345678 " + "9" * 25 + " 13812345678"])
def test_equal_to_the_reference(texts):
    assert found(texts) == [reference.candidates(text) for text in texts]


def test_rows_that_are_not_wanted_have_none():
    offsets, raw = arrow.text_buffers(pa.array(["a@b.com", "a@b.com"]))
    assert personal.find_candidates(offsets, raw, np.array([False, True]))[:, 0].tolist() == [1]


def test_hostile_text_takes_linear_time():
    size = 4_000_000
    texts = ["@" * size, "1" * size, "1 " * (size // 2), "1." * (size // 2), "((+" * (size // 3), "2001:" * (size // 5)]
    found(["warm"])
    start = time.monotonic()
    offsets, raw = arrow.text_buffers(pa.array(texts, pa.large_string()))
    personal.find_candidates(offsets, raw, np.ones(len(texts), bool))
    assert time.monotonic() - start < 5
