"""Anchors: equal to the slow reference; whoever shares a passage shares one."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, spans
from tests.kernels.test_ngrams import TEXTS
from tests.reference import spans as reference


def found(text, run, window):
    array = pa.array(["before this", text], pa.large_string())
    return [(int(h), int(p)) for h, _, p in spans.anchors(*arrow.text_buffers(array), [1], run=run, window=window)]


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(1, 4), st.integers(1, 6))
@example("00:01:0", 1, 2)
@example("a b c a b c a b c 河流河流河流", 2, 3)
def test_equal_to_the_reference(text, run, window):
    assert found(text, run, window) == reference.anchors(text, run, window)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=20), st.lists(st.integers(0, 30), min_size=12, max_size=12), st.data())
def test_a_shared_passage_has_a_shared_anchor(before, passage, data):
    other = data.draw(st.lists(st.integers(0, 30), max_size=20))
    spelled = " ".join(f"w{n}" for n in passage)
    one, two = (" ".join([*(f"a{n}" for n in words), spelled, "end"]) for words in (before, other))
    assert {h for h, _ in found(one, 5, 8)} & {h for h, _ in found(two, 5, 8)}


def test_hostile_texts_take_no_longer_than_their_length():
    texts = ["buy now\n" * 500_000, "x" * 20_000_000, "河" * 2_000_000, "e" + "\u0301" * 4_000_000]
    array = pa.array(texts, pa.large_string())
    spans.anchors(*arrow.text_buffers(array), [], run=8, window=40)
    started = time.process_time()
    spans.anchors(*arrow.text_buffers(array), np.arange(4), run=8, window=40)
    assert time.process_time() - started < 6
