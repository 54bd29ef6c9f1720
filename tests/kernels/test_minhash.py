"""MinHash signatures: equal to the slow reference, as far from the truth as the theory says, and of bounded time."""

from __future__ import annotations

import random
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import arrow, minhash
from tests import corpora
from tests.kernels.test_ngrams import TEXTS
from tests.reference import minhash as reference

SHAPE = {"words": 3, "chars": 2, "bands": 2, "rows": 4}


def signed(array, signs, **shape):
    return minhash.signatures(*arrow.text_buffers(array), np.array(signs, bool), **{**SHAPE, **shape})


def expected(texts, signs, words=3, chars=2, bands=2, rows=4):
    a, b = (drawn.tolist() for drawn in minhash.permutations(bands * rows))
    return [reference.signature(text or "", flag, words, chars, a, b) for text, flag in zip(texts, signs, strict=True)]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=5), st.integers(0, 3))
@example([("a b c 河流。河", False), ("", True), ("f(x) = Y_1", True), ("ＡＢ ab", False)], 1)
def test_equal_to_the_reference(rows, cut):
    texts, signs = [text for text, _ in rows], [flag for _, flag in rows]
    cut = min(cut, len(rows))
    array = pa.array(texts, pa.large_string()).slice(cut)
    assert signed(array, signs[cut:]).tolist() == expected(texts[cut:], signs[cut:])


@settings(max_examples=30, deadline=None)
@given(TEXTS, st.booleans(), st.integers(1, 8), st.integers(1, 8))
def test_equal_to_the_reference_for_any_shape(text, flag, words, chars):
    found = signed(pa.array([text]), [flag], words=words, chars=chars)
    assert found.tolist() == expected([text], [flag], words, chars)


def test_blocks_and_nulls_do_not_change_a_signature():
    long = " ".join(f"w{n % 5003}" for n in range(3 * minhash.BLOCK))
    texts = [long, None, "", "短"]
    found = signed(pa.array(texts, pa.large_string()), [False] * 4)
    assert found.tolist() == expected(texts, [False] * 4)
    assert (found[1] == minhash.EMPTY).all() and (found[2] == minhash.EMPTY).all()


def test_what_is_no_difference():
    pairs = [
        ("The River, ran!", "the river ran", False),
        ("ＡＢＣ 河流。", "abc 河流", False),
        ("a  =\n b", "a=b", True),
    ]
    for one, two, signs in pairs:
        first, second = signed(pa.array([one, two]), [signs] * 2)
        assert first.tolist() == second.tolist()
    first, second = signed(pa.array(["a = b + c + d", "a = b * c * d"]), [True] * 2)
    assert first.tolist() != second.tolist(), "operators count in source code"


@pytest.mark.parametrize("lang", ["zh", "en", "code"])
def test_error_is_the_theory(lang):
    """Over pairs of every similarity, the mean error is near none and its spread that of 128 draws."""
    rng = random.Random(lang)
    texts, truth = [], []
    for _ in range(60):
        one, other = corpora.MAKERS[lang](rng), corpora.MAKERS[lang](rng)
        half = len(one) * rng.randint(2, 9) // 10
        texts += [one, one[:half] + other[half:]]
        truth.append(reference.jaccard(texts[-2], texts[-1], lang == "code"))
    found = signed(pa.array(texts), [lang == "code"] * len(texts), words=5, chars=5, bands=16, rows=8)
    errors = minhash.similarity(found[::2], found[1::2]) - np.array(truth)
    deviation = np.sqrt(np.mean([s * (1 - s) / 128 for s in truth]))
    assert abs(errors.mean()) < 4 * deviation / np.sqrt(len(truth))
    assert errors.std() < 1.5 * deviation


def test_hostile_texts_take_no_longer_than_their_length():
    hostile = [
        "buy now\n" * 1_000_000,
        "x" * 20_000_000,
        "e" + "\u0301" * 4_000_000,
        "河" * 3_000_000,
        "\u200b" * 4_000_000,
    ]
    array = pa.array(hostile, pa.large_string())
    signed(array.slice(0, 0), [])
    started = time.process_time()
    signed(array, [True] * len(hostile), words=5, chars=5, bands=14, rows=8)
    assert time.process_time() - started < 8


def test_permutations_are_odd_and_fixed():
    a, b = minhash.permutations(3)
    assert (a & np.uint64(1)).all()
    assert [hex(value) for value in (int(a[0]), int(b[0]))] == ["0x910a2dec89025cc1", "0x71c18690ee42c90b"]


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"\xe6\xb2", b"\xf4\x90\x80\x80", b"a\x80b", b"\xed\xa0\x80"])
def test_bytes_that_are_not_utf8_stay_within_the_buffer(broken):
    found = minhash.signatures(np.array([0, len(broken)]), np.frombuffer(broken, np.uint8), np.ones(1, bool), **SHAPE)
    assert found.shape == (1, 8)
