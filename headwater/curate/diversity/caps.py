"""Caps: which documents of a host, or of a cluster, are one too many.

In: per document its group (a host, a cluster; any 64-bit number), its place in the seeded order, its bytes. Out: a mask
of those over the cap. All documents of a group must be in one call; the groups of a corpus may be spread over calls.
Which of a group stay is drawn by the hash of seed and id: the same whatever the order, the shards and the workers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HOST_REASON, CLUSTER_REASON = "cap.host", "cap.cluster"
NO_GROUP = 0  # documents without a host or cluster are under no cap
_HOST = r"^[A-Za-z][A-Za-z0-9+.-]{0,30}://(?:[^/?#@]*@)?(?:[Ww]{3}\.)?(?P<host>\[[^\]/?#]{1,60}\]|[^/?#:@\[\]]{1,255})"


def hosts(urls: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The host of each address in small letters, without `www.`; empty where there is none."""
    whole = urls.combine_chunks() if isinstance(urls, pa.ChunkedArray) else urls
    found = pc.struct_field(pc.extract_regex(whole.cast(pa.large_string()), _HOST), "host")
    return pc.fill_null(pc.utf8_lower(found), "").cast(pa.string())


def groups(names: Iterable[str]) -> np.ndarray:
    """A 64-bit number a name (uint64); NO_GROUP for an empty one."""
    known: dict[str, int] = {"": NO_GROUP}
    numbers = [known[name] if name in known else known.setdefault(name, _hash64(name) or 1) for name in names]
    return np.array(numbers, np.uint64)


def order(ids: Iterable[str], seed: int) -> np.ndarray:
    """Each document's place in the draw of `seed` (uint64)."""
    return np.array([_hash64(f"{seed}\x1f{name}") for name in ids], np.uint64)


def _hash64(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def over_count(group: np.ndarray, place: np.ndarray, limit: int) -> np.ndarray:
    """Documents beyond the first `limit` of their group in the draw; none where `limit` is 0."""
    if not limit:
        return np.zeros(len(group), bool)
    sequence, starts = _by_group(group, place)
    rank = np.arange(len(group)) - starts
    over = np.empty(len(group), bool)
    over[sequence] = rank >= limit
    return over & (group != NO_GROUP)


def over_bytes(group: np.ndarray, place: np.ndarray, sizes: np.ndarray, limit: float) -> np.ndarray:
    """Documents that bring their group above `limit` bytes in the draw; the first of a group always stays.

    For a share of a corpus, `limit` is that share of the bytes of all documents that reach the caps.
    """
    sequence, starts = _by_group(group, place)
    total = np.cumsum(sizes[sequence].astype(np.int64))
    before = total[starts] - sizes[sequence][starts] if len(total) else total
    over = np.empty(len(group), bool)
    over[sequence] = (total - before > limit) & (np.arange(len(group)) > starts)
    return over & (group != NO_GROUP)


def _by_group(group: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows sorted by group, then by draw, then by row; where in that order the group of each begins)."""
    sequence = np.lexsort((place, group))
    ordered = group[sequence]
    changes = np.ones(len(group), bool)
    changes[1:] = ordered[1:] != ordered[:-1]
    return sequence, np.maximum.accumulate(np.where(changes, np.arange(len(group)), 0)) if len(group) else sequence
