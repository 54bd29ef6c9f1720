"""Adding a corpus to an index, after its verdicts.

In: what the steps of dedup left. Out: a segment, sorted and described, published in one step; the same output again
replaces its own, and changes nothing where it is equal.
map (a task a shard): signatures, ids and keys of what is new → reduce (a task a partition): sorted files → publish.
What the rules rejected is not in it: it would be rejected again. What is one too many by a cap, or a semantic copy, is.
"""

from __future__ import annotations

import fcntl
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from headwater import storage
from headwater.curate.dedup import bands, copies, firsts, index, rows, sections
from headwater.curate.dedup.plan import KEY, RECORD_BYTES, Plan, partition
from headwater.errors import HeadwaterError
from headwater.pipeline import manifest, phases
from headwater.pipeline.stage import Context

DTYPES = {"url": KEY, "exact": KEY, "minhash": bands.RECORD}
SORTED_BY = {"url": ("high", "low", "order"), "exact": ("high", "low", "order"), "minhash": ("bucket", "order")}
_HERE = "headwater.curate.dedup.index_add"


def run(context: Context, plan: Plan, made_of: tuple[str, str], ran: list[str], drops: list[str], exact: bool) -> None:
    """Add this corpus to the index. `made_of`: its digest and its owner; `ran`: the steps; `drops`: files of all."""
    steps = [name for name in DTYPES if name in ran]
    bits = plan.bits(plan.num_documents * max(1, plan.config.bands), RECORD_BYTES)
    fields = {"plan": plan, "bits": bits, "steps": steps}
    tasks = [{**fields, "key": name, "shard": number, "drops": drops} for number, name in enumerate(plan.names)]
    results = phases.run(context, f"index.{bits}", tasks, f"{_HERE}:write_shard")
    parts = [
        {**fields, "key": f"{step}-{number:05d}", "step": step, "number": number}
        for step in steps
        for number in range(1 << bits)
    ]
    results += phases.run(context, f"index.sort.{bits}", parts, f"{_HERE}:sort_partition", "partitions")
    made = context.folder / phases.WORK / f"index.{bits}"
    files = {name: entry for result in results for name, entry in result["described"].items()}
    publish(Path(plan.config.index), made, made_of, files, index.parameters(plan.config, exact))


def write_shard(task: dict[str, Any]) -> dict[str, Any]:
    """Signatures and ids of a shard's documents, and their keys by partition."""
    folder, plan, shard, drops, bits = Path(task["folder"]), task["plan"], task["shard"], task["drops"], task["bits"]
    home = f"{phases.WORK}/index.{bits}"
    new = np.flatnonzero(copies.left(plan, folder, drops, shard, ("url", "exact")))
    if len(new) >= 1 << index.SHARD_BITS:
        raise HeadwaterError("data", "a shard has too many documents for an index", where=plan.names[shard])
    numbers = (shard << index.SHARD_BITS) | np.arange(len(new))
    files = [f"{home}/documents/{shard:05d}.parquet"]
    table = copies.columns(plan, shard, ["id", "url"]).take(new)
    with storage.open_atomic(folder / files[0]) as handle:
        pq.write_table(table, handle, compression="zstd")
    inner = []
    for step in task["steps"]:
        if step == "minhash":
            signatures = rows.take(bands.fingerprints(plan, shard), new, np.uint32)
            files.append(f"{home}/signatures/{shard:05d}.npy")
            with storage.open_atomic(folder / files[-1]) as handle:
                np.lib.format.write_array(handle, signatures, version=(1, 0))
            there = copies.left(plan, folder, drops, shard)[new]
            found = bands.records_of(signatures[there], numbers[there], plan.config.bands)
        else:
            found = firsts.KEYS[step](plan, shard, new)
            found["order"] = numbers[np.searchsorted(new, found["order"])]
        inner.append(_part(bits, step, plan.names[shard]))
        keys = found[index.FIRST_FIELD[step]]
        sections.write_split(folder / inner[-1], found, partition(keys, bits), 1 << bits)
    described = {name.removeprefix(home + "/"): manifest.describe_file(folder / name) for name in files}
    return {"files": files + inner, "described": described}


def sort_partition(task: dict[str, Any]) -> dict[str, Any]:
    """The keys of one partition of one step, sorted."""
    folder, step, number, bits = Path(task["folder"]), task["step"], task["number"], task["bits"]
    dtype, name = DTYPES[step], f"{step}/{number:05d}.keys"
    parts = (sections.read(folder / _part(bits, step, shard), number, dtype) for shard in task["plan"].names)
    found = np.concatenate([np.zeros(0, dtype), *parts])
    if not len(found):
        return {"files": [], "described": {}}
    found = found[np.lexsort([found[field] for field in reversed(SORTED_BY[step])])]
    path = f"{phases.WORK}/index.{bits}/{name}"
    sections.write(folder / path, [found], dtype, 1)
    keys = found[index.FIRST_FIELD[step]]
    entry = manifest.describe_file(folder / path) | {"first": int(keys[0]), "last": int(keys[-1])}
    return {"files": [path], "described": {name: entry}}


def publish(
    folder: Path, made: Path, made_of: tuple[str, str], files: dict[str, Any], parameters: dict[str, Any]
) -> None:
    """Bring a segment into the index. Raises HeadwaterError in_use where another process does the same."""
    corpus, owner = made_of
    wanted = f"{corpus[:16]}-{storage.value_digest(files)[:8]}"
    storage.make_folder(folder / "segments")
    with _alone(folder):
        found = index.read(folder)
        owners = {entry["name"]: index.owner_in(folder / "segments" / entry["name"]) for entry in found["segments"]}
        old = [name for name, by in owners.items() if by == owner]
        if any(name.startswith(wanted) for name in old):
            return
        storage.sweep(folder)
        name = next(name for name in _names(wanted) if name not in owners)
        home = folder / "segments" / name
        shutil.rmtree(home, ignore_errors=True)  # of a run that was cut short before its name was in the index
        for file in sorted(files):
            storage.link_file(made / file, home / file)
        with storage.open_atomic(home / index.OWNER) as handle:
            handle.write(f"{owner}\n".encode())
        storage.write_json(home / index.SEGMENT, {"schema": index.SCHEMA_VERSION, "corpus": corpus, "files": files})
        entry = {"name": name, "corpus": corpus}
        listed = [entry if one["name"] in old else one for one in found["segments"]]
        value = {
            "schema": index.SCHEMA_VERSION,
            "parameters": parameters,
            "segments": listed + ([] if old else [entry]),
        }
        storage.write_json(folder / index.NAME, value)
        for left in old:
            shutil.rmtree(folder / "segments" / left, ignore_errors=True)


def _names(wanted: str) -> Iterator[str]:
    """A segment's name, and others for where another owner's equal segment has it."""
    yield wanted
    yield from (f"{wanted}-{number}" for number in itertools.count(2))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with storage.disk_errors(folder), open(folder / "lock", "ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HeadwaterError("in_use", "another process adds to this index", where=str(folder)) from error
        yield


def _part(bits: int, step: str, shard: str) -> str:
    return f"{phases.WORK}/index.parts.{bits}/{step}/{shard}.part"
