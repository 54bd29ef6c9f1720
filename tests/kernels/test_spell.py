"""Words as symbols: by byte or by code point, and letters counted, as plain Python does it."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import spell

WORDS = st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.integers(1, 99)))


def buffers(words: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    starts = np.concatenate([[0], np.cumsum([len(word) for word in words], dtype=np.int64)])
    return starts, np.frombuffer(b"".join(words), np.uint8)


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_letters_and_symbols(words):
    starts, text = buffers([word.encode() for word, _ in words])
    expected: Counter[int] = Counter()
    for word, count in words:
        for letter in word:
            expected[ord(letter)] += count
    totals = spell.letters(starts, text, np.array([count for _, count in words], np.int64))
    assert {code: int(totals[code]) for code in np.flatnonzero(totals)} == expected

    table = np.full(spell.SIZE, spell.BARRIER, np.int32)
    table[: spell.SIZE // 2] = np.arange(spell.SIZE // 2)
    symbols, firsts = spell.symbols(starts, text, table)
    assert symbols.tolist() == [table[ord(letter)] for word, _ in words for letter in word]
    assert np.diff(firsts).tolist() == [len(word) for word, _ in words]

    symbols, firsts = spell.symbols(starts, text, np.arange(256)[::-1].astype(np.int32))
    assert symbols.tolist() == (255 - text.astype(int)).tolist() and firsts.tolist() == starts.tolist()


def test_broken_bytes_stay_within_their_word():
    starts, text = buffers([b"\xe4\xb8", b"\xadA", b"\xff"])
    table = np.zeros(spell.SIZE, np.int32)
    symbols, firsts = spell.symbols(starts, text, table)
    assert len(symbols) == firsts[-1] <= len(text)
    assert spell.letters(starts, text, np.ones(3, np.int64))[0x41] == 1
