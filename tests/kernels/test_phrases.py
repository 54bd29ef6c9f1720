"""Phrases: hits equal to a slow search, in every group, whole and in part."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.kernels import phrases
from headwater.kernels.arrow import text_buffers

PHRASES = st.text("abA加微信", min_size=1, max_size=4)
SMALL = st.text("abA加微信 ", max_size=14)


def slow(text: str, spelled: list[tuple[str, int, bool]], num_groups: int, most: int) -> list[int]:
    """Ends from left to right, the longest phrase of an end first."""
    data = text.encode().lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text).encode()
    entries = {}
    for phrase, group, whole in spelled:
        entries.setdefault(phrase.encode().lower(), (group, whole))
    last, times, out = [0] * num_groups, dict.fromkeys(entries, 0), [0] * num_groups
    for end in range(1, len(data) + 1):
        for phrase in sorted(entries, key=len, reverse=True):
            group, whole = entries[phrase]
            start = end - len(phrase)
            if start < last[group] or data[start:end] != phrase or times[phrase] >= most:
                continue
            edges = data[start - 1 : start] + data[end : end + 1] if start else data[end : end + 1]
            if whole and any(chr(byte).isalnum() and byte < 128 for byte in edges):
                continue
            times[phrase] += 1
            last[group] = end
            out[group] += 1
    return out


@settings(max_examples=200, deadline=None)
@given(
    st.lists(SMALL, max_size=4),
    st.lists(st.tuples(PHRASES, st.integers(0, 2), st.booleans()), min_size=1, max_size=6),
    st.integers(1, 4),
)  # fmt: skip
@example(["加微信加微信 ab"], [("加微", 0, False), ("微信", 0, False), ("b", 1, True), ("AB", 1, True)], 4)
def test_hits_equal_a_slow_search(texts, spelled, most):
    automaton = phrases.build([entry[:2] for entry in spelled], 3, [entry[2] for entry in spelled])
    found = phrases.count(*text_buffers(pa.array(texts, pa.string())), np.arange(len(texts)), automaton, most)
    assert found.tolist() == [slow(text, spelled, 3, most) for text in texts]


def test_no_phrases_hit_nothing():
    automaton = phrases.build([("", 0)], 1)
    assert phrases.count(*text_buffers(pa.array(["abc"])), np.array([0]), automaton).tolist() == [[0]]
