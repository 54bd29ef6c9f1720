"""The distinct words of a corpus and how often each occurs, within a memory budget.

In: texts with a weight each, and the pattern that cuts them. Out: Words: the commonest first.

Counting goes into a table of bounded size; when it is full, what it holds is written away by partition (a word's hash
says which), and the table begun anew. Each partition then fits the table by itself. Counts are whole numbers: a
weight is counted in parts of SCALE, so that the result does not depend on the order of the texts.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headwater import storage
from headwater.kernels import code_points, word_counts
from headwater.kernels.arrow import text_buffers

SCALE = 64  # a text of weight 1 counts so much
SCHEMA = pa.schema([("word", pa.large_binary()), ("count", pa.int64())])
ROW_GROUP_WORDS = 1 << 18
MAX_PARTITIONS = 512
GATHERED_PARTITIONS = 16
UNIQUE_SHARE = 0.5  # of a corpus, the most that its distinct words take in the table
TABLE_BYTES_A_BYTE = 4  # of distinct words
MOST_LEARNED_BYTES = 1 << 29  # of distinct words: merging numbers the places of its pairs, three a byte, in 32 bits


class Words(NamedTuple):
    """Word n is text[starts[n]:starts[n + 1]]; counts in parts of SCALE."""

    starts: np.ndarray  # int64
    text: np.ndarray  # uint8
    counts: np.ndarray  # int64


def partitions(corpus_bytes: int, budget_bytes: int) -> int:
    """Into how many parts the words go so that each fits the budget."""
    needed = corpus_bytes * UNIQUE_SHARE * TABLE_BYTES_A_BYTE
    return int(min(MAX_PARTITIONS, max(1, -(-needed // budget_bytes))))


def count(texts: Iterable[tuple[pa.Array, np.ndarray]], rules: np.ndarray, budget_bytes: int) -> Iterator[Words]:
    """Count words; what the table holds, each time it is full and at the end. Weights: int64 a text, in SCALE."""
    table = word_counts.table(budget_bytes)
    for array, weights in texts:
        offsets, text = text_buffers(array)
        place = np.array([0, offsets[0], 0], np.int64)
        while not word_counts.pour(offsets, text, weights, code_points.flags(), rules, place, table):
            yield Words(*word_counts.found(table))
            word_counts.clear(table)
    if table.used[word_counts.WORDS]:
        yield Words(*word_counts.found(table))


def merged(parts: Iterable[Words], budget_bytes: int) -> Words:
    """Words counted apart, together; the table grows where they do not fit the budget."""
    table = word_counts.table(budget_bytes)
    for part in parts:
        place = np.zeros(1, np.int64)
        while not word_counts.merge(part.starts, part.text, part.counts, place, table):
            wider = word_counts.table(2 * budget_bytes)
            word_counts.merge(*word_counts.found(table), np.zeros(1, np.int64), wider)
            table, budget_bytes = wider, 2 * budget_bytes
    return Words(*(array.copy() for array in word_counts.found(table)))


def together(parts: list[Words]) -> Words:
    """Words that have none in common, one after another."""
    if not parts:
        return Words(np.zeros(1, np.int64), np.empty(0, np.uint8), np.empty(0, np.int64))
    sizes = [np.diff(part.starts) for part in parts]
    starts = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    text = np.concatenate([part.text[part.starts[0] : part.starts[-1]] for part in parts])
    return Words(starts, text, np.concatenate([part.counts for part in parts]))


def gathered(parts: Iterator[Words], budget_bytes: int, folder: Path) -> Words:
    """Words counted apart, together. More than one part is written to `folder` by partition and joined from there."""
    first = next(parts, None)
    if first is None:
        return together([])
    kept = Words(*(array.copy() for array in first))
    second = next(parts, None)
    if second is None:
        return kept
    names = [f"{number:03d}" for number in range(GATHERED_PARTITIONS)]
    write(folder, names, itertools.chain([kept, second], parts))
    return together([merged(read(folder / name), budget_bytes // 4) for name in names])


def commonest(words: Words, most_bytes: int) -> tuple[Words, float]:
    """The words in a fixed order, the commonest first and as many as fit, and the share of all counts left out."""
    sizes, most_bytes = np.diff(words.starts), min(most_bytes, MOST_LEARNED_BYTES)
    order = _ordered(words)
    kept = order[: int(np.searchsorted(np.cumsum(sizes[order]), most_bytes, side="right"))]
    total = int(words.counts.sum()) or 1
    return take(words, kept), 1.0 - int(words.counts[kept].sum()) / total


def take(words: Words, numbers: np.ndarray) -> Words:
    """Some words, in the order asked for."""
    array = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(words.counts), [None, pa.py_buffer(words.starts), pa.py_buffer(words.text)]
    )
    offsets, text = text_buffers(array.take(pa.array(numbers)).cast(pa.large_binary()))
    return Words(offsets, text[: offsets[-1]], words.counts[numbers])


def _ordered(words: Words) -> np.ndarray:
    """By count, then by spelling: by its first eight bytes, its length and its hash, which no two words share."""
    sizes = np.diff(words.starts)
    padded = np.concatenate([words.text, np.zeros(8, np.uint8)])
    first = np.zeros(len(words.counts), np.uint64)
    for at in range(8):
        byte = padded[words.starts[:-1] + at].astype(np.uint64)
        first = (first << np.uint64(8)) | np.where(sizes > at, byte, np.uint64(0))
    return np.lexsort((word_counts.hashes(words.starts, words.text), sizes, first, -words.counts))


def write(folder: Path, names: list[str], parts: Iterable[Words]) -> list[int]:
    """Write counted words, a file a partition (`names`); how many words each got."""
    total = [0] * len(names)
    with contextlib.ExitStack() as stack:
        handles = [stack.enter_context(storage.open_atomic(folder / name)) for name in names]
        writers = [stack.enter_context(pq.ParquetWriter(handle, SCHEMA, compression="zstd")) for handle in handles]
        for words in parts:
            where = word_counts.hashes(words.starts, words.text) % np.uint64(len(names))
            for number, writer in enumerate(writers):
                mine = take(words, np.flatnonzero(where == number))
                if len(mine.counts):
                    writer.write_batch(_batch(mine), row_group_size=ROW_GROUP_WORDS)
                    total[number] += len(mine.counts)
    return total


def _batch(words: Words) -> pa.RecordBatch:
    buffers = [None, pa.py_buffer(words.starts), pa.py_buffer(words.text)]
    column = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(words.counts), buffers)
    return pa.RecordBatch.from_arrays([column, pa.array(words.counts)], schema=SCHEMA)


def read(path: Path) -> Iterator[Words]:
    """The words of a file, a row group at a time."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number).combine_chunks()
            if table.num_rows:
                column = table["word"].chunk(0)
                offsets, text = text_buffers(column)
                yield Words(offsets, text, table["count"].to_numpy())
