"""Counted words: the same whatever the memory, the batches and the order; what does not fit goes to files."""

from __future__ import annotations

import tracemalloc
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import word_counts
from headwater.tokenizer import patterns, words
from tests.kernels.test_word_counts import listed
from tests.reference import word_counts as reference
from tests.tokenizer import made

RULES = patterns.rules("headwater", "auto")
LEAST = 1  # bytes of a budget: the smallest table there is


def counter(found: words.Words) -> Counter[bytes]:
    return Counter(dict(listed(*found)))


def texts_of(batches: list[list[str]], weights: list[list[int]]):
    for texts, given_weights in zip(batches, weights, strict=True):
        yield pa.array(texts, pa.large_string()), np.array(given_weights, np.int64)


def varied(num: int = 30_000) -> list[str]:
    return [f"w{number * 7919 % 99_991} 中{chr(0x4E00 + number % 5_000)} " for number in range(num)]


def test_any_memory_and_batches_give_the_same_words(tmp_path):
    texts = varied(6_000)
    expected = reference.counts(texts, [64] * len(texts), "headwater", "auto", word_counts.MAX_WORD_BYTES)
    for size, budget in ((1, LEAST), (700, LEAST), (6_000, 10_000_000)):
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        parts = words.count(texts_of(batches, [[64] * len(batch) for batch in batches]), RULES, budget)
        found = words.gathered(parts, budget, tmp_path / f"{size}-{budget}")
        assert counter(found) == expected
        kept, left_out = words.commonest(found, 1 << 30)
        assert left_out == 0.0 and kept.counts.tolist() == sorted(expected.values(), reverse=True)
        if size == 1:
            first = kept
        for one, other in zip(first, kept, strict=True):
            assert np.array_equal(one, other), "the order is fixed"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(st.text(max_size=12), st.integers(1, 1 << 40)), max_size=5), max_size=4))
def test_equal_to_the_counter(batches):
    texts = [[text.encode("utf-8", "ignore").decode() for text, _ in batch] for batch in batches]
    weights = [[weight for _, weight in batch] for batch in batches]
    parts = list(words.count(texts_of(texts, weights), RULES, LEAST))
    found = words.merged(parts, LEAST)
    flat = [sum(values, []) for values in (texts, weights)]
    assert counter(found) == reference.counts(*flat, "headwater", "auto", word_counts.MAX_WORD_BYTES)


def test_partitions_are_written_and_read(tmp_path):
    texts = [row["text"] for row in made.rows(12)]
    (whole,) = words.count(texts_of([texts], [[64] * 12]), RULES, 10_000_000)
    expected = counter(whole)
    sizes = words.write(tmp_path, ["a", "b", "c"], [whole])
    parts = [words.merged(words.read(tmp_path / name), LEAST) for name in ("a", "b", "c")]
    assert [len(part.counts) for part in parts] == sizes and sum(sizes) == len(expected)
    assert counter(words.together(parts)) == expected
    assert words.write(tmp_path, ["none"], []) == [0] and list(words.read(tmp_path / "none")) == []


def test_the_commonest_fit_the_memory():
    given_words = {b"a" * 10: 5, b"b" * 10: 9, b"c" * 10: 9, b"": 1, b"b" * 9: 9}
    text = np.frombuffer(b"".join(given_words), np.uint8)
    starts = np.concatenate([[0], np.cumsum([len(word) for word in given_words])])
    found = words.Words(starts, text, np.array(list(given_words.values()), np.int64))
    kept, left_out = words.commonest(found, 29)
    assert [word for word, _ in listed(*kept)] == [b"b" * 9, b"b" * 10, b"c" * 10][: len(kept.counts)]
    assert left_out == pytest.approx(1 - int(kept.counts.sum()) / 33)
    assert len(words.commonest(found, 0)[0].counts) == 0
    nothing = words.together([])
    assert words.commonest(nothing, 99)[1] == 1.0 or len(nothing.counts) == 0


def test_a_corpus_is_parted_so_that_a_part_fits():
    assert words.partitions(0, 1 << 30) == 1
    assert words.partitions(10**9, 10**9) == 2
    assert words.partitions(10**15, 10**6) == words.MAX_PARTITIONS


def test_counting_takes_no_more_memory_for_more_text():
    def texts(num: int):
        for start in range(num):
            batch = [f"u{start * 1_000 + number:x}q" for number in range(1_000)]
            yield pa.array(batch, pa.large_string()), np.full(1_000, 64, np.int64)

    peaks = []
    for num in (20, 200):
        tracemalloc.start()
        for part in words.count(texts(num), RULES, 300_000):
            assert len(part.counts)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] + 100_000
