"""Kinds of characters and lines: equal to the slow reference on any text, whatever array holds it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.curate import characters
from headwater.kernels import kinds, lines
from headwater.kernels.arrow import text_buffers
from tests.reference import characters as reference

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cn", "Co"]),
        st.sampled_from(
            "ab1_ \n\n\r\t|»。，.!”）*汉字床前明月光\u0301\u0338\u200b\x0b\x1d\x85\u2028\u3000Ã©â€™ä½\xa0é»￿😀𠀀"
        ),
    ),
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=5), st.integers(0, 3), st.sampled_from([pa.string(), pa.large_string()]))
@example(["é" + "\u0301" * 9 + "Ã©â€™", "a\r\n\r\nb\n \n\tc  d \n"], 0, pa.string())
def test_counts_equal_the_reference(texts, cut, kind):
    array = pa.array(texts, kind).slice(min(cut, len(texts)))
    counts, others = kinds.count(
        *text_buffers(array), np.arange(len(array)), characters.entries(), len(characters.KINDS)
    )
    for row, text in enumerate(array.to_pylist()):
        found = {name: int(n) for name, n in zip(characters.KINDS, counts[row], strict=True) if n}
        assert found == dict(reference.kinds(text))
        assert others[row].tolist() == [len(text), *reference.marks(text, kinds.PILE), reference.misread(text)]


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=5))
@example(["床前明月光\n疑是地上霜\n\nHome | News | Jobs | Mail\n| a | b | c |\n好。”\n好。 ”\n", "x\n\nx\n\nx", ""])
def test_figures_of_lines_equal_the_reference(texts):
    array = pa.array(texts, pa.large_string())
    found = lines.figures(*text_buffers(array), np.arange(len(texts)), characters.flags())
    for row, text in enumerate(texts):
        assert {name: int(column[row]) for name, column in found.items()} == reference.lines(text)


def test_many_lines_outgrow_the_first_room():
    texts = ["\n".join(f"line {i % 700}" for i in range(3000)), "one\n\none"]
    found = lines.figures(*text_buffers(pa.array(texts)), np.array([1, 0, 1]), characters.flags())
    assert found["dup_lines"].tolist() == [1, 2300, 1] and found["paragraphs"].tolist() == [2, 1, 2]


def test_breaks_are_those_of_python():
    from_python = [chr(code) for code in range(0x110000) if len(f"a{chr(code)}b".splitlines()) == 2]
    assert sorted(from_python) == sorted(characters.LINE_BREAKS)
