"""Which documents a bounded sample holds: chosen by the hash of their id, so the choice never moves.

In: bytes of text by group (a language, a channel) and what is wanted. Out: the share of each group
to keep, and the record batches thinned to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc


def rates(available_bytes: Mapping[str, int], wanted_bytes: int, weights: Mapping[str, float]) -> dict[str, float]:
    """The share of each group to keep, so that about `wanted_bytes` are kept in all.

    With `weights` the groups share them in that ratio and one not listed gives nothing; where a
    group is too small, the others take over its rest in their ratio. Without, all are kept alike.
    """
    total = sum(available_bytes.values())
    if not weights:
        return {name: min(1.0, wanted_bytes / total) if total else 0.0 for name in available_bytes}
    listed = {name: size for name, size in available_bytes.items() if weights.get(name, 0) > 0 and size > 0}
    kept: dict[str, float] = {}
    left = float(wanted_bytes)
    while listed:
        share = left / sum(weights[name] for name in listed)
        full = [name for name, size in listed.items() if weights[name] * share >= size]
        for name in full:
            left -= listed.pop(name)
            kept[name] = 1.0
        if not full:
            kept |= {name: weights[name] * share / size for name, size in listed.items()}
            break
    return {name: kept.get(name, 0.0) for name in available_bytes}


def thinned(batches: Iterable[pa.RecordBatch], rate: Mapping[str, float], group: str) -> Iterator[pa.RecordBatch]:
    """The rows whose id falls within the rate of their group (a column with that name)."""
    whole = all(value >= 1.0 for value in rate.values())
    for batch in batches:
        if not whole:
            limits = (rate.get(name, 0.0) for name in batch.column(group).to_pylist())
            keep = [_place(id_) < limit for id_, limit in zip(batch.column("id").to_pylist(), limits, strict=True)]
            batch = batch.filter(pa.array(keep, type=pa.bool_()))
        if batch.num_rows:
            yield batch


def _place(id_: str) -> float:
    """A number in [0, 1) that belongs to an id."""
    return int.from_bytes(hashlib.blake2b(id_.encode("utf-8", "replace"), digest_size=6).digest(), "big") / 2**48


def bytes_by(batches: Iterable[pa.RecordBatch], group: str) -> dict[str, int]:
    """Bytes of text by the values of a column."""
    found: dict[str, int] = {}
    for batch in batches:
        sizes = pc.binary_length(batch.column("text"))
        table = pa.table({"group": batch.column(group), "bytes": sizes}).group_by("group").aggregate([("bytes", "sum")])
        for name, size in zip(table["group"].to_pylist(), table["bytes_sum"].to_pylist(), strict=True):
            found[name] = found.get(name, 0) + size
    return found
