"""Near-duplicates by MinHash: documents of which at least one band of the signature is equal are compared.

In: fingerprints of the documents that earlier steps left. Out: drops, and edges by region.
map (`bands.write_bands`, a task a shard): a bucket a band and document, in sections by the bucket's first bits → reduce
(`find_edges`, a task a partition): within each bucket, pairs whose signatures are alike → reduce (`choose`, one task):
in order of their rank (`longest`), a document is dropped if an earlier one that stays is like it.

So every dropped document is like the one that is named, by a similarity that is said: likeness is not handed on from
document to document until the ends of a chain have nothing in common. What hangs together by edges, dropped or not, is
one cluster all the same (`settle`). A partition holds whole buckets and is read in pieces by rank, so the
outcome depends neither on their number nor on the memory; an index's documents come before all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater.curate.dedup import bands, copies, index, longest, sections
from headwater.curate.dedup.bands import PIECE_BYTES, RECORD
from headwater.curate.dedup.plan import DROP, RECORD_BYTES, Plan
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

EDGE = np.dtype([("later", "<i8"), ("earlier", "<i8"), ("similarity", "<f4"), ("flags", "u1")])
STEP = "minhash"
_HERE = "headwater.curate.dedup.minhash"


def run(context: Context, plan: Plan, before: list[str], known: list[index.Segment]) -> tuple[list[str], list[str]]:
    """The names of the files of drops and of edges."""
    bits = plan.bits(plan.num_documents * plan.config.bands, RECORD_BYTES)
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
    phases.run(context, f"bands.{bits}", tasks, "headwater.curate.dedup.bands:write_bands", "documents")
    parts = [{**fields, "key": f"{number:05d}", "number": number, "known": known} for number in range(1 << bits)]
    results = phases.run(context, f"edges.{bits}", parts, f"{_HERE}:find_edges", "partitions")
    edges = [name for result in results for name in result["files"]]
    chosen = phases.run(
        context, f"choose.{bits}", [{**fields, "key": "all", "edges": edges}], f"{_HERE}:choose", "tasks"
    )
    return chosen[0]["files"], edges


def find_edges(task: dict[str, Any]) -> dict[str, Any]:
    """The edges of one partition of the buckets, by the part of all ranks that the later one is in."""
    folder, plan, number, bits = Path(task["folder"]), task["plan"], task["number"], task["bits"]
    held = np.zeros(0, RECORD)
    names: list[str] = []
    for piece in bands.pieces(plan, folder, number, bits):
        met = index.matches(task["known"], piece["bucket"], number, bits)
        edges, held = walk_piece(plan, held, met, piece, task["known"])
        if len(edges) or not names:
            names.append(f"{phases.WORK}/edges/{bits}-{number:05d}-{len(names):05d}.edges")
            sections.write_split(folder / names[-1], edges, plan.region_of(edges["later"]), plan.num_regions)
    return {"files": names}


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
    signatures = np.concatenate([bands.signatures_of(plan, own), index.signatures_of(known, kept, config)])
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


def choose(task: dict[str, Any]) -> dict[str, Any]:
    """Drop documents by rank: the edges of a part of the ranks in memory at a time, and a byte a document."""
    from headwater.kernels import buckets

    folder, plan = Path(task["folder"]), task["plan"]
    dropped = np.zeros(plan.num_documents, bool)
    files: list[str] = []
    waiting: list[np.ndarray] = []
    count = 0
    for region in range(plan.num_regions):
        drawn = [sections.read(folder / name, region, EDGE) for name in task["edges"]]
        edges = np.concatenate([np.zeros(0, EDGE), *drawn])
        fresh = (edges["flags"] & buckets.INDEXED) == 0
        edges = edges[np.lexsort((edges["earlier"], fresh, edges["later"]))]
        picked = edges[buckets.choose(edges["later"], edges["earlier"], edges["flags"], dropped)]
        waiting.append(_drops(plan, picked))
        held = sum(len(part) for part in waiting)
        if region + 1 == plan.num_regions or held * DROP.itemsize > plan.task_memory // 4:
            files.append(f"{phases.WORK}/{STEP}/{task['bits']}-{len(files):05d}.drops")
            copies.file_drops(plan, folder / files[-1], np.concatenate(waiting))
            waiting, count = [], count + held
    return {"files": files, "rows": count}


def _drops(plan: Plan, picked: np.ndarray) -> np.ndarray:
    """The drops of the edges that were picked."""
    from headwater.kernels import buckets

    indexed = (picked["flags"] & buckets.INDEXED) > 0
    survivors = picked["earlier"].copy()
    survivors[~indexed] = longest.orders(plan, survivors[~indexed])
    found = copies.drops(longest.orders(plan, picked["later"]), survivors, STEP, picked["similarity"])
    found["indexed"] = indexed
    return found
