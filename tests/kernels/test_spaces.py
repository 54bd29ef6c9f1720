"""White space made plain: as Python's `split` and `join` make it."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, spaces

TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" \t\n\u3000\u2028\x1c\xa0\x85\u200bab中é")),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=5), st.integers(0, 2))
@example([" a  b ", "", "\u3000中\u3000文\u3000"], 0)
def test_equal_to_split_and_join(texts, cut):
    array = pa.array(texts, pa.large_string()).slice(min(cut, len(texts)))
    joined, bounds, words, plain = spaces.squeeze(*arrow.text_buffers(array))
    expected = [" ".join(text.split()) for text in texts[cut:]]
    found = [bytes(joined[a:b]).decode() for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
    assert found == expected
    assert words.tolist() == [len(text.split()) for text in texts[cut:]]
    assert plain.tolist() == [text.isascii() for text in texts[cut:]]
