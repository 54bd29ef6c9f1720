"""The kernel of the audit's pass and that of occurrences, each against the plain way."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import occurrences, token_places
from headwater.tokenizer.merging import spelled
from tests.reference import token_places as plain

VOCAB = 6


@given(
    st.lists(st.tuples(st.lists(st.integers(0, VOCAB - 1), max_size=40), st.integers(-1, 3)), max_size=12),
    st.integers(0, 12),
)
@settings(deadline=None, max_examples=150)
def test_places_are_those_of_the_reference_whatever_the_batches(given_, cut):
    documents, hosts = [ids for ids, _ in given_], [host for _, host in given_]
    found = token_places.places(VOCAB)
    for first, stop in ((0, min(cut, len(given_))), (min(cut, len(given_)), len(given_))):
        part = documents[first:stop]
        offsets = np.cumsum([0, *map(len, part)]).astype(np.int64)
        ids = np.array([id_ for ids in part for id_ in ids], np.uint32)
        token_places.note(ids, offsets, np.array(hosts[first:stop], np.int64), first, found)
    expected = plain.note(documents, hosts, VOCAB)
    for token in range(VOCAB):
        examples, around = found.examples[token], found.around[token]
        if token not in expected:
            assert found.counts[token] == 0 and found.hosts[token] == token_places.NOWHERE
            continue
        told = (int(found.counts[token]), int(found.hosts[token]))
        assert (*told, examples[examples >= 0].tolist(), around[around >= 0].tolist()) == expected[token]


@given(st.lists(st.text("ab", max_size=20), max_size=6), st.lists(st.text("ab", min_size=2, max_size=5), min_size=1))
@settings(deadline=None, max_examples=150)
def test_marks_are_the_bytes_that_pieces_cover(words, pieces):
    spelled_words, wanted = [word.encode() for word in words], sorted({piece.encode() for piece in pieces})
    starts = np.cumsum([0, *map(len, spelled_words)]).astype(np.int64)
    text = np.frombuffer(b"".join(spelled_words), np.uint8)
    found = occurrences.marked(starts, text, wanted, [spelled(piece) for piece in wanted])
    expected = []
    for word in spelled_words:
        covered = [0] * len(word)
        for piece in wanted:
            for at in range(len(word) - len(piece) + 1):
                if word[at : at + len(piece)] == piece:
                    covered[at : at + len(piece)] = [1] * len(piece)
        expected += covered
    assert found.tolist() == expected
