"""From shares to whole sequences, by one stated rule.

The rule: each channel gets the whole part of its share; what is left goes one by one to the largest
remainders, ties to the first name. So a count is never a whole one away from its share.
"""

from __future__ import annotations

import math

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


def block_size(sequences: int, wanted: int, shares: dict[str, float], largest: int = 1 << 20) -> int:
    """How many sequences make a block: near `wanted`, large enough that the smallest share is at least
    one sequence of it, and so that whole blocks fill the run, or all but less than one sequence a block."""
    least = min((share for share in shares.values() if share > 0), default=1.0)
    wanted = min(largest, max(wanted, math.ceil(1 / least)), sequences)
    blocks = max(1, sequences // wanted)
    for candidate in range(blocks, max(1, blocks // 2) - 1, -1):
        if sequences % candidate == 0 and sequences // candidate <= largest:
            return sequences // candidate
    return sequences // blocks
