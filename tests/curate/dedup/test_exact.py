"""Exact dedup: the first copy stays, whatever the number of partitions and shards."""

import hashlib
import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.dedup import exact

SHARDS = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=8), min_size=1, max_size=4)


def plain(shards):
    """Per shard row → id of the first copy, one dictionary over all documents in order."""
    first, found = {}, []
    for number, texts in enumerate(shards):
        found.append({})
        for row, text in enumerate(texts):
            survivor = first.setdefault(text, f"{number}-{row}")
            if survivor != f"{number}-{row}":
                found[-1][row] = survivor
    return found


def deduplicated(shards, partitions, folder):
    keys_files = []
    for number, texts in enumerate(shards):
        rows = {
            "digest": [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts],
            "row": list(range(len(texts))),
            "id": [f"{number}-{row}" for row in range(len(texts))],
        }
        keys_files.append(folder / f"keys-{number}.parquet")
        exact.write_keys(keys_files[-1], pa.table(rows, schema=exact.KEYS_SCHEMA), partitions)
    outputs = [folder / f"duplicates-{partition}.parquet" for partition in range(partitions)]
    for partition, path in enumerate(outputs):
        exact.reduce_partition(keys_files, partition, path)
    return [exact.duplicates_of_shard(outputs, number) for number in range(len(shards))]


@settings(max_examples=25, deadline=None)
@given(SHARDS, st.integers(1, 5))
def test_survivors_equal_one_dictionary(shards, partitions):
    with tempfile.TemporaryDirectory() as folder:
        assert deduplicated(shards, partitions, Path(folder)) == plain(shards)


def test_partitions_grow_with_the_documents():
    assert exact.num_partitions(0) == exact.num_partitions(exact.ROWS_PER_PARTITION) == 1
    assert exact.num_partitions(exact.ROWS_PER_PARTITION + 1) == 2
    assert exact.num_partitions(10**12) == exact.MAX_PARTITIONS
