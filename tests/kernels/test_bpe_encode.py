"""Encoding words: equal to merging by rank in plain Python, whatever the cache holds and however long the word is."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import bpe_encode, code_points, merge_ranks, merge_word, word_cache
from headwater.kernels.arrow import text_buffers
from headwater.tokenizer import patterns
from tests.reference import bpe_encode as reference
from tests.reference.pretokens import pieces

NO_LETTERS = np.empty(0, np.int32)
TEXTS = st.lists(st.text(st.sampled_from("aab bc中\n1"), max_size=70), max_size=6)
# (left, right, made): ranks as they stand; a pair named twice counts from its last place
MERGES = st.lists(st.tuples(*[st.sampled_from([*b"abc 1", 256, 257, 258, 259])] * 3), max_size=12)


def vocabulary(merges, whole=(), letters=NO_LETTERS) -> bpe_encode.Vocabulary:
    keys = np.array([(left << 32) | right for left, right, _ in merges], np.uint64)
    made = np.array([made for *_, made in merges], np.int32)
    ranks = merge_ranks.ranks(keys, made, np.arange(256).astype(np.int32), letters)
    words = word_cache.whole_words(list(whole), list(range(1000, 1000 + len(whole))))
    return bpe_encode.Vocabulary(code_points.flags(), patterns.rules("gpt2", "auto"), ranks, words)


def encoded(texts, known, cache, room) -> list[list[int]]:
    ids, indptr = bpe_encode.encode(*text_buffers(pa.array(texts, pa.large_string())), known, cache, room)
    return [ids[first:last].tolist() for first, last in zip(indptr[:-1], indptr[1:], strict=True)]


def expected(texts, merges, whole=(), letters=NO_LETTERS) -> list[list[int]]:
    ranks = {(left, right): (rank, made) for rank, (left, right, made) in enumerate(merges)}
    found = []
    for text in texts:
        tokens: list[int] = []
        for piece in pieces(text, "gpt2", "auto"):
            if piece.encode() in whole:
                tokens.append(1000 + whole.index(piece.encode()))
                continue
            first: list[int] = []
            for letter in piece:
                known = len(letters) and letters[ord(letter)] >= 0
                first += [int(letters[ord(letter)])] if known else list(letter.encode())
            tokens += reference.merge(first, ranks)
        found.append(tokens)
    return found


@settings(max_examples=100, deadline=None)
@given(TEXTS, MERGES, st.booleans(), st.booleans())
@example(["aaaa", "", "aaa aaa"], [(97, 97, 256), (97, 97, 257), (256, 256, 256)], False, False)
@example(["a" * 70, "ab" * 35], [(97, 97, 256), (256, 256, 257), (257, 97, 258), (97, 98, 256)], True, True)
def test_equal_to_the_reference(texts, merges, is_whole, by_letter):
    whole = [b"ab", b" bc", "中".encode()] if is_whole else []
    letters = NO_LETTERS
    if by_letter:
        letters = np.full(code_points.SIZE, -1, np.int32)
        for letter in "ab中":
            letters[ord(letter)] = ord(letter) if ord(letter) < 256 else 259
    known = vocabulary(merges, whole, letters)
    cache, room = word_cache.cache(0), merge_word.room(1 << 12)
    wanted = expected(texts, merges, whole, letters)
    assert encoded(texts, known, cache, room) == wanted
    assert encoded(texts[::-1], known, cache, room) == wanted[::-1], "from the cache"


def test_a_cache_that_fills_is_begun_anew():
    known, cache, room = vocabulary([(97, 97, 256)]), word_cache.cache(0), merge_word.room(64)
    texts = [f"a{number} aa{'b' * (number % 40)}" for number in range(2_000)]
    assert encoded(texts, known, cache, room) == expected(texts, [(97, 97, 256)])
    assert cache.used[word_cache.WORDS] <= len(cache.hashes) and cache.used[word_cache.BYTES] <= len(cache.text)


@pytest.mark.parametrize("size", [23, 24, 25, 26, 200, 999])
def test_short_and_long_words_merge_alike(size):
    rng = np.random.default_rng(size)
    merges = [(int(left), int(right), 256 + rank) for rank, (left, right) in enumerate(rng.integers(97, 100, (6, 2)))]
    merges += [(256 + int(a), int(b), 262 + rank) for rank, (a, b) in enumerate(rng.integers(0, 6, (9, 2)))]
    merges = [(left, right if right > 9 else 256 + right, made) for left, right, made in merges]
    text = bytes(rng.integers(97, 100, size).astype(np.uint8)).decode()
    known, cache, room = vocabulary(merges), word_cache.cache(0), merge_word.room(1_000)
    assert encoded([text], known, cache, room) == expected([text], merges)


@pytest.mark.parametrize("letter", ["a", "é", "中", "😀"])
def test_a_word_too_long_for_the_room_is_cut_between_letters(letter):
    known, room = vocabulary([(97, 97, 256)]), merge_word.room(10)
    (ids,) = encoded([letter * 25], known, word_cache.cache(0), room)
    size = len(letter.encode())
    part = letter * (10 // size)
    assert ids == sum(expected([part] * (25 // len(part)) + [letter * (25 % len(part))], [(97, 97, 256)]), [])


def test_bytes_that_are_no_text_end_too():
    text = np.full(1_000, 0x80, np.uint8)
    known, room = vocabulary([]), merge_word.room(16)
    ids, _ = bpe_encode.encode(np.array([0, 1_000]), text, known, word_cache.cache(0), room)
    assert ids.tolist() == [0x80] * 1_000


@pytest.mark.parametrize("unit", ["a", "ab", "中", " ", "1"])
def test_time_grows_with_length_alone(unit):
    merges = [(97, 97, 256), (256, 256, 257), (97, 98, 258), (258, 258, 259), (32, 32, 260), (0xE4, 0xB8, 261)]
    known, cache, room = vocabulary(merges), word_cache.cache(0), merge_word.room(1 << 20)
    encoded(["a"], known, cache, room)
    started = time.process_time()
    encoded([unit * (1_000_000 // len(unit.encode()))], known, cache, room)
    assert time.process_time() - started < 3
