"""Projected vectors, slowly: the reference that `headwater/kernels/vectors.py` is held equal to.

In: bucket → count of one text, and weights. Out: whole numbers from -127 to 127; the cosine of two such vectors.
"""

from __future__ import annotations

import math

MASK = 2**64 - 1


def bits(bucket: int, part: int) -> int:
    value = ((bucket * 64 + part + 1) * 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def project(counts: dict[int, int], weights: list[float], dims: int) -> list[int]:
    sums = [0.0] * dims
    for bucket, count in counts.items():
        weight = weights[bucket] * math.log1p(count)
        for i in range(dims):
            sums[i] += weight if bits(bucket, i // 64) >> (i % 64) & 1 else -weight
    largest = max(map(abs, sums))
    return [round(value * 127 / largest) if largest else 0 for value in sums]


def cosine(one: list[int], other: list[int]) -> float:
    dots = [sum(a * b for a, b in zip(x, y, strict=True)) for x, y in ((one, other), (one, one), (other, other))]
    return dots[0] / math.sqrt(dots[1] * dots[2]) if dots[1] * dots[2] else 0.0
