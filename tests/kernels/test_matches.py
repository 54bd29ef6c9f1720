"""Matches: equal to the slow reference on texts of few words, and bounded on hostile ones."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.decontaminate import index
from headwater.curate.decontaminate.config import DecontaminateConfig
from headwater.kernels import arrow, fold
from headwater.kernels.compiled import frozen
from headwater.kernels.matches import KEPT, Hits, Limits, _matched, match
from headwater.kernels.tokens import tokens
from tests.reference import matches as reference

WORDS, CHARS = 3, 4
LIMITS = Limits(WORDS, CHARS, 0.0, 0.625, 1 / 3, 1e-9, 1e-9)
CONFIG = DecontaminateConfig(seed_words=WORDS, seed_chars=CHARS)
PIECES = st.lists(st.sampled_from([*"ab", "cd", "ef", "gh", "ij", "12", "汉", "字", "的"]), min_size=1, max_size=14)
TEXTS = PIECES.map(" ".join)


def built(items: list[str]):
    found = tokens(*arrow.text_buffers(pa.array(items, pa.large_string())), fold.table())
    return index.build(found, np.zeros(len(items), bool), CONFIG)


def by_reference(text: str, items: list[str], own) -> dict[int, tuple[float, int, int]]:
    """What the reference finds with the same weights and the same runs to begin with."""
    spelled = [[token[0] for token in reference.tokens(item)] for item in items]
    kinds = [[token[1] for token in reference.tokens(item)] for item in items]
    weights = [own.weights[own.indptr[i] : own.indptr[i + 1]].tolist() for i in range(len(items))]
    runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for item, place in sorted(zip(own.run_items.tolist(), own.run_places.tolist(), strict=True)):
        length = CHARS if kinds[item][place] == "char" else WORDS
        runs.setdefault(tuple(spelled[item][place : place + length]), []).append((item, place))
    return reference.best(text, spelled, weights, runs, WORDS, CHARS)


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5), st.lists(TEXTS, min_size=1, max_size=3))
def test_equal_to_the_reference(items, texts):
    own = built(items)
    offsets, text = arrow.text_buffers(pa.array(texts, pa.large_string()))
    hits = match(offsets, text, fold.table(), own, LIMITS)
    for row, given_text in enumerate(texts):
        expected = by_reference(given_text, items, own)
        at = np.flatnonzero(hits.rows == row)
        assert set(hits.items[at].tolist()) == set(expected)
        for k in at.tolist():
            share, begin, end = expected[int(hits.items[k])]
            assert hits.shares[k] == pytest.approx(min(1.0, share), abs=1e-6)
            assert (hits.begins[k] - offsets[row], hits.ends[k] - offsets[row]) == (begin, end)


QUESTION = "Natalia sold clips to forty eight of her friends in April and then half as many more in May"


def search(texts: list[str], items: list[str], chunk: int = 1 << 20, overlap: int = 1 << 16) -> Hits:
    offsets, text = arrow.text_buffers(pa.array(texts, pa.large_string()))
    limits = Limits(WORDS, CHARS, 5.0, 0.625, 1 / 3, 0.2, 0.5)
    own = (frozen(offsets, np.int64), frozen(text, np.uint8), frozen(fold.table(), np.uint32), built(items))
    return _matched(*own, limits, chunk, overlap)


@pytest.mark.parametrize("before", [0, 400, 480, 500, 511, 512, 600, 930])
def test_a_question_on_the_edge_of_a_chunk_is_found_whole(before):
    text = "é " * (before // 3) + QUESTION + " and so on" * 200
    hits = search([text], [QUESTION], chunk=512, overlap=256)
    assert hits.shares.tolist() == [1.0]
    assert text.encode()[hits.begins[0] : hits.ends[0]].decode() == QUESTION


def test_a_question_a_hundred_thousand_times_is_a_bounded_number_of_hits_in_little_time():
    items = [QUESTION, *(f"{QUESTION[:40]} {year}" for year in range(1000, 1040))]
    started = time.perf_counter()
    hits = search([f"{QUESTION}. " * 100_000], items)
    assert 1 <= len(hits.rows) <= KEPT and hits.shares[0] == 1.0 and hits.begins[0] == 0
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    "text", ["a " * 500_000, "\u0301" * 500_000, "\u200b" * 500_000, "汉" * 300_000, "x" * 1_000_000]
)
def test_floods_are_passed_through(text):
    started = time.perf_counter()
    assert not len(search([text, QUESTION], [QUESTION, "a a a a a a a b", "汉汉汉汉汉汉字"]).rows) > 4
    assert time.perf_counter() - started < 20


def test_no_texts_no_items():
    assert not len(search([], [QUESTION]).rows)
    assert not len(search(["a b c"], ["a"]).rows)
