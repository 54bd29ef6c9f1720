"""Softmax regression on sparse rows of equal features: a pass of training, and the logits of rows.

In: rows as indptr and features (a feature may occur more than once); a label a row. Out: weights a feature and class.
A feature's value is 1 over the root of the row's size, so that long rows do not shout. Stochastic gradient descent, a
rate of its own for each weight (AdaGrad, Duchi et al. 2011), one thread: the same numbers each time.
"""

from __future__ import annotations

import math

import numpy as np

from headwater.kernels.compiled import kernel, part

TINY = np.float32(1e-8)


@part
def probabilities(logits, count):
    """The first `count` logits to probabilities, in place."""
    most = logits[0]
    for k in range(1, count):
        if logits[k] > most:
            most = logits[k]
    total = 0.0
    for k in range(count):
        logits[k] = math.exp(logits[k] - most)
        total += logits[k]
    for k in range(count):
        logits[k] = logits[k] / total


@kernel
def logits_of(features, first, last, size, weights, biases, logits):
    """The logits of a row into `logits`."""
    scale = np.float32(1.0 / math.sqrt(max(size, 1)))
    logits[:] = 0
    for i in range(first, last):
        line = weights[features[i]]
        for k in range(len(logits)):
            logits[k] += line[k]
    for k in range(len(logits)):
        logits[k] = logits[k] * scale + biases[k]


@kernel
def fit_pass(indptr, features, sizes, order, labels, rate, l2, weights, squares, biases, bias_squares):
    """One pass over rows in `order`: changes weights and squares [features, classes], biases and their squares."""
    classes = weights.shape[1]
    slope = np.empty(classes, np.float32)
    loss = 0.0
    for at in range(len(order)):
        row = order[at]
        first, last = indptr[row], indptr[row + 1]
        logits_of(features, first, last, sizes[row], weights, biases, slope)
        probabilities(slope, len(slope))
        loss -= math.log(max(slope[labels[row]], 1e-12))
        slope[labels[row]] -= np.float32(1.0)
        for k in range(classes):
            bias_squares[k] += slope[k] * slope[k]
            biases[k] -= rate * slope[k] / (math.sqrt(bias_squares[k]) + TINY)
        scale = np.float32(1.0 / math.sqrt(max(sizes[row], 1)))
        for i in range(first, last):
            line, square = weights[features[i]], squares[features[i]]
            for k in range(classes):
                step = slope[k] * scale + l2 * line[k]
                square[k] += step * step
                line[k] -= rate * step / (np.sqrt(square[k]) + TINY)
    return loss
