"""Near-duplicates by MinHash: documents of which at least one band of the signature is equal are compared.

In: fingerprints of the documents that earlier steps left. Out: drops, and edges by region.
map (`write_bands`, a task a shard): a bucket a band and document, in sections by the bucket's first bits → reduce
(`find_edges`, a task a partition): within each bucket, pairs whose signatures are alike → reduce (`choose`, one task):
in document order, a document is dropped if an earlier one that stays is like it.

So every dropped document is like the one that is named, by a similarity that is said: likeness is not handed on from
document to document until the ends of a chain have nothing in common. What hangs together by edges, dropped or not, is
one cluster all the same (`settle`). A partition holds whole buckets and is read in pieces in document order, so the
outcome depends neither on their number nor on the memory; an index's documents come before all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater.curate.dedup import copies, index, rows, sections
from headwater.curate.dedup.plan import DROP, RECORD_BYTES, Plan, partition
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

RECORD = np.dtype([("bucket", "<u8"), ("order", "<i8"), ("band", "u1")])
EDGE = np.dtype([("later", "<i8"), ("earlier", "<i8"), ("similarity", "<f4"), ("flags", "u1")])
PIECE_BYTES = 1536  # of memory for a member that is compared: its signature, its record and what is drawn from it
PRIME, SPREAD = np.uint64(0x100000001B3), np.uint64(0xD6E8FEB86659FD93)
STEP = "minhash"
_HERE = "headwater.curate.dedup.minhash"


def run(context: Context, plan: Plan, before: list[str], known: list[index.Segment]) -> tuple[list[str], list[str]]:
    """The names of the files of drops and of edges."""
    bands = plan.config.bands
    bits = plan.bits(plan.num_documents * bands, RECORD_BYTES)
    fields = {"plan": plan, "bits": bits}
    tasks = [
        {
            **fields,
            "key": name,
            "shard": number,
            "before": before,
            "weight": plan.starts[number + 1] - plan.starts[number],
        }
        for number, name in enumerate(plan.names)
    ]
    phases.run(context, f"bands.{bits}", tasks, f"{_HERE}:write_bands", "documents")
    parts = [{**fields, "key": f"{number:05d}", "number": number, "known": known} for number in range(1 << bits)]
    results = phases.run(context, f"edges.{bits}", parts, f"{_HERE}:find_edges", "partitions")
    edges = [name for result in results for name in result["files"]]
    chosen = phases.run(
        context, f"choose.{bits}", [{**fields, "key": "all", "edges": edges}], f"{_HERE}:choose", "tasks"
    )
    return chosen[0]["files"], edges


def buckets_of(signatures: np.ndarray, bands: int) -> np.ndarray:
    """The bucket of each band of signatures: uint64 [n, bands]; no two bands share one but by chance."""
    parts = signatures.reshape(len(signatures), bands, signatures.shape[1] // bands).astype(np.uint64)
    found = np.broadcast_to(np.arange(1, bands + 1, dtype=np.uint64) * SPREAD, parts.shape[:2])
    for row in range(parts.shape[2]):
        found = (found ^ parts[:, :, row]) * PRIME
        found = (found ^ (found >> np.uint64(29))) * SPREAD
    return found ^ (found >> np.uint64(32))


def records_of(signatures: np.ndarray, orders: np.ndarray, bands: int) -> np.ndarray:
    """A RECORD a band of each document; none of a document without tokens."""
    from headwater.kernels.minhash import EMPTY

    signed = (signatures != EMPTY).any(axis=1)
    found = np.zeros((int(signed.sum()), bands), RECORD)
    found["bucket"] = buckets_of(signatures[signed], bands)
    found["order"] = orders[signed][:, None]
    found["band"] = np.arange(bands)
    return found.reshape(-1)


def write_bands(task: dict[str, Any]) -> dict[str, Any]:
    """The buckets of a shard's documents, by partition, in document order."""
    folder, plan, shard, bits = Path(task["folder"]), task["plan"], task["shard"], task["bits"]
    numbers = np.flatnonzero(copies.left(plan, folder, task["before"], shard))
    most = max(1, plan.task_memory // 4 // PIECE_BYTES)
    found = [np.zeros(0, RECORD)]
    for start in range(0, len(numbers), most):
        some = numbers[start : start + most]
        signatures = rows.take(fingerprints(plan, shard), some, np.uint32)
        found.append(records_of(signatures, some + plan.starts[shard], plan.config.bands))
    records = np.concatenate(found)
    name = _bands(bits, plan.names[shard])
    sections.write_split(folder / name, records, partition(records["bucket"], bits), 1 << bits)
    return {"files": [name]}


def find_edges(task: dict[str, Any]) -> dict[str, Any]:
    """The edges of one partition of the buckets, by the region of the later document."""
    folder, plan, number, bits = Path(task["folder"]), task["plan"], task["number"], task["bits"]
    held = np.zeros(0, RECORD)
    names: list[str] = []
    for piece in pieces(plan, folder, number, bits):
        met = index.matches(task["known"], piece["bucket"], number, bits)
        edges, held = walk_piece(plan, held, met, piece, task["known"])
        if len(edges) or not names:
            names.append(f"{phases.WORK}/edges/{bits}-{number:05d}-{len(names):05d}.edges")
            sections.write_split(folder / names[-1], edges, plan.region_of(edges["later"]), plan.num_regions)
    return {"files": names}


def pieces(plan: Plan, folder: Path, number: int, bits: int) -> Iterator[np.ndarray]:
    """The records of a partition in document order, as many at a time as the memory allows."""
    most = max(1024, plan.task_memory // 2 // PIECE_BYTES)
    waiting: list[np.ndarray] = []
    count = 0
    for name in plan.names:
        for block in sections.blocks(folder / _bands(bits, name), number, RECORD, most):
            if count and count + len(block) > most:
                yield np.concatenate(waiting)
                waiting, count = [], 0
            waiting.append(block)
            count += len(block)
    if waiting:
        yield np.concatenate(waiting)


def walk_piece(
    plan: Plan, held: np.ndarray, met: np.ndarray, piece: np.ndarray, known: list[index.Segment]
) -> tuple[np.ndarray, np.ndarray]:
    """(edges of a piece's documents, the records that are held for the next piece)."""
    from headwater.kernels import buckets

    records = np.concatenate([met, held, piece])
    roles = np.repeat([buckets.KNOWN, buckets.HELD, buckets.NEW], [len(met), len(held), len(piece)])
    order = np.lexsort((records["order"], roles, records["bucket"]))
    records, roles = records[order], roles[order]
    same = records["bucket"][1:] == records["bucket"][:-1]
    alone = ~(np.concatenate([same, [False]]) | np.concatenate([[False], same])) if len(records) else np.zeros(0, bool)
    keep = alone & (roles != buckets.KNOWN)
    records_left, roles_left = records[~alone], roles[~alone]
    most = max(4096, plan.task_memory // 2 // PIECE_BYTES)
    edges = [np.zeros(0, EDGE)]
    holding = [records[keep]]
    for first, end in _batches(records_left["bucket"], most):
        some, their = records_left[first:end], roles_left[first:end]
        if (their == buckets.NEW).any():
            drawn, stay = _walk(plan, some, their, known)
            edges.append(drawn)
            holding.append(some[stay])
        else:
            holding.append(some[their == buckets.HELD])
    return np.concatenate(edges), np.concatenate(holding)


def _walk(
    plan: Plan, records: np.ndarray, roles: np.ndarray, known: list[index.Segment]
) -> tuple[np.ndarray, np.ndarray]:
    from headwater.kernels import buckets

    config = plan.config
    old = roles == buckets.KNOWN
    own, own_places = np.unique(records["order"][~old], return_inverse=True)
    kept, kept_places = np.unique(records["order"][old], return_inverse=True)
    signatures = np.concatenate([signatures_of(plan, own), index.signatures_of(known, kept, config)])
    places = np.empty(len(records), np.int64)
    places[~old], places[old] = own_places, len(own) + kept_places
    permuted = config.bands * config.rows
    least = int(np.ceil(config.min_similarity * permuted - 1e-9))
    drawn, stay = buckets.walk(records["bucket"], records["band"], places, roles, signatures, config.rows, least)
    edges = np.zeros(len(drawn), EDGE)
    edges["later"], edges["earlier"] = records["order"][drawn[:, 0]], records["order"][drawn[:, 1]]
    edges["similarity"], edges["flags"] = drawn[:, 2] / permuted, drawn[:, 3]
    return edges, stay


def _batches(bucket: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    """(first, end) of whole buckets, about `most` members at a time."""
    if not len(bucket):
        return
    ends = np.flatnonzero(np.concatenate([bucket[1:] != bucket[:-1], [True]])) + 1
    first = 0
    while first < len(bucket):
        place = int(np.searchsorted(ends, first + most, side="right")) - 1
        end = (
            int(ends[place]) if place >= 0 and ends[place] > first else int(ends[np.searchsorted(ends, first, "right")])
        )
        yield first, end
        first = end


def signatures_of(plan: Plan, orders: np.ndarray) -> np.ndarray:
    """The signatures of documents, ascending."""
    homes = plan.shard_of(orders)
    parts = [np.zeros((0, plan.config.bands * plan.config.rows), np.uint32)]
    for shard in np.unique(homes).tolist():
        parts.append(rows.take(fingerprints(plan, shard), orders[homes == shard] - plan.starts[shard], np.uint32))
    return np.concatenate(parts)


def choose(task: dict[str, Any]) -> dict[str, Any]:
    """Drop documents in their order, a region's edges in memory at a time and a byte a document."""
    from headwater.kernels import buckets

    folder, plan = Path(task["folder"]), task["plan"]
    dropped = np.zeros(plan.num_documents, bool)
    count = 0

    def parts() -> Iterator[np.ndarray]:
        nonlocal count
        for region in range(plan.num_regions):
            drawn = [sections.read(folder / name, region, EDGE) for name in task["edges"]]
            edges = np.concatenate([np.zeros(0, EDGE), *drawn])
            fresh = (edges["flags"] & buckets.INDEXED) == 0
            edges = edges[np.lexsort((edges["earlier"], fresh, edges["later"]))]
            picked = edges[buckets.choose(edges["later"], edges["earlier"], edges["flags"], dropped)]
            found = copies.drops(picked["later"], picked["earlier"], STEP, picked["similarity"])
            found["indexed"] = (picked["flags"] & buckets.INDEXED) > 0
            count += len(found)
            yield found

    name = f"{phases.WORK}/{STEP}/{task['bits']}.drops"
    sections.write(folder / name, parts(), DROP, plan.num_regions)
    return {"files": [name], "rows": count}


def fingerprints(plan: Plan, shard: int) -> Path:
    assert plan.fingerprints, "the stage `fingerprint` ran"
    return plan.fingerprints / "fingerprints" / f"{Path(plan.names[shard]).stem}.npy"


def _bands(bits: int, shard: str) -> str:
    return f"{phases.WORK}/bands.{bits}/{shard}.bands"
