"""`keep: longest`: of the documents that come to one survivor, the longest stays in its place.

In: whose copy each document is at last, and the drops by region. Out: swaps, DROP records of first documents that are
dropped for a longer copy; whoever was dropped for the first one is a copy of the longest instead. Length is in bytes
of UTF-8; of equals the first stays. A copy of what an index knows stays dropped, however long it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from headwater.curate.dedup import copies
from headwater.curate.dedup.plan import DROP, Plan


def sizes(plan: Plan, into: np.ndarray) -> np.ndarray:
    """The length of every document, in bytes."""
    for shard, start in enumerate(plan.starts[:-1]):
        into[start : plan.starts[shard + 1]] = copies.columns(plan, shard, ["text_bytes"])["text_bytes"].to_numpy()
    return into


def heirs(regions: Callable[[], Iterator[np.ndarray]], lengths: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Into `best`: for each document that stays the longest of its copies, or itself; -1 for all others.

    `regions`: settled drops, a region at a time.
    """
    for found in regions():
        own = found[found["indexed"] == 0]
        order = np.lexsort((own["order"], -lengths[own["order"]], own["survivor"]))
        own = own[order]
        first = np.ones(len(own), bool)
        first[1:] = own["survivor"][1:] != own["survivor"][:-1]
        longest = own[first]
        before = best[longest["survivor"]]
        before = np.where(before < 0, longest["survivor"], before)
        longer = lengths[longest["order"]] > lengths[before]
        best[longest["survivor"]] = np.where(longer, longest["order"], before)
    return best


def swaps(regions: Callable[[], Iterator[np.ndarray]], best: np.ndarray) -> np.ndarray:
    """Drops of first documents for longer copies, in document order: as like them as the copy was, by the same step."""
    made = [np.zeros(0, DROP)]
    for found in regions():
        heir = found[_heirs(found, best) == found["order"]]
        swapped = heir.copy()
        swapped["order"], swapped["survivor"] = heir["survivor"], heir["order"]
        made.append(swapped)
    drops = np.concatenate(made)
    return drops[np.argsort(drops["order"], kind="stable")]


def applied(found: np.ndarray, best: np.ndarray, swapped: np.ndarray) -> np.ndarray:
    """The settled drops of a region with the swaps in it."""
    heir = _heirs(found, best)
    found = found.copy()
    found["survivor"] = np.where(heir >= 0, heir, found["survivor"])
    found = np.concatenate([found[found["order"] != heir], swapped])
    return found[np.argsort(found["order"], kind="stable")]


def _heirs(found: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Who stays in the place of each drop's survivor; -1 where that is one of an index."""
    own = found["indexed"] == 0
    return np.where(own, best[np.where(own, found["survivor"], 0)], -1)
