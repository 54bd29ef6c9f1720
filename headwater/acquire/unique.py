"""Ids unique in a run, in bounded memory.

In: for each documents shard, a table of (id, fallback), in row groups by a hash of the id, under `.work/ids/`.
Out: shards in which the later document of an id given twice is called by its fallback (the hash of source, URL
and text), or by that and a number where it clashes too.
Round r looks at the names of round r-1 by hash partition and gives new ones to those that clash; it is done
when a round finds none. Only shards that hold a renamed document are written again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document, storage
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

PARTITIONS = 16
ROWS_PER_TASK = 1_000_000  # a partition is in memory at a time: a sixteenth of all ids
MAX_ROUNDS = 8
IDS = pa.schema([("id", pa.string()), ("fallback", pa.string()), ("row", pa.int32())])
NAMES = pa.schema([("id", pa.string()), ("fallback", pa.string()), ("shard", pa.string()), ("row", pa.int32())])
Row = dict[str, Any]


def ids_file(shard: str) -> str:
    return f"{phases.WORK}/ids/{shard}.parquet"


def write_ids(folder: Path, shard: str, rows: list[Row]) -> None:
    """The ids of a shard, one row group a partition."""
    parts: list[list[tuple[str, str, int]]] = [[] for _ in range(PARTITIONS)]
    for number, row in enumerate(rows):
        fallback = document.document_id(row["source"], row["url"], row["text"])
        parts[_partition(row["id"])].append((row["id"], fallback, number))
    _write(folder / ids_file(shard), parts, IDS)


def _partition(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "replace")) % PARTITIONS


def _write(path: Path, parts: list[list[Any]], schema: pa.Schema) -> None:
    import pyarrow.parquet as pq

    with storage.open_atomic(path) as handle, pq.ParquetWriter(handle, schema, compression="zstd") as writer:
        for part in parts:
            columns = list(zip(*part, strict=True)) or [()] * len(schema)
            arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=max(1, len(part)))


def rename_later(context: Context, shards: list[str], num_rows: int) -> int:
    """Make the ids of all shards unique; the number of documents renamed."""
    num_tasks = min(PARTITIONS, 1 + num_rows // ROWS_PER_TASK)
    rounds: list[str] = []
    affected: set[str] = set()
    for number in range(1, MAX_ROUNDS + 1):
        fields = {"shards": shards, "rounds": rounds, "round": number, "num_tasks": num_tasks}
        tasks = [{**fields, "key": f"{index:02d}", "index": index} for index in range(num_tasks)]
        results = phases.run(context, f"ids-{number}", tasks, "headwater.acquire.unique:clash_task")
        affected.update(shard for result in results for shard in result["shards"])
        if not any(result["clashes"] for result in results):
            break
        rounds = [*rounds, f"ids-{number}"]
    else:
        raise HeadwaterError("data", f"ids still clash after {MAX_ROUNDS} rounds of new names", where="sources")
    tasks = [{"key": shard, "rounds": rounds, "num_tasks": num_tasks} for shard in sorted(affected)]
    results = phases.run(context, "renamed", tasks, "headwater.acquire.unique:rename_task", "shards") if tasks else []
    return sum(result["renamed"] for result in results)


def clash_task(task: dict[str, Any]) -> dict[str, Any]:
    """Find the names of the last round that an earlier document holds, and give them new ones."""
    folder = Path(task["folder"])
    parts: list[list[tuple[str, str, str, int]]] = [[] for _ in range(PARTITIONS)]
    for partition in range(task["index"], PARTITIONS, task["num_tasks"]):
        for new, fallback, shard, row in _clashes(folder, task, partition):
            parts[_partition(new)].append((new, fallback, shard, row))
    file = _names_file(f"ids-{task['round']}", task["index"])
    _write(folder / file, parts, NAMES)
    shards = sorted({name[2] for part in parts for name in part})
    return {"clashes": sum(map(len, parts)), "shards": shards, "files": [file]}


def _clashes(folder: Path, task: dict[str, Any], partition: int) -> Iterator[tuple[str, str, str, int]]:
    """New names for one partition's clashes: (new name, fallback, shard, row)."""
    last = task["round"] - 1
    names = [
        (name, 0, shard, row, fallback)
        for shard in task["shards"]
        for name, fallback, row in _rows(folder / ids_file(shard), partition)
    ]
    for rank, phase in enumerate(task["rounds"], 1):
        for index in range(task["num_tasks"]):
            given = _rows(folder / _names_file(phase, index), partition)
            names += [(name, rank, shard, row, fallback) for name, fallback, shard, row in given]
    names.sort()
    previous, count = None, 0
    for name, rank, shard, row, fallback in names:
        count = count + 1 if name == previous else 1
        previous = name
        if count > 1 and rank == last:
            yield _new_name(task["round"], fallback, count), fallback, shard, row


def _new_name(number: int, fallback: str, count: int) -> str:
    if number == 1:
        return fallback
    return f"{fallback}-{count}" if number == 2 else f"{fallback}-{count}-{number}"


def _names_file(phase: str, index: int) -> str:
    return f"{phases.WORK}/{phase}/{index:02d}.parquet"


def _rows(path: Path, partition: int) -> Iterator[tuple[Any, ...]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as parquet:
        table = parquet.read_row_group(partition)
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def rename_task(task: dict[str, Any]) -> dict[str, Any]:
    """Write one shard again with its new ids; doing it twice gives the same file."""
    import pyarrow.parquet as pq

    folder, shard = Path(task["folder"]), task["key"]
    names: dict[int, str] = {}
    for phase in task["rounds"]:
        for index in range(task["num_tasks"]):
            table = pq.read_table(folder / _names_file(phase, index), filters=[("shard", "=", shard)])
            names.update(zip(table["row"].to_pylist(), table["id"].to_pylist(), strict=True))
    file = f"documents/{shard}.parquet"
    batches = list(document.read_parquet(folder / file))
    renamed, start = [], 0
    for batch in batches:
        ids = batch.column("id").to_pylist()
        for row in range(len(ids)):
            ids[row] = names.get(start + row, ids[row])
        start += batch.num_rows
        position = batch.schema.get_field_index("id")
        renamed.append(batch.set_column(position, document.SCHEMA.field("id"), pa.array(ids, type=pa.string())))
    document.write_parquet(folder / file, renamed)
    return {"renamed": len(names), "files": [file]}
