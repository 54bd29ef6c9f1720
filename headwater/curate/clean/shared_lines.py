"""Lines that a site repeats: a short line on most pages of a host is the site's, not the page's.

In: per shard of documents a keys file: how many pages of each host have each short line. Out: per partition a lines
file: the lines of each host that are its own. Lines and hosts are hashes. Which of them are cut: `site_places`.

map (`write_keys`) → partition by host → reduce (`reduce_partition`) → every shard cuts its hosts' lines (`cut_shared`).
A partition holds whole hosts, so the result is the same for any number of them. Pages with the same text count once in
a shard: copies must not make a text a site's furniture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater import storage
from headwater.curate.clean import lines, site_places
from headwater.curate.clean.config import LinesConfig
from headwater.curate.clean.edits import Counts
from headwater.curate.clean.site_places import Lines
from headwater.kernels import short_lines
from headwater.kernels.arrow import text_buffers

ROWS_PER_PARTITION = 200_000  # documents: a few hundred megabytes of keys in a reducer
MAX_PARTITIONS = 1024
# how many pages of a host have a line; the line is null where all its pages are counted
SCHEMA = pa.schema([("host", pa.uint64()), ("line", pa.uint64()), ("pages", pa.int64())])
# the lines of a host; firm: on so many pages, and nearly all, that they are no structure of what the pages say
LINES_SCHEMA = SCHEMA.append(pa.field("firm", pa.bool_()))
FIRM_PAGES, FIRM_SHARE = 20, 0.9
HOST = r"^(?i:https?)://(?:[^/?#@]*@)?(?:www\.)?(?P<host>[^/?#:]+)"
LAST_BIT = np.uint64(1)
CHAIN = np.uint64(0x9E3779B97F4A7C15)  # odd; joins host and line


def num_partitions(num_rows: int) -> int:
    """Partitions for so many documents."""
    return min(MAX_PARTITIONS, max(1, -(-num_rows // ROWS_PER_PARTITION)))


def hosts_of(urls: pa.Array) -> np.ndarray:
    """The host of every URL as a hash (uint64); 0 where it has none."""
    names = pc.struct_field(pc.extract_regex(urls, HOST), "host")
    coded = pc.utf8_lower(names).dictionary_encode()
    table = np.array([*map(_hash, coded.dictionary.to_pylist()), 0], np.uint64)
    return table[pc.fill_null(coded.indices, len(table) - 1).to_numpy()]


def _hash(host: str | None) -> int:
    if host is None:
        return 0
    return int.from_bytes(hashlib.blake2b(host.encode("utf-8", "replace"), digest_size=8).digest(), "little") or 1


def count_lines(
    batches: Iterable[tuple[pa.Array, np.ndarray, np.ndarray]], config: LinesConfig
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(host, line, pages) and (host, pages) over batches of texts, their hosts, and which of them are looked at."""
    seen = np.empty(0, np.uint64)
    pairs: list[np.ndarray] = []
    pages: list[np.ndarray] = []
    for texts, hosts, wanted in batches:
        offsets, text = text_buffers(texts)
        looked_at = np.flatnonzero(wanted & (hosts > 0))
        copies = _keys(hosts[looked_at], short_lines.hash_texts(offsets, text, looked_at))
        _, first = np.unique(copies, return_index=True)
        first = first[~np.isin(copies[first], seen)]
        seen = np.concatenate([seen, copies[first]])
        new = np.zeros(len(texts), bool)
        new[looked_at[first]] = True
        rows, _, _, hashes = short_lines.find_lines(offsets, text, new, config.max_bytes)
        _, once = np.unique(_keys(rows.astype(np.uint64), hashes), return_index=True)
        pairs.append(np.stack([hosts[rows[once]], hashes[once]]))
        pages.append(hosts[new])
    if not pairs:
        return (*(np.empty(0, np.uint64),) * 2, np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.int64))
    host, line = np.concatenate(pairs, axis=1)
    _, first, num_pages = np.unique(_keys(host, line), return_index=True, return_counts=True)
    return (host[first], line[first], num_pages, *np.unique(np.concatenate(pages), return_counts=True))


