"""Records of a fixed width on disk, in sections that are read by themselves.

In: arrays of one structured type. Out: one file, atomically written: a header with the place of each section, then the
records. A section is a partition or a region: whoever reads it needs no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.errors import HeadwaterError

MAGIC = b"HWSECT1\n"


def write(path: Path, parts: Iterable[np.ndarray], dtype: np.dtype, count: int) -> None:
    """`count` arrays, a section each, empty ones too; one in memory at a time where they come one by one."""
    bounds = np.zeros(count + 1, "<u8")
    with storage.open_atomic(path) as handle:
        handle.write(MAGIC + np.array([count, dtype.itemsize], "<u8").tobytes() + bounds.tobytes())
        for number, part in enumerate(parts):
            bounds[number + 1] = bounds[number] + np.uint64(len(part))
            handle.write(np.ascontiguousarray(part, dtype).view(np.uint8).data)
        handle.seek(len(MAGIC) + 16)
        handle.write(bounds.tobytes())


def write_split(path: Path, records: np.ndarray, homes: np.ndarray, count: int) -> None:
    """Records into `count` sections by their home, in their order."""
    order = np.argsort(homes, kind="stable")
    bounds = np.searchsorted(homes[order], np.arange(count + 1))
    parts = (records[order[a:b]] for a, b in zip(bounds[:-1], bounds[1:], strict=True))
    write(path, parts, records.dtype, count)


def read(path: Path, section: int, dtype: np.dtype, first: int = 0, most: int | None = None) -> np.ndarray:
    """Records of a section, from `first`. Raises HeadwaterError damaged_file."""
    try:
        with open(path, "rb") as handle:
            start, end = _bounds(handle, section, dtype, path)
            start = min(start + first, end)
            end = end if most is None else min(end, start + most)
            handle.seek(start * dtype.itemsize, 1)
            found = np.fromfile(handle, dtype, end - start)
    except FileNotFoundError as error:
        raise HeadwaterError("damaged_file", "is missing", where=str(path)) from error
    if len(found) != end - start:
        raise HeadwaterError("damaged_file", "ends too early", where=str(path))
    return found


def blocks(path: Path, section: int, dtype: np.dtype, most: int) -> Iterator[np.ndarray]:
    """The records of a section, at most so many at a time."""
    first = 0
    while len(block := read(path, section, dtype, first, most)):
        yield block
        first += len(block)


def _bounds(handle: Any, section: int, dtype: np.dtype, path: Path) -> tuple[int, int]:
    """(first record, end) of a section; the handle stands at the first record of all."""
    head = handle.read(24)
    count, width = np.frombuffer(head, "<u8", 2, 8).tolist() if len(head) == 24 else (0, 0)
    if head[:8] != MAGIC or width != dtype.itemsize or section >= count:
        raise HeadwaterError("damaged_file", "is not a file of these records", where=str(path))
    bounds = np.frombuffer(handle.read(8 * (count + 1)), "<u8")
    if len(bounds) != count + 1 or (np.diff(bounds.astype(np.int64)) < 0).any():
        raise HeadwaterError("damaged_file", "has a broken header", where=str(path))
    return int(bounds[section]), int(bounds[section + 1])
