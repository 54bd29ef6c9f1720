"""Rows of .npy files, read one by one: what is asked for comes into memory, and nothing beside it.

In: files of equal width, a file a shard, and row numbers or documents. Out: an array of those rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from headwater.curate.dedup.plan import Plan
from headwater.errors import HeadwaterError

DENSE = 8  # where one row of so many is asked for, its neighbours are read with it


def shape(path: Path, dtype: type) -> tuple[int, int, int]:
    """(rows, values a row, the byte where rows begin). Raises HeadwaterError damaged_file."""
    try:
        with open(path, "rb") as handle:
            np.lib.format.read_magic(handle)
            found, fortran, kind = np.lib.format.read_array_header_1_0(handle)
            start = handle.tell()
            size = handle.seek(0, os.SEEK_END)
    except (OSError, ValueError) as error:
        raise HeadwaterError("damaged_file", f"not a readable array: {error}", where=str(path)) from error
    wanted = len(found) == 2 and kind == np.dtype(dtype) and not fortran
    if not wanted or size - start != int(np.prod(found)) * kind.itemsize:
        raise HeadwaterError("damaged_file", "not an array of the expected shape", where=str(path))
    return found[0], found[1], start


def of_documents(
    plan: Plan, path_of: Callable[[Plan, int], Path], orders: np.ndarray, dtype: type, width: int
) -> np.ndarray:
    """The rows of documents in any order: [len(orders), width]. `path_of`: the file of a shard."""
    out: np.ndarray = np.empty((len(orders), width), dtype)
    by_order = np.argsort(orders, kind="stable")
    homes = plan.shard_of(orders[by_order])
    for shard in np.unique(homes).tolist():
        some = by_order[homes == shard]
        out[some] = take(path_of(plan, shard), orders[some] - plan.starts[shard], dtype)
    return out


def take(path: Path, numbers: np.ndarray, dtype: type) -> np.ndarray:
    """The rows with these numbers, ascending: [len(numbers), width]."""
    rows, width, start = shape(path, dtype)
    size = width * np.dtype(dtype).itemsize
    out: np.ndarray = np.empty((len(numbers), width), dtype)
    if len(numbers) and int(numbers[-1]) >= rows:
        raise HeadwaterError("damaged_file", "has fewer rows than the documents", where=str(path))
    with open(path, "rb", buffering=0) as handle:
        fd, at = handle.fileno(), 0
        while at < len(numbers):
            first = int(numbers[at])
            until = at + 1
            while until < len(numbers) and until - at < 4096 and numbers[until] - numbers[until - 1] <= DENSE:
                until += 1
            span = os.pread(fd, (int(numbers[until - 1]) - first + 1) * size, start + first * size)
            block: np.ndarray = np.frombuffer(span, dtype).reshape(-1, width)
            out[at:until] = block[numbers[at:until] - first]
            at = until
    return out
