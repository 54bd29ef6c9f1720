"""Exact dedup: of documents with the same normalised text, the first in document order stays.

In: per shard a keys file: digest and row of each document that the rules kept, in one row group a
partition. Out: per partition a duplicates file: shard and row of each later copy, and the id of the
first, in one row group a shard.

map (`write_keys`, in the shard's judging task) → partition by digest → reduce (`reduce_partition`).
A partition holds whole digests, so the survivors are the same for any number of partitions; its
size bounds the memory of a reducer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import storage

ROWS_PER_PARTITION = 2_000_000  # documents: about 400 MB in a reducer
MAX_PARTITIONS = 1024
KEYS_SCHEMA = pa.schema([("digest", pa.string()), ("row", pa.int64()), ("id", pa.string())])
DUPLICATES_SCHEMA = pa.schema([("row", pa.int64()), ("duplicate_of", pa.string())])
REASON = "dedup.exact"


def num_partitions(num_rows: int) -> int:
    """Partitions for so many documents."""
    return min(MAX_PARTITIONS, max(1, -(-num_rows // ROWS_PER_PARTITION)))


def partition_of(digest: str, partitions: int) -> int:
    return int(digest[:8], 16) % partitions


def write_keys(path: Path, keys: pa.Table, partitions: int) -> None:
    """Write a shard's keys (KEYS_SCHEMA, in row order), a row group for each partition."""
    home = np.array([partition_of(digest, partitions) for digest in keys["digest"].to_pylist()], dtype=np.int64)
    _write_groups(path, KEYS_SCHEMA, (keys.filter(pa.array(home == number)) for number in range(partitions)))


def reduce_partition(keys_files: list[Path], partition: int, path: Path) -> int:
    """Write the duplicates of one partition, a row group for each keys file; their number.

    `keys_files` are in document order.
    """
    first: dict[str, str] = {}
    count = 0

    def groups() -> Any:
        nonlocal count
        for keys_file in keys_files:
            with pq.ParquetFile(keys_file) as parquet:
                keys = parquet.read_row_group(partition).to_pydict()
            rows, survivors = [], []
            for digest, row, name in zip(keys["digest"], keys["row"], keys["id"], strict=True):
                if digest in first:
                    rows.append(row)
                    survivors.append(first[digest])
                else:
                    first[digest] = name
            count += len(rows)
            yield pa.table([pa.array(rows, pa.int64()), pa.array(survivors, pa.string())], schema=DUPLICATES_SCHEMA)

    _write_groups(path, DUPLICATES_SCHEMA, groups())
    return count


def duplicates_of_shard(duplicates_files: list[Path], shard: int) -> dict[int, str]:
    """Row → id of the first copy, for the shard at this place in document order."""
    found: dict[int, str] = {}
    for path in duplicates_files:
        with pq.ParquetFile(path) as parquet:
            table = parquet.read_row_group(shard)
        found.update(zip(table["row"].to_pylist(), table["duplicate_of"].to_pylist(), strict=True))
    return found


def _write_groups(path: Path, schema: pa.Schema, groups: Any) -> None:
    """A Parquet file with exactly one row group for each table, empty ones too."""
    with storage.open_atomic(path) as handle, pq.ParquetWriter(handle, schema, compression="zstd") as writer:
        for table in groups:
            writer.write_table(table.cast(schema), row_group_size=max(1, table.num_rows))
