"""Logistic regression: equal to the slow reference, and to scipy's optimum where that is known."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.kernels import logistic
from headwater.kernels.compiled import frozen
from tests.reference import logistic as reference

ROWS = st.lists(st.dictionaries(st.integers(0, 15), st.floats(0.0625, 1, width=32), max_size=6), min_size=1, max_size=8)


def arrays(rows: list[dict[int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    indptr = np.cumsum([0, *map(len, rows)])
    buckets, values = [b for row in rows for b in row], [v for row in rows for v in row.values()]
    return frozen(indptr, np.int64), frozen(np.array(buckets), np.uint32), frozen(np.array(values), np.float32)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-3]))
def test_fits_as_the_reference(rows, number, l2):
    rng = np.random.Generator(np.random.PCG64(number))
    targets, strengths = rng.random(len(rows)), rng.random(len(rows)) + 0.1
    orders = [rng.permutation(len(rows)) for _ in range(3)]
    weights, squares, bias = np.zeros(16, np.float32), np.zeros(16, np.float32), np.zeros(2)
    given_rows = arrays(rows)
    logistic.ready()
    for order in orders:
        logistic.fit_pass(
            *given_rows, frozen(order, np.int64), frozen(targets, np.float64), frozen(strengths, np.float64), 0.3, l2,
            weights, squares, bias,
        )  # fmt: skip
    wanted, wanted_bias = reference.fit(
        rows, [o.tolist() for o in orders], targets.tolist(), strengths.tolist(), 0.3, l2
    )
    assert np.allclose(weights, [wanted.get(b, 0.0) for b in range(16)], atol=2e-3)
    assert abs(bias[0] - wanted_bias) < 2e-3
    out, which = np.empty(len(rows), np.float32), frozen(np.zeros(len(rows)), np.int64)
    logistic.logits_of(*given_rows, which, frozen(weights[None], np.float32), frozen(bias[:1], np.float64), out)
    given_weights = dict(enumerate(weights.tolist()))
    assert np.allclose(out, [reference.logit(row, given_weights, bias[0]) for row in rows], atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(ROWS, st.data())
def test_gathers_rows(rows, data):
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=10))
    indptr, buckets, values = arrays(rows)
    out_indptr = np.cumsum([0, *(len(rows[i]) for i in chosen)]).astype(np.int64)
    out_buckets, out_values = np.empty(out_indptr[-1], np.uint32), np.empty(out_indptr[-1], np.float32)
    logistic.ready()
    rows_array = frozen(np.array(chosen), np.int64)
    logistic.gather(indptr, buckets, values, rows_array, frozen(out_indptr, np.int64), out_buckets, out_values)
    assert out_buckets.tolist() == [b for i in chosen for b in rows[i]]
    assert np.allclose(out_values, [v for i in chosen for v in rows[i].values()])
