"""Counted words: those of a Counter, however small the table and the batches; words of any length; exact weights."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import code_points, word_counts
from headwater.kernels.arrow import text_buffers
from headwater.tokenizer import patterns
from tests.reference import word_counts as reference

LONGEST = word_counts.MAX_WORD_BYTES
TEXTS = st.text(st.sampled_from("ab 中文，1\n'é😀\x00"), max_size=40)


def listed(starts: np.ndarray, text: np.ndarray, counts: np.ndarray) -> list[tuple[bytes, int]]:
    whole = text.tobytes()
    words = [whole[first:last] for first, last in zip(starts.tolist(), starts[1:].tolist(), strict=False)]
    return list(zip(words, counts.tolist(), strict=True))


def tiny(words: int) -> word_counts.Table:
    """A table of so many words, which fills at once."""
    made = word_counts.table(0)
    slots = 1 << (2 * words).bit_length()
    return made._replace(
        slots=np.zeros(slots, np.int32), hashes=made.hashes[:words], starts=made.starts[: words + 1],
        counts=made.counts[:words],
    )  # fmt: skip


def poured(texts: list[str], weights: list[int], name: str, table: word_counts.Table) -> list[tuple[bytes, int]]:
    """What the table held each time it was full, and at the end."""
    offsets, text = text_buffers(pa.array(texts, pa.large_string()))
    place, found, given = np.array([0, offsets[0], 0]), [], np.array(weights, np.int64)
    while not word_counts.pour(offsets, text, given, code_points.flags(), patterns.rules(name, "auto"), place, table):
        assert table.used[word_counts.WORDS], "a table that holds nothing takes any word"
        found += listed(*word_counts.found(table))
        word_counts.clear(table)
    return found + listed(*word_counts.found(table))


def added(found: list[tuple[bytes, int]]) -> Counter[bytes]:
    total: Counter[bytes] = Counter()
    for word, count in found:
        total[word] += count
    return total


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, st.integers(1, 1 << 50)), max_size=6), st.sampled_from(patterns.NAMES), st.integers(1, 9)
)
@example([("", 1), ("a a b", 64), ("\x00\x00 \x00", 3)], "gpt2", 1)
def test_equal_to_the_counter(rows, name, words):
    texts, weights = [text for text, _ in rows], [weight for _, weight in rows]
    expected = reference.counts(texts, weights, name, "auto", LONGEST)
    assert added(poured(texts, weights, name, tiny(words))) == expected
    whole = poured(texts, weights, name, word_counts.table(0))
    assert len(whole) == len(expected) and added(whole) == expected


@pytest.mark.parametrize("letter", ["a", "é", "中", "😀"])
@pytest.mark.parametrize("extra", [-1, 0, 1, LONGEST + 2])
def test_a_long_word_counts_in_parts_between_letters(letter, extra):
    text = letter * ((LONGEST + extra) // len(letter.encode()))
    found = added(poured([text], [64], "gpt2", word_counts.table(0)))
    assert found == reference.counts([text], [64], "gpt2", "auto", LONGEST)
    assert all(word.decode() for word in found)


def test_a_very_long_word_is_looked_through_once():
    poured(["a b"], [64], "gpt2", word_counts.table(0))
    began = time.perf_counter()
    found = added(poured(["a" * 30_000_000], [1], "gpt2", word_counts.table(0)))
    assert sum(len(word) * count for word, count in found.items()) == 30_000_000
    assert time.perf_counter() - began < 30, "minutes where each part looks for the word's end anew"


def test_a_word_of_bytes_that_are_no_letters_ends():
    text = np.full(3 * LONGEST, 0x80, np.uint8)
    table = word_counts.table(0)
    given = np.array([0, len(text)]), text, np.ones(1, np.int64), code_points.flags(), patterns.rules("gpt2", "auto")
    while not word_counts.pour(*given, np.zeros(3, np.int64), table):
        pass
    assert sum(len(word) * count for word, count in listed(*word_counts.found(table))) == len(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.binary(max_size=5), st.integers(1, 1 << 40)), max_size=8), max_size=4))
def test_adding_counted_words_is_adding_counters(parts):
    table, expected = word_counts.table(0), Counter()
    for part in parts:
        starts = np.concatenate([[0], np.cumsum([len(word) for word, _ in part], dtype=np.int64)])
        text = np.frombuffer(b"".join(word for word, _ in part), np.uint8)
        place = np.zeros(1, np.int64)
        assert word_counts.merge(starts, text, np.array([count for _, count in part], np.int64), place, table)
        expected.update(added(part))
    assert dict(listed(*word_counts.found(table))) == dict(expected)


def test_a_full_table_goes_on_where_it_stopped():
    starts, text = np.arange(9), np.frombuffer(b"abcdabcd", np.uint8)
    place, table = np.zeros(1, np.int64), tiny(3)
    assert not word_counts.merge(starts, text, np.ones(8, np.int64), place, table) and place[0] == 3
    word_counts.clear(table)
    assert not word_counts.merge(starts, text, np.ones(8, np.int64), place, table) and place[0] == 6


def test_hashes_are_a_words_alone():
    texts = [b"", b"a", b"ab", b"ba", b"a\x00", b"a" * 99]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    one = word_counts.hashes(starts, np.frombuffer(b"".join(texts), np.uint8))
    assert len(set(one.tolist())) == len(texts)
    assert word_counts.hashes(np.array([1, 3]), np.frombuffer(b"xabx", np.uint8))[0] == one[2]


@pytest.mark.parametrize("budget", [1 << 20, 10 << 20, 100_000_000])
def test_a_table_takes_what_it_may(budget):
    taken = sum(array.nbytes for array in word_counts.table(budget))
    assert budget / 3 < taken < 2 * budget
