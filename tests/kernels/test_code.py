"""Figures of source code: equal to the slow reference on any text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.curate import characters
from headwater.kernels import code
from headwater.kernels.arrow import text_buffers
from tests.reference import code as reference

PIECES = st.sampled_from(
    ["1, ", "0x1f,", "2.5e-3 ", "7UL;", "x1 ", "9px ", "{3},", '"', "\\x1f", "\\u4e2d", "\\n", "\r\n", "\n", "=" * 9,
     "Qm9iYm9i" * 5, "/", "+", "数", "_2 ", "0b1", "1e", ".", "\t"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=60).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=4))
@example(["\\u4e2d" * 8 + "\\x41" * 7 + " " + "A" * 128 + " " + "=" * 200 + ", ".join("0123456789abcdefg") * 3])
@example([" ".join(map(str, range(15))), " ".join(map(str, range(16))), ""])
def test_figures_equal_the_reference(texts):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    array = pa.array(texts, pa.large_string())
    found = code.figures(*text_buffers(array), np.arange(len(texts)), characters.flags())
    for row, text in enumerate(texts):
        expected = reference.sizes(text)
        expected["listed"] = reference.listed(text.encode())
        expected["encoded"], expected["longest_encoded"] = reference.encoded(text.encode())
        assert {name: int(column[row]) for name, column in found.items()} == expected
