"""What we pack, read by megatron-core's own IndexedDataset, token for token; and what its builder writes, by us."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from headwater.batches.indexed import IndexedTokens
from tests.pack.made import packed

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # its import takes ten seconds


@pytest.fixture(scope="module")
def megatron():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(
            "megatron.core.datasets.indexed_dataset", reason="needs megatron-core (pip install megatron-core)"
        )


def test_megatron_reads_every_document(megatron, tmp_path):
    _, figures = packed(tmp_path)
    for channel in figures["tokens"]:
        prefix = str(tmp_path / "pack" / channel)
        ours, theirs = IndexedTokens(prefix), megatron.IndexedDataset(prefix)
        assert len(theirs) == len(ours) and theirs.index.dtype == ours.dtype
        assert np.array_equal(theirs.sequence_lengths, ours.lengths)
        assert np.array_equal(theirs.document_indices, ours.document_bounds)
        for place in range(len(ours)):
            assert np.array_equal(theirs[place], ours.sequence(place))


@pytest.mark.parametrize("wide", [False, True])
def test_we_read_what_its_builder_writes(megatron, tmp_path, wide):
    prefix = str(tmp_path / "theirs")
    builder = megatron.IndexedDatasetBuilder(f"{prefix}.bin", dtype=np.int32 if wide else np.uint16)
    documents = [[5, 6, 0], [0], list(range(300)), [65_499, 0]]
    for tokens in documents:
        builder.add_document(tokens, [len(tokens)])
    builder.finalize(f"{prefix}.idx")
    found = IndexedTokens(prefix)
    assert [found.sequence(i).tolist() for i in range(len(found))] == documents
