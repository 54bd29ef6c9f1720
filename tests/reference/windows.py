"""Repeated windows of characters, slowly: the reference of `kernels/windows.py`.

In: a sequence of characters. Out: the shares `seen`, `covered` and `top`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def repeats(sequence: Sequence, width: int) -> tuple[float, float, float]:
    windows = [tuple(sequence[i : i + width]) for i in range(len(sequence) - width + 1)]
    if len(windows) < 2:
        return 0.0, 0.0, 0.0
    before: set = set()
    covered: set[int] = set()
    seen = 0
    for place, window in enumerate(windows):
        if window in before:
            seen += 1
            covered.update(range(place, place + width))
        before.add(window)
    commonest = Counter(windows).most_common(1)[0][1]
    top = min(1.0, commonest * width / len(sequence)) if commonest > 1 else 0.0
    return seen / len(windows), len(covered) / len(sequence), top


def sampled(sequence: Sequence, width: int, places: int, parts: int) -> float:
    span = places + width - 1
    if len(sequence) <= parts * span:
        return repeats(sequence, width)[0]
    starts = [(len(sequence) - span) * part // (parts - 1) for part in range(parts)]
    return sorted(repeats(sequence[start : start + span], width)[0] for start in starts)[1]
