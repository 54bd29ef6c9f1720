"""Hashed n-grams: equal to the slow reference on any text, whatever array holds it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, ngrams
from headwater.kernels.ngrams import count_ngrams
from tests.reference import ngrams as reference

SHAPE = {"max_chars": 60, "words": 3, "chars": 3, "bits": 20}
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aZ_09 \n\\${}:的河流、。ひカ한ไ０ｚÀ—’ \u2028\u3000😀𠀀"),
    ),
    max_size=90,
)


def counted(array: pa.Array, **shape: int) -> list[dict[int, int]]:
    indptr, buckets, counts = count_ngrams(*arrow.text_buffers(array), **{**SHAPE, **shape})
    assert indptr[0] == 0 and indptr[-1] == len(buckets) == len(counts)
    spans = zip(indptr[:-1], indptr[1:], strict=True)
    return [dict(zip(buckets[a:b].tolist(), counts[a:b].tolist(), strict=True)) for a, b in spans]


def expected(texts: list[str], **shape: int) -> list[dict[int, int]]:
    return [reference.count_ngrams(text, **{**SHAPE, **shape}) for text in texts]


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, max_size=6), st.integers(0, 3), st.sampled_from([pa.string(), pa.large_string()]))
@example(["\\frac{a_1}{22} \\\\sum\n\n", "self_attn(x1)->y", "汉字和 English 混合", ""], 1, pa.large_string())
def test_equal_to_the_reference(texts, cut, kind):
    array = pa.array(texts, kind).slice(min(cut, len(texts)))
    found = counted(array)
    assert found == expected(texts[cut:])
    assert [list(row) for row in found] == [list(row) for row in expected(texts[cut:])], "in order of first occurrence"


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.integers(1, 4), st.integers(1, 4), st.integers(1, 30), st.integers(8, 26))
def test_equal_to_the_reference_for_any_shape(text, words, chars, max_chars, bits):
    shape = {"words": words, "chars": chars, "max_chars": max_chars, "bits": bits}
    assert counted(pa.array([text]), **shape) == expected([text], **shape)


def test_code_points_have_the_class_of_the_reference():
    """Every edge of a range, and what lies between in steps."""
    edges = {point + step for first, last, _ in reference.RANGES for point in (first, last) for step in (-1, 0, 1)}
    points = sorted(p for p in {*edges, *range(0, 0x20100, 29), 0x10FFFF} if p >= 0 and not 0xD800 <= p < 0xE000)
    text = "".join(chr(point) + " x " for point in points)
    shape = {"words": 1, "chars": 1, "max_chars": len(text), "bits": 26}
    assert counted(pa.array([text], pa.large_string()), **shape) == expected([text], **shape)


def test_nulls_are_empty_and_blocks_do_not_change_rows(monkeypatch):
    texts = ["one two three", None, "", "四五六 seven"] * 9
    plain = expected([text or "" for text in texts])
    assert counted(pa.array(texts, pa.large_string())) == plain
    monkeypatch.setattr(ngrams, "BLOCK_BYTES", 20)
    assert counted(pa.array(texts, pa.string())) == plain
    assert counted(pa.array([], pa.string())) == []


def test_code_and_latex_and_chinese_are_words():
    def spelled(text: str) -> list[str]:
        return [token for token, _ in reference.tokens(text, 1000)]

    assert spelled(r"\frac{x_1}{25}") == [r"\frac", "{", "x_0", "}", "{", "0", "}"]
    assert spelled("let Mut = a::b;") == ["let", "mut", "=", "a", ":", ":", "b", ";"]
    assert spelled("河流。ＡＢ１２\r\n\n行") == ["河", "流", "。", "ab0", "\n", "行"]


@pytest.mark.parametrize(
    "broken", [b"\xff\xfe", b"\xe6\xb2", b"\xf4\x90\x80\x80", b"\xc0\x80", b"a\x80b", b"\xed\xa0\x80"]
)
def test_bytes_that_are_not_utf8_stay_within_the_buffer(broken):
    offsets, data = np.array([0, len(broken)]), np.frombuffer(broken, np.uint8)
    indptr, buckets, _ = count_ngrams(offsets, data, **SHAPE)
    assert indptr[-1] == len(buckets) <= 3 * len(broken)


def test_lone_surrogates_become_question_marks():
    assert counted(arrow.text_array(["a\ud800b", "c"])) == expected(["a?b", "c"])
