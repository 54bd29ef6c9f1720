"""Best-fit rows: the slow rule read word for word gives as many, every token lies in one of them, none is overfull."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.batches import packing
from tests.reference.best_fit import rooms_left


def laid(lengths, capacity):
    """All rows of all groups."""
    groups = list(packing.best_fit(np.array(lengths, np.int64), capacity))
    runs = np.concatenate([rows.runs_N3 for rows in groups] or [np.empty((0, 3), np.int64)])
    sizes = np.concatenate([np.diff(rows.bounds) for rows in groups] or [np.empty(0, np.int64)])
    return packing.Rows(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), runs)


LENGTHS = st.lists(st.integers(0, 40), max_size=60)


@given(lengths=LENGTHS, capacity=st.integers(1, 24))
@settings(max_examples=200, deadline=None)
def test_rows_are_those_of_best_fit_decreasing(lengths, capacity):
    rows = laid(lengths, capacity)
    used = [int(rows.runs_N3[a:b, 1].sum()) for a, b in zip(rows.bounds[:-1], rows.bounds[1:], strict=True)]
    runs = packing.runs_of(np.array(lengths, np.int64), capacity)
    assert sorted(capacity - n for n in used) == sorted(rooms_left(runs[:, 1].tolist(), capacity))


@given(lengths=LENGTHS, capacity=st.integers(1, 24))
@settings(max_examples=100, deadline=None)
def test_every_token_lies_in_one_row(lengths, capacity):
    rows = laid(lengths, capacity)
    seen = np.concatenate([np.arange(s, s + n) for s, n, _ in rows.runs_N3] or [np.empty(0, np.int64)])
    assert np.array_equal(np.sort(seen), np.arange(sum(lengths)))
    starts = set(np.cumsum([0, *lengths]).tolist())
    for start, size, goes_on in rows.runs_N3.tolist():
        assert 1 <= size <= capacity and goes_on == (start not in starts)


@pytest.mark.parametrize(("documents", "runs"), [(1, 99), (7, 99), (100, 16), (7, 5)])
def test_groups_bound_what_is_laid_at_once(monkeypatch, documents, runs):
    lengths = np.random.default_rng(1).integers(1, 50, 100)
    whole = laid(lengths, 20)
    monkeypatch.setattr(packing, "GROUP_DOCUMENTS", documents)
    monkeypatch.setattr(packing, "GROUP_RUNS", runs)
    parts = laid(lengths, 20)
    assert len(list(packing.best_fit(lengths, 20))) > 1 and len(parts) >= len(whole)
    order = np.argsort(parts.runs_N3[:, 0])
    assert np.array_equal(parts.runs_N3[order], packing.runs_of(lengths, 20))
    for strategy in packing.STRATEGIES:
        told = packing.waste(strategy, lengths, 20)
        monkeypatch.undo()
        again = packing.waste(strategy, lengths, 20)
        assert told.documents_cut == again.documents_cut and (strategy == "best_fit" or told == again)
        monkeypatch.setattr(packing, "GROUP_DOCUMENTS", documents)
        monkeypatch.setattr(packing, "GROUP_RUNS", runs)


@given(lengths=st.lists(st.integers(1, 30), max_size=20), length=st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_waste_is_what_counting_finds(lengths, length):
    total, windows = sum(lengths), packing.num_windows(sum(lengths), length)
    window_of = {p: (p - 1) // length if 1 <= p <= windows * length else -1 for p in range(total)}
    cut, start = 0, 0
    for size in lengths:
        found = {window_of[p] for p in range(max(1, start), start + size)} or {0 if windows else -1}
        cut += len(found) > 1 or -1 in found
        start += size
    expected = {"rows": windows, "padding": 0, "unscored": total - windows * length, "documents_cut": cut}
    for strategy in ("cut", "masked"):
        told = packing.waste(strategy, np.array(lengths, np.int64), length)
        assert told.as_json() == expected | {"wasted": expected["unscored"]}
    best = packing.waste("best_fit", np.array(lengths, np.int64), length)
    assert best.rows * length - best.padding == total and best.documents_cut == sum(n > length for n in lengths)


@pytest.mark.parametrize("lengths", [[], [0, 0]])
def test_nothing_makes_no_rows(lengths):
    assert len(laid(lengths, 8)) == 0
    assert packing.waste("best_fit", np.array(lengths, np.int64), 8).wasted == 0


def test_best_fit_wastes_little_of_many_documents():
    lengths = np.minimum(np.random.default_rng(5).lognormal(5.5, 1.2, 200_000).astype(np.int64) + 1, 50_000)
    told = packing.waste("best_fit", lengths, 2048)
    assert told.wasted / (told.rows * 2048) < 0.001
    assert told.documents_cut == (lengths > 2048).sum() < 0.2 * packing.waste("cut", lengths, 2048).documents_cut
