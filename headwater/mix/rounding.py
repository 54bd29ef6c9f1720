"""From shares to whole sequences, by one stated rule.

The rule: each channel gets the whole part of its share; what is left goes one by one to the largest
remainders, ties to the first name. So a count is never a whole one away from its share. Where that
lifts capped domains above their cap, one of them gives its last sequence back (`within_caps`): a cap
is a promise, a ratio is met to within the block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SHARE_DIGITS = 9  # below this two machines may differ


def whole(shares: dict[str, float], total: int) -> dict[str, int]:
    """Counts that add up to `total`, by largest remainder."""
    names = sorted(shares)
    scale = sum(shares.values()) or 1.0
    exact = {name: round(shares[name] / scale, SHARE_DIGITS) * total for name in names}
    counts = {name: min(total, math.floor(exact[name] + 1e-9)) for name in names}
    order = sorted((n for n in names if shares[n] > 0), key=lambda n: (-(exact[n] - counts[n]), n))
    left = total - sum(counts.values())
    for place in range(abs(left)):
        name = order[place % len(order)] if left > 0 else order[-1 - place % len(order)]
        counts[name] += 1 if left > 0 else -1
    return counts


@dataclass(frozen=True)
class Cap:
    """The channels that share a cap, and the cap as a share of the whole."""

    names: frozenset[str]
    share: float


def within_caps(
    counts: dict[str, int], shares: dict[str, float], caps: Sequence[Cap], group: Mapping[str, str]
) -> dict[str, int]:
    """Counts with no capped group above its cap, where `shares` keep to it themselves.

    What a capped channel gives back goes to the channel furthest below its share that no cap holds, of
    the same `group` (language) where there is one.
    """
    counts = dict(counts)
    total, scale = sum(counts.values()), sum(shares.values()) or 1.0
    short = {name: shares[name] / scale * total for name in counts}
    free = [n for n in counts if shares[n] > 0 and not any(n in cap.names for cap in caps)]
    for cap in caps:
        mine = sorted(n for n in counts if n in cap.names)
        limit = math.floor(cap.share * total + 1e-6)
        if sum(short[n] for n in mine) > cap.share * total + 1e-3 or not free:
            continue  # a relaxed mixture is above its cap by intent, and has said so
        while sum(counts[n] for n in mine) > limit:
            giver = max(mine, key=lambda n: (counts[n] - short[n], n))
            taker = max(free, key=lambda n: (group[n] == group[giver], short[n] - counts[n], n))
            counts[giver] -= 1
            counts[taker] += 1
    return counts


def block_size(sequences: int, wanted: int, shares: dict[str, float], largest: int = 1 << 20) -> int:
    """How many sequences make a block: near `wanted`, large enough that the smallest share is at least
    one sequence of it, and so that whole blocks fill the run, or all but less than one sequence a block."""
    least = min((share for share in shares.values() if share * sequences >= 1), default=1.0)
    wanted = min(largest, max(wanted, math.ceil(1 / least)), sequences)
    blocks = max(1, sequences // wanted)
    for candidate in range(blocks, max(1, blocks // 2) - 1, -1):
        if sequences % candidate == 0 and sequences // candidate <= largest:
            return sequences // candidate
    return sequences // blocks
