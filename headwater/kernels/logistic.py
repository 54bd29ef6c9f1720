"""Logistic regression on sparse rows: fitting weights, and scoring with them.

In: rows as indptr, buckets and values; targets from 0 to 1. Out: weights a bucket and a bias, or logits.
The fit is stochastic gradient descent with a rate of its own for each weight (AdaGrad, Duchi et al. 2011), one row at
a time in a given order, and an L2 pull on the weights that a row touches: one thread, so the same numbers each time.
"""

from __future__ import annotations

import math

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm

TINY = 1e-8


@part
def _logit(indptr, buckets, values, row, weights, bias):
    total = np.float64(bias)
    for i in range(indptr[row], indptr[row + 1]):
        total += np.float64(weights[buckets[i]]) * np.float64(values[i])
    return total


@part
def _sigmoid(logit):
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1.0 + grown)


@kernel
def fit_pass(indptr, buckets, values, order, targets, strengths, rate, l2, weights, squares, bias):
    """One pass over the rows in `order`: changes weights and squares (float32), and bias [bias, its square]."""
    for k in range(len(order)):
        row = order[k]
        wrong = strengths[row] * (_sigmoid(_logit(indptr, buckets, values, row, weights, bias[0])) - targets[row])
        for i in range(indptr[row], indptr[row + 1]):
            bucket = buckets[i]
            slope = wrong * values[i] + l2 * strengths[row] * weights[bucket]
            squares[bucket] += np.float32(slope * slope)
            weights[bucket] -= np.float32(rate * slope / (math.sqrt(squares[bucket]) + TINY))
        bias[1] += wrong * wrong
        bias[0] -= rate * wrong / (math.sqrt(bias[1]) + TINY)


@kernel
def logits_of(indptr, buckets, values, which, weights, biases, out):
    """The logit of every row by the model that `which` names for it, into `out`. `weights`: [models, buckets]."""
    for row in range(len(out)):
        out[row] = _logit(indptr, buckets, values, row, weights[which[row]], biases[which[row]])


@kernel
def gather(indptr, buckets, values, rows, out_indptr, out_buckets, out_values):
    """Copy chosen rows, one after the other."""
    for k in range(len(rows)):
        start, to = indptr[rows[k]], out_indptr[k]
        for i in range(out_indptr[k + 1] - to):
            out_buckets[to + i] = buckets[start + i]
            out_values[to + i] = values[start + i]


def ready() -> None:
    """Compile, or load from disk, once a process."""
    warm("logistic", _compile)


def _compile() -> None:
    indptr, rows = frozen(np.array([0, 1]), np.int64), frozen(np.array([0]), np.int64)
    buckets, values = frozen(np.array([0]), np.uint32), frozen(np.array([1]), np.float32)
    one = frozen(np.array([1]), np.float64)
    weights, squares = np.zeros(1, np.float32), np.zeros(1, np.float32)
    fit_pass(indptr, buckets, values, rows, one, one, 0.1, 0.0, weights, squares, np.zeros(2))
    logits_of(indptr, buckets, values, rows, frozen(weights[None], np.float32), one, np.empty(1, np.float32))
    gather(indptr, buckets, values, rows, indptr, np.empty(1, np.uint32), np.empty(1, np.float32))
