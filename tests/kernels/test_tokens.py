"""Folded tokens: equal to the slow reference, and equal for texts that a reader takes for the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, fold
from headwater.kernels.tokens import runs, tokens, whole
from tests.reference import matches as reference

KINDS = ("word", "char", "little")
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aZ_09 ,.\n'’漢字汉。ひ한ไ０ｚÀé\u0301\u200b\u00ad😀𠀀\U0003ffff"),
    ),
    max_size=80,
)


def found(*texts: str):
    return tokens(*arrow.text_buffers(pa.array(texts, pa.large_string())), fold.table())


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, max_size=5))
@example(["1,000 12,34 1,2345 9,999,999 a1b22", "", "it’s Ünïcode, e\u0301!"])
def test_equal_to_the_reference(texts):
    own = found(*texts)
    offsets = arrow.text_buffers(pa.array(texts, pa.large_string()))[0]
    spellings: dict[int, str] = {}
    for row, text in enumerate(texts):
        expected = reference.tokens(text)
        part = slice(own.indptr[row], own.indptr[row + 1])
        assert [KINDS[kind] for kind in own.kinds[part]] == [token[1] for token in expected]
        assert (own.begins[part] - offsets[row]).tolist() == [token[2] for token in expected]
        assert (own.ends[part] - offsets[row]).tolist() == [token[3] for token in expected]
        for value, token in zip(own.hashes[part].tolist(), expected, strict=True):
            assert spellings.setdefault(value, token[0]) == token[0], "one hash, one spelling"
    assert len(set(spellings.values())) == len(spellings), "one spelling, one hash"


SAME = [
    ("Which of these IS it?", "which of these — is it"),
    ("它值多少钱？", "它值多少錢"),
    ("ＡＢＣ１２３", "abc 123"),
    ("It cost 1,000,000 dollars", "it cost 1000000 dollars"),
    ("what\u200b is\ufeff so\u00adft", "what is soft"),
    ("café naïve", "cafe\u0301 nai\u0308ve"),
    ("she couldn't go", "she couldn’t go"),
    ("a long\nline that\n> was wrapped", "a long line that was wrapped"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_reads_the_same_is_the_same(one, other):
    assert whole(found(one)).tolist() == whole(found(other)).tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("80,000 men", "80 men"), ("a cat", "a cot"), ("土地", "地土"), ("かき", "がき"), ("किताब", "कताब")],
)
def test_what_reads_otherwise_is_not(one, other):
    assert whole(found(one)).tolist() != whole(found(other)).tolist()


def test_runs_lie_within_a_text():
    texts, hashes = runs(found("one two three", "four", "one two three four"), 3)
    assert texts.tolist() == [0, 2, 2]
    assert hashes[0] == hashes[1] != hashes[2]


def test_broken_bytes_are_separators():
    text = np.frombuffer(b"ab\xffcd \xe6\xbc", np.uint8)
    own = tokens(np.array([0, len(text)]), text, fold.table())
    assert list(zip(own.begins.tolist(), own.ends.tolist(), strict=True)) == [(0, 2), (3, 5)]


def test_simplified_forms_are_openccs():
    opencc = pytest.importorskip("opencc", reason="OpenCC is optional; the table of its pairs is not")
    traditional = "漢字體書檢查與電腦學習龍鳳"
    assert whole(found(traditional)).tolist() == whole(found(opencc.OpenCC("t2s").convert(traditional))).tolist()
