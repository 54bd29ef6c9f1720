"""Documents with their end tokens: equal to joining them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels.ended import ended


@given(
    texts=st.lists(st.lists(st.integers(0, 60_000), max_size=6), max_size=8),
    chosen=st.lists(st.integers(0, 7), max_size=8),
    wide=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_documents_stand_in_the_order_asked_for(texts, chosen, wide):
    rows = [row for row in chosen if row < len(texts)]
    ids = np.array([token for text in texts for token in text], np.uint32)
    offsets = np.cumsum([0, *map(len, texts)])
    dtype = np.dtype("<i4" if wide else "<u2")
    found = ended(ids, offsets, np.array(rows, np.int64), 65_000, dtype)
    assert found.dtype == dtype and found.tolist() == [t for row in rows for t in (*texts[row], 65_000)]


@pytest.mark.parametrize("dtype", ["<u2", "<i4"])
def test_no_document_gives_no_token(dtype):
    assert len(ended(np.empty(0, np.uint32), np.zeros(1, np.int64), np.empty(0, np.int64), 0, np.dtype(dtype))) == 0
