"""English web pages: words as spaCy cuts them, figures equal to the slow reference, in linear time on anything."""

from __future__ import annotations

import random
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, english, flags
from headwater.kernels.spellings import spellings
from tests.reference import english as reference
from tests.reference.english_words import words

PIECES = (
    *"abzZAI019.,.'’:;()[]{}<>/-–—~_*&#@%$+=^\"“”…?!°C²mk中。、—\t\n\n  ",
    "’s", "'s", "...", "http://", "www.", ".com", "km", "10", "a.m.", "don't", ":)", ":-)", "U.S.", "US$", "e.g.",
    "§", "🙂", "©", "x@y.org", "ß", "Б", "É", "١", "_", "v.v", "<3", "cant", "e\u0301", "\u200b", "\u2028",
    "\x1c", "\r\n", "한글", " the", " of", " and", "10.1.2.3", "8.8.8.8", ":80", "://", "[1]", "[edit]",
    "javascript", "Lorem Ipsum", "use cookies", "It was said. ", "Is it so? ", "one two three ",
    "one two three four five six ", "\n- ", "\n• x...", ".\n",
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)


def measured(texts: list[str]) -> list[dict[str, int]]:
    found = english.measure(*arrow.text_buffers(pa.array(texts, pa.large_string())), np.arange(len(texts)))
    return [dict(zip(english.NAMES, row, strict=True)) for row in found.tolist()]


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("")
@example("\n\n\n")
@example("\n")
@example('He said [12] so.[3] Then "no"!  And  yes. [citation needed]\nUse of cookies is bad here.\n')
@example("i'd've can't. (e.g. foo:bar) 10km, 5US$ x.Y a--b ..a.. http://a.b:80/c? j@x.com)")
def test_equal_to_the_reference(text):
    assert english.split([text])[0] == words(text)
    assert measured([text])[0] == reference.figures(text)


@settings(max_examples=20, deadline=None)
@given(st.lists(TEXTS, max_size=8))
def test_texts_do_not_touch_each_other(texts):
    blocks, english.BLOCK_BYTES = english.BLOCK_BYTES, 50
    try:
        assert measured(texts) == [reference.figures(text) for text in texts]
    finally:
        english.BLOCK_BYTES = blocks
    assert measured(texts) == [reference.figures(text) for text in texts]


def test_rows_are_chosen():
    array = pa.array(["x", "one two", "", "one, two, three"], pa.large_string()).slice(1)
    found = english.measure(*arrow.text_buffers(array), np.array([2, 0]))
    assert found[:, english.INDEX["words"]].tolist() == [5, 2]


def test_spacy_agrees():
    """Random marks and known spellings, and every spelling; spaCy alone looks across a blank, so none are given."""
    spacy = pytest.importorskip("spacy", reason="needs spaCy (pip install spacy)")
    tokenizer = spacy.blank("en").tokenizer
    assert set(spellings()) == set(tokenizer.rules) - {" ", "\t", "\n", "\xa0"}
    generator = random.Random(7)
    known = sorted(spellings())
    texts = [f"x {spelling}. ({spelling}) {spelling}" for spelling in known]
    pieces = [piece for piece in PIECES if not piece.isspace()]
    for _ in range(1000):
        parts = [
            generator.choice(pieces if generator.random() < 0.8 else known) for _ in range(generator.randint(1, 9))
        ]
        texts.append("".join(parts).strip().replace(" ", "\n"))
    expected = [[token.text for token in tokenizer(text) if token.text.strip()] for text in texts]
    assert english.split(texts) == expected


def test_flags_know_scripts():
    table = flags.table()
    assert table[ord("中")] & flags.LOWER and table[ord("中")] & flags.UPPER and not table[ord("中")] & flags.PREFIX
    assert table[ord("。")] & flags.TERMINAL and not table[ord("。")] & flags.ALPHA


@pytest.mark.parametrize("broken", [b"\xff\xfe.", b"a \xe6\xb2", b"\xf4\x90\x80\x80", b"\xed\xa0\x80 x."])
def test_bytes_that_are_not_utf8_stay_within_the_buffer(broken):
    found = english.measure(np.array([0, len(broken)]), np.frombuffer(broken, np.uint8), np.array([0]))
    assert 0 < found[0, english.INDEX["chars"]] <= len(broken)


@pytest.mark.parametrize(
    "unit",
    ["a", ".", ")", "a.", "@a", "a@b.", "-a", ":)", "'s", "\n", "x\n", "e\u0301", "\u0301", "[1]", "中", "1.", "(a"],
)
def test_time_is_linear(unit):
    """Twenty times the text takes nothing like four hundred times as long."""
    size = 200_000 // len(unit)
    measured([unit * 10])
    started = time.perf_counter()
    found = measured([unit * size])[0]
    assert time.perf_counter() - started < 2 and found["chars"] == size * len(unit)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["a", "ab ", "same line again.\n", "e\u0301", ").", "a@b."])
def test_fifty_megabytes(unit):
    size = 50_000_000 // len(unit.encode())
    started = time.perf_counter()
    assert measured([unit * size])[0]["chars"] == size * len(unit)
    assert time.perf_counter() - started < 120
