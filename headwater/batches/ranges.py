"""Ranges of a channel's tokens: joined, checked, and asked whether they hold another.

In: (start, length) pairs, or their JSON. Out: Ranges, sorted and apart from each other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

Ranges = tuple[tuple[int, int], ...]  # (start, length) in a channel's tokens, sorted, apart from each other
MAX_RANGES = 1 << 20


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in any order as the same tokens in the fewest ranges."""
    out: list[tuple[int, int]] = []
    for start, length in sorted(ranges):
        if out and start <= out[-1][0] + out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], start + length - out[-1][0]))
        else:
            out.append((start, length))
    return tuple(out)


def parse(value: Any) -> dict[str, Ranges]:
    """Ranges by channel from their JSON. Raises ValueError or TypeError where it is something else."""
    found = {}
    for channel, ranges in sorted(value.items()):
        pairs = tuple((start, length) for start, length in ranges)
        if not all(type(number) is int and 0 <= number < 1 << 62 for pair in pairs for number in pair):
            raise ValueError("masked ranges are pairs of whole numbers")
        if not all(length for _, length in pairs) or joined(pairs) != pairs:
            raise ValueError(f"masked ranges of {channel} are empty, out of order or touch")
        found[channel] = pairs
    if sum(len(pairs) for pairs in found.values()) > MAX_RANGES:
        raise ValueError(f"more than {MAX_RANGES} masked ranges")
    return found


def as_json(masked: Mapping[str, Ranges]) -> dict[str, list[list[int]]]:
    return {channel: [list(pair) for pair in ranges] for channel, ranges in sorted(masked.items())}


def covers(masked: Mapping[str, Ranges], channel: str, start: int, length: int) -> bool:
    """Whether every token of a range is masked."""
    ranges = masked.get(channel, ())
    at = bisect_right(ranges, (start, 1 << 63)) - 1
    return at >= 0 and start + length <= sum(ranges[at])
