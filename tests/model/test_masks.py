"""Several documents in a row: each is read as if it stood alone, by either attention."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.model.attention import documents_apart
from headwater.model.config import resolve
from headwater.model.decoder import build
from headwater.model.init import initialise
from tests.train import tiny

CONFIG = resolve(tiny.MODEL, tiny.VOCAB, 64)


def decoder(query_block: int):
    made = initialise(build(CONFIG), 3)
    for block in made.model.layers:
        block.self_attn.query_block = query_block
    return made


@pytest.mark.parametrize("query_block", [0, 5, 64])
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=6), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_a_document_in_a_row_is_read_as_if_alone(query_block, lengths, seed):
    model = decoder(query_block)
    documents = [torch.from_numpy(np.random.default_rng([seed, i]).integers(0, 96, n)) for i, n in enumerate(lengths)]
    segment = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    with torch.no_grad():
        row = model.hidden(torch.cat(documents)[None], segment_BT=segment[None])[0].split(lengths)
        for found, document in zip(row, documents, strict=True):
            torch.testing.assert_close(found, model.hidden(document[None])[0], rtol=1e-4, atol=1e-5)


def test_positions_restart_and_no_document_sees_another():
    segment = torch.tensor([[0, 0, 1, 1, 1, -1], [4, 4, 4, 4, 4, 4]], dtype=torch.int32)
    positions, seen = documents_apart(segment)
    assert positions.tolist() == [[0, 1, 0, 1, 2, 0], [0, 1, 2, 3, 4, 5]]
    for row in range(2):
        for query in range(6):
            for key in range(6):
                expected = key <= query and segment[row, key] == segment[row, query]
                assert bool(seen[row, 0, query, key]) == expected


def test_one_document_a_row_is_plain_attention():
    tokens = torch.randint(0, tiny.VOCAB, (2, 20))
    for query_block in (0, 7):
        model = decoder(query_block)
        with torch.no_grad():
            apart = model.hidden(tokens, segment_BT=torch.zeros(2, 20, dtype=torch.int32))
            torch.testing.assert_close(apart, model.hidden(tokens), rtol=1e-5, atol=1e-6)
