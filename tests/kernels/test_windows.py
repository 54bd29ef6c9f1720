"""Repeated windows: equal to the slow reference, for whole texts, samples and chosen characters."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import characters
from headwater.kernels import lines, windows
from headwater.kernels.arrow import text_buffers
from tests.reference import windows as reference

TEXTS = st.lists(st.text("ab汉字， \n𠀀", max_size=70), max_size=4)


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.integers(1, 5), st.integers(2, 6), st.integers(2, 4))
def test_samples_equal_the_reference(texts, width, places, parts):
    array = pa.array(texts, pa.string())
    found = windows.sampled(*text_buffers(array), np.arange(len(texts)), width=width, places=places, parts=parts)
    assert found.tolist() == [reference.sampled(text, width, places, parts) for text in texts]


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.integers(1, 6), st.integers(1, 40))
def test_chosen_characters_equal_the_reference(texts, width, most):
    array = pa.array(texts, pa.large_string())
    rows = np.arange(len(texts))[::-1]
    found = windows.of_flagged(
        *text_buffers(array), rows, characters.flags(), lines.HAN, widths=(width, width + 2), most=most
    )  # fmt: skip
    for row, figures in zip(rows, found, strict=True):
        han = [c for c in texts[row] if characters.kind_of(ord(c)) == "han"][:most]
        expected = [reference.repeats(han, width), reference.repeats(han, width + 2)]
        assert np.allclose(figures, expected, rtol=1e-12, atol=0)
