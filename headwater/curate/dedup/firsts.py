"""The first of each key: of documents with the same text, or of pages with the same address, the first stays.
First is who has the lowest rank (`longest`).

In: documents that earlier steps left. Out: drops, a file a partition.
map (`write_keys`, a task a shard): a 128-bit key a document, in sections by its first bits → reduce (`find`, a task a
partition): sort, and drop all but the first of each key, and the first too where an index knows the key.
A partition holds whole keys, so the survivors are the same for any number of partitions; their size is bounded by the
memory of a task.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater import document
from headwater.curate.dedup import addresses, copies, index, longest, sections
from headwater.curate.dedup.plan import DROP, KEY, KEY_BYTES, Plan, partition
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

_HERE = "headwater.curate.dedup.firsts"


def run(context: Context, plan: Plan, step: str, before: list[str], known: list[index.Segment]) -> list[str]:
    """The names of the files of drops. `step`: url or exact."""
    bits = plan.bits(plan.num_documents, KEY_BYTES)
    fields = {"plan": plan, "step": step, "bits": bits}
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
    phases.run(context, f"{step}.keys.{bits}", tasks, f"{_HERE}:write_keys", "documents")
    parts = [{**fields, "key": f"{number:05d}", "number": number, "known": known} for number in range(1 << bits)]
    results = phases.run(context, f"{step}.first.{bits}", parts, f"{_HERE}:find", "partitions")
    return [name for result in results for name in result["files"]]


def write_keys(task: dict[str, Any]) -> dict[str, Any]:
    """The keys of a shard's documents, by partition."""
    folder, plan, shard = Path(task["folder"]), task["plan"], task["shard"]
    rows = np.flatnonzero(copies.left(plan, folder, task["before"], shard))
    keys = KEYS[task["step"]](plan, shard, rows)
    keys["order"] += plan.starts[shard]
    name = _keys(task["step"], task["bits"], plan.names[shard])
    sections.write_split(folder / name, keys, partition(keys["high"], task["bits"]), 1 << task["bits"])
    return {"files": [name]}


def find(task: dict[str, Any]) -> dict[str, Any]:
    """The drops of one partition."""
    folder, plan, step, number = Path(task["folder"]), task["plan"], task["step"], task["number"]
    files = [folder / _keys(step, task["bits"], name) for name in plan.names]
    keys = np.concatenate([np.zeros(0, KEY), *(sections.read(path, number, KEY) for path in files)])
    keys = keys[np.lexsort((longest.ranks(plan, keys["order"]), keys["low"], keys["high"]))]
    fresh = np.ones(len(keys), bool)
    fresh[1:] = (keys["high"][1:] != keys["high"][:-1]) | (keys["low"][1:] != keys["low"][:-1])
    firsts = keys[fresh]
    group = np.cumsum(fresh) - 1
    found = copies.drops(keys["order"][~fresh], firsts["order"][group[~fresh]], step)
    old = _indexed(task["known"], firsts, step, number, task["bits"])
    name = f"{phases.WORK}/{step}/{task['bits']}-{number:05d}.drops"
    copies.file_drops(plan, folder / name, np.concatenate([old, found]))
    return {"files": [name], "rows": len(found) + len(old)}


def _indexed(known: list[index.Segment], firsts: np.ndarray, step: str, number: int, bits: int) -> np.ndarray:
    """Drops of documents whose key an index knows; the first segment that knows it is named."""
    found = [np.zeros(0, DROP)]
    left = firsts
    for segment in known:
        for block in index.records(segment, step, KEY, number, bits):
            at = np.searchsorted(block["high"], left["high"])
            hit = np.zeros(len(left), bool)
            which = np.zeros(len(left), np.int64)
            while True:  # keys that share their first half are rare: step over them
                inside = at < len(block)
                same = inside & (block["high"][np.minimum(at, len(block) - 1)] == left["high"])
                exact = same & (block["low"][np.minimum(at, len(block) - 1)] == left["low"])
                which[exact & ~hit] = at[exact & ~hit]
                hit |= exact
                if not (same & ~hit).any():
                    break
                at = at + 1
            drop = copies.drops(left["order"][hit], block["order"][which[hit]], step)
            drop["indexed"] = 1
            found.append(drop)
            left = left[~hit]
    return np.concatenate(found)


def text_keys(plan: Plan, shard: int, rows: np.ndarray) -> np.ndarray:
    """Keys of documents by their normalised text."""
    digests = copies.columns(plan, shard, ["digest"])["digest"].take(pa.array(rows)).to_pylist()
    return _records(bytes.fromhex("".join(digests)), rows)


def url_keys(plan: Plan, shard: int, rows: np.ndarray) -> np.ndarray:
    """Keys of pages by their address; documents of chosen corpora have none, nor those without an address."""
    table = copies.columns(plan, shard, ["url", "crawled", "domain", "kind"])
    general = pc.and_(pc.equal(table["domain"], document.GENERAL_DOMAIN), pc.equal(table["kind"], document.KINDS[0]))
    page = pc.or_(table["crawled"], general).combine_chunks().to_numpy(zero_copy_only=False)
    rows = rows[page[rows].astype(bool)]
    urls, crawled = (table[name].take(pa.array(rows)).to_pylist() for name in ("url", "crawled"))
    spelled = [addresses.canonical(url or "", bool(fetched)) for url, fetched in zip(urls, crawled, strict=True)]
    named = [hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=16).digest() for url in spelled if url]
    return _records(b"".join(named), rows[np.array([bool(url) for url in spelled], bool)])


def _records(raw: bytes, orders: np.ndarray) -> np.ndarray:
    halves = np.frombuffer(raw, ">u8").reshape(-1, 2)
    found = np.zeros(len(orders), KEY)
    found["high"], found["low"], found["order"] = halves[:, 0], halves[:, 1], orders
    return found


def _keys(step: str, bits: int, shard: str) -> str:
    return f"{phases.WORK}/{step}.keys.{bits}/{shard}.keys"


KEYS = {"url": url_keys, "exact": text_keys}
