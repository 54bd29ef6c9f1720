"""Repetition against plain references: dictionaries over joined words and substrings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import characters, repetition

WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "的", "水坝"]), max_size=60)


def plain_top(words, size):
    """Characters of the commonest n-gram, joined by spaces; the first of equals; none if nothing repeats."""
    grams = [" ".join(words[i : i + size]) for i in range(len(words) - size + 1)]
    counts = {gram: grams.count(gram) for gram in grams}
    best = max(counts.values(), default=0)
    first = next((gram for gram in grams if counts[gram] == best), "")
    return best * len(first) if best > 1 else 0


def plain_duplicate(words, size):
    """Characters of the words under an n-gram that appeared before."""
    seen, covered = set(), set()
    for i in range(len(words) - size + 1):
        gram = tuple(words[i : i + size])
        if gram in seen:
            covered.update(range(i, i + size))
        seen.add(gram)
    return sum(len(words[i]) for i in covered)


@settings(deadline=None)
@given(WORDS)
def test_ngrams_equal_the_plain_count(words):
    ids, vocabulary = repetition.number(words)
    lengths = np.array([len(word) for word in vocabulary], np.int64)
    top, duplicate = repetition.ngram_chars(ids, lengths[ids] if len(ids) else np.zeros(0, np.int64))
    assert top == [plain_top(words, size) for size in repetition.TOP_SIZES]
    assert duplicate == [plain_duplicate(words, size) for size in repetition.DUPLICATE_SIZES]


@settings(deadline=None)
@given(st.text(alphabet="ab汉字", max_size=80), st.integers(1, 20))
def test_window_share_equals_the_plain_count(text, width):
    windows = [text[i : i + width] for i in range(len(text) - width + 1)]
    expected = 1 - len(set(windows)) / len(windows) if windows else 0.0
    assert repetition.window_share(characters.code_points(text), width) == expected


@settings(deadline=None)
@given(st.lists(st.sampled_from(["x", "yy", ""]), max_size=20))
def test_seen_before_counts_later_copies(pieces):
    later = [piece for index, piece in enumerate(pieces) if piece in pieces[:index]]
    assert repetition.seen_before(pieces) == (len(later), sum(map(len, later)))


def test_sample_is_high_only_where_most_of_the_text_repeats():
    rng = np.random.default_rng(0)
    varied = rng.integers(97, 123, 40_000).astype(np.uint8)
    assert repetition.sampled_window_share(varied) < 0.01
    assert repetition.sampled_window_share(np.zeros(5_000_000, np.uint8)) > 0.99
    assert repetition.sampled_window_share(np.concatenate((varied[:2000], np.zeros(38_000, np.uint8)))) > 0.9
    assert repetition.sampled_window_share(np.concatenate((varied[:30_000], np.zeros(10_000, np.uint8)))) < 0.1
