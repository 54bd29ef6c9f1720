"""Vectors of texts in whole numbers: projected from counted n-grams, compared exactly.

In: counted buckets of texts (see `ngrams`) and a weight a bucket. Out: int8 vectors; which of them are alike. Products
of int8 are summed as whole numbers, so that every machine finds the same.

A bucket points one way or the other in each dimension, by the bits of its hash: a random projection, whose cosine of
two texts has a standard error of about (1 - c * c) / sqrt(dimensions).
"""

from __future__ import annotations

import math

import numpy as np

from headwater.kernels.compiled import frozen, kernel, part, warm

STEP = np.uint64(0x9E3779B97F4A7C15)
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
BY_30, BY_27, BY_31 = np.uint64(30), np.uint64(27), np.uint64(31)
ONE = np.uint64(1)
LARGEST = 127


@part
def _bits(bucket, part):
    """64 bits of a bucket's hash: splitmix64 of both numbers."""
    value = (np.uint64(bucket) * np.uint64(64) + np.uint64(part) + ONE) * STEP
    value = (value ^ (value >> BY_30)) * MIX_1
    value = (value ^ (value >> BY_27)) * MIX_2
    return value ^ (value >> BY_31)


@kernel
def _project(indptr, buckets, counts, weights, out):
    dims = out.shape[1]
    sums = np.empty(dims, np.float64)
    for row in range(len(out)):
        sums[:] = 0.0
        for entry in range(indptr[row], indptr[row + 1]):
            weight = weights[buckets[entry]] * math.log1p(counts[entry])
            for word in range(dims // 64):
                bits = _bits(buckets[entry], word)
                for i in range(64):
                    sums[word * 64 + i] += weight if (bits >> np.uint64(i)) & ONE else -weight
        largest = 0.0
        for i in range(dims):
            largest = max(largest, abs(sums[i]))
        for i in range(dims):
            out[row, i] = np.int8(round(sums[i] * LARGEST / largest)) if largest > 0 else np.int8(0)


@part
def _dot(one, other):
    total = np.int32(0)
    for i in range(len(one)):
        total += np.int32(one[i]) * np.int32(other[i])
    return total


@part
def _cosine(one, other):
    below = np.float64(_dot(one, one)) * np.float64(_dot(other, other))
    return _dot(one, other) / math.sqrt(below) if below > 0 else 0.0


@kernel
def _nearest(vectors, centres, out):
    lengths = np.empty(len(centres), np.float64)
    for c in range(len(centres)):
        lengths[c] = math.sqrt(max(np.float64(_dot(centres[c], centres[c])), 1.0))
    for row in range(len(vectors)):
        best, found = -np.inf, 0
        for c in range(len(centres)):
            value = _dot(vectors[row], centres[c]) / lengths[c]
            if value > best:
                best, found = value, c
        out[row] = found


@kernel
def _alike(leaders, filled, vectors, least, found, values):
    """Walk `vectors` in order; one that is like no leader becomes one. `filled`: leaders so far, in all."""
    room = len(leaders)
    for row in range(len(vectors)):
        found[row], values[row] = -1, 0.0
        for number in range(max(0, filled - room), filled):
            value = _cosine(vectors[row], leaders[number % room])
            if value >= least and value > values[row]:
                found[row], values[row] = number, value
        if found[row] < 0:
            leaders[filled % room] = vectors[row]
            filled += 1
    return filled


def project(indptr: np.ndarray, buckets: np.ndarray, counts: np.ndarray, weights: np.ndarray, dims: int) -> np.ndarray:
    """int8 [rows, dims], a multiple of 64; all 0 where a text has no token."""
    warm("vectors", _compile)
    out = np.empty((len(indptr) - 1, dims), np.int8)
    arrays = frozen(indptr, np.int64), frozen(buckets, np.uint32), frozen(counts, np.uint32)
    _project(*arrays, frozen(weights, np.float64), out)
    return out


def nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The centre with the largest cosine of each vector; of equals the first."""
    warm("vectors", _compile)
    out = np.empty(len(vectors), np.int64)
    _nearest(frozen(vectors, np.int8), frozen(centres, np.int8), out)
    return out


def alike(leaders: np.ndarray, filled: int, vectors: np.ndarray, least: float) -> tuple[int, np.ndarray, np.ndarray]:
    """(leaders so far, the number of the leader that each vector is most like or -1, their cosine).

    `leaders`: int8 [room, dims], the last `room` of them, leader n at n % room; those that are found new are added.
    """
    warm("vectors", _compile)
    found, values = np.empty(len(vectors), np.int64), np.empty(len(vectors), np.float64)
    filled = _alike(leaders, filled, frozen(vectors, np.int8), least, found, values)
    return filled, found, values


def _compile() -> None:
    one, count = frozen(np.zeros(1), np.uint32), frozen(np.array([0, 1]), np.int64)
    vector = frozen(np.zeros((1, 64)), np.int8)
    _project(count, one, one, frozen(np.ones(1), np.float64), np.zeros((1, 64), np.int8))
    _nearest(vector, vector, np.zeros(1, np.int64))
    _alike(np.zeros((1, 64), np.int8), 0, vector, 0.5, np.zeros(1, np.int64), np.zeros(1, np.float64))
