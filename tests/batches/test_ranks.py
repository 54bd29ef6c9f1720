"""Batch k is one batch: parts of ranks and of accumulation are slices that make the whole, restarts find it again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches.ranks import micro_rows, rank_rows
from headwater.batches.schedule import Schedule, parse
from tests.batches.made import segment


@given(sequences=st.integers(0, 300), micro=st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_parts_make_the_whole_in_order(sequences, micro):
    rows = np.arange(sequences)
    for world in (1, 2, 3, 4, 8):
        parts = [rows[rank_rows(sequences, rank, world)] for rank in range(world)]
        assert np.concatenate(parts).tolist() == rows.tolist()
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
        for rank, part in enumerate(parts):
            pieces = [rows[piece] for piece in micro_rows(rank_rows(sequences, rank, world), micro)]
            assert [row for piece in pieces for row in piece] == part.tolist()
            assert all(0 < len(piece) <= micro for piece in pieces)


def test_a_rank_that_is_not_there_is_refused():
    for rank, world in ((-1, 2), (2, 2), (0, 0)):
        with pytest.raises(IndexError):
            rank_rows(8, rank, world)


@given(steps=st.lists(st.integers(1, 400), min_size=1, max_size=8), seed=st.integers(0, 2**40))
@settings(max_examples=25, deadline=None)
def test_any_world_restarted_at_any_steps_reads_the_same_rows(steps, seed):
    counts = {"code-general": 20, "en-general": 43, "zh-general": 37}
    windows = {"code-general": 301, "en-general": 977, "zh-general": 500}
    rows = [
        segment(counts, windows, last_step=150, sequences=6, seed=seed, order="even"),
        segment(counts, windows, first_step=151, last_step=400, sequences=24, seed=seed, order="even",
                offsets={"code-general": 180, "en-general": 387, "zh-general": 333}),
    ]  # fmt: skip
    never_stopped = Schedule([parse(row, "") for row in rows])
    whole = {step: np.stack(never_stopped.windows(step)) for step in sorted(steps)}
    for world in (1, 2, 4, 8):
        for step in steps:
            restarted = Schedule([parse(row, "") for row in rows])
            found = np.stack(restarted.windows(step))
            parts = [found[:, rank_rows(found.shape[1], rank, world)] for rank in range(world)]
            assert np.array_equal(np.concatenate(parts, axis=1), whole[step])