def write_keys(
    path: Path, batches: Iterable[tuple[pa.Array, np.ndarray, np.ndarray]], config: LinesConfig, partitions: int
) -> None:
    """Write a shard's keys, a row group for each partition."""
    host, line, pages, hosts, host_pages = count_lines(batches, config)
    with storage.open_atomic(path) as handle, pq.ParquetWriter(handle, SCHEMA, compression="zstd") as writer:
        for number in range(partitions):
            mine, whole = host % np.uint64(partitions) == number, hosts % np.uint64(partitions) == number
            line_column = pa.concat_arrays([pa.array(line[mine]), pa.nulls(int(whole.sum()), pa.uint64())])
            columns = [
                pa.array(np.concatenate([host[mine], hosts[whole]])),
                line_column,
                pa.array(np.concatenate([pages[mine], host_pages[whole]]), pa.int64()),
            ]
            table = pa.table(columns, schema=SCHEMA)
            writer.write_table(table, row_group_size=max(1, table.num_rows))


def reduce_partition(keys_files: list[Path], partition: int, path: Path, config: LinesConfig) -> int:
    """Write the lines of one partition that belong to their host; how many."""
    tables = []
    for keys_file in keys_files:
        with pq.ParquetFile(keys_file) as parquet:
            tables.append(parquet.read_row_group(partition))
    sums = pa.concat_tables(tables).group_by(["host", "line"]).aggregate([("pages", "sum")])
    totals = sums.filter(pc.is_null(sums["line"])).select(["host", "pages_sum"]).rename_columns(["host", "all"])
    found = sums.filter(pc.is_valid(sums["line"])).join(totals, "host")
    pages = pc.cast(found["pages_sum"], pa.float64())
    enough = pc.and_(
        pc.greater_equal(found["pages_sum"], config.min_pages),
        pc.greater_equal(pages, pc.multiply(pc.cast(found["all"], pa.float64()), config.min_share)),
    )
    found = found.filter(enough).sort_by([("host", "ascending"), ("line", "ascending")])
    firm = pc.and_(
        pc.greater_equal(found["pages_sum"], FIRM_PAGES),
        pc.greater_equal(found["pages_sum"], pc.multiply(pc.cast(found["all"], pa.float64()), FIRM_SHARE)),
    )
    table = pa.table([found["host"], found["line"], found["pages_sum"], firm], schema=LINES_SCHEMA)
    with storage.open_atomic(path) as handle:
        pq.write_table(table, handle, compression="zstd")
    return table.num_rows


def read_lines(lines_files: list[Path], hosts: np.ndarray) -> np.ndarray:
    """The lines of these hosts, as the sorted keys that `cut_shared` takes; the last bit says whether one is firm."""
    keys = [np.empty(0, np.uint64)]
    for path in lines_files:
        table = pq.read_table(path)
        host, line = table["host"].to_numpy(), table["line"].to_numpy()
        mine = np.isin(host, hosts)
        firm = table["firm"].to_numpy()[mine].astype(np.uint64)
        keys.append((_keys(host[mine], line[mine]) & ~LAST_BIT) | firm)
    return np.unique(np.concatenate(keys))


def _keys(hosts: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    return (hosts * CHAIN) ^ hashes


def cut_shared(
    texts: pa.Array, hosts: np.ndarray, wanted: np.ndarray, keys: np.ndarray, config: LinesConfig, counts: Counts
) -> pa.Array:
    """The column without its sites' lines; a page keeps them where they are more than `max_cut` of it."""
    if not len(keys):
        return texts
    offsets, text = text_buffers(texts)
    rows, starts, ends, hashes = short_lines.find_lines(offsets, text, wanted & (hosts > 0), config.max_bytes)
    mine = _keys(hosts[rows], hashes) & ~LAST_BIT
    place = np.minimum(np.searchsorted(keys & ~LAST_BIT, mine), len(keys) - 1)
    shared = keys[place] & ~LAST_BIT == mine
    firm = shared & (keys[place] & LAST_BIT > 0)
    hit = site_places.furniture_of(offsets, text, Lines(rows, starts, ends, hashes), shared, firm)
    rows, starts, ends = rows[hit], starts[hit], ends[hit]
    size = np.bincount(rows, weights=ends - starts, minlength=len(texts))
    small = (size <= config.max_cut * np.diff(offsets))[rows]
    return lines.cut(texts, rows[small], starts[small], ends[small], counts, "shared_line")
