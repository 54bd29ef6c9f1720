"""Logistic regression by AdaGrad, slowly: the reference of `headwater/kernels/logistic.py`.

In: rows as {bucket: value}, targets, strengths. Out: weights {bucket: weight} and a bias.
"""

from __future__ import annotations

import math

TINY = 1e-8


def fit(
    rows: list[dict[int, float]], orders: list[list[int]], targets: list[float], strengths: list[float],
    rate: float, l2: float,
) -> tuple[dict[int, float], float]:  # fmt: skip
    weights: dict[int, float] = {}
    squares: dict[int, float] = {}
    bias = bias_square = 0.0
    for order in orders:
        for row in order:
            wrong = strengths[row] * (sigmoid(logit(rows[row], weights, bias)) - targets[row])
            for bucket, value in rows[row].items():
                slope = wrong * value + l2 * strengths[row] * weights.get(bucket, 0.0)
                squares[bucket] = squares.get(bucket, 0.0) + slope * slope
                weights[bucket] = weights.get(bucket, 0.0) - rate * slope / (math.sqrt(squares[bucket]) + TINY)
            bias_square += wrong * wrong
            bias -= rate * wrong / (math.sqrt(bias_square) + TINY)
    return weights, bias


def logit(row: dict[int, float], weights: dict[int, float], bias: float) -> float:
    return bias + sum(weights.get(bucket, 0.0) * value for bucket, value in row.items())


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
