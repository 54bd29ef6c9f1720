"""Reads a channel's tokens: Megatron's `.bin` through its `.idx`, memory-mapped and checked.

In: the path of a `.bin` without its suffix. Out: the tokens as one array, and the documents' bounds.

The `.idx`: nine bytes of magic, version (u64), type of the tokens (u8), number of sequences and of
document bounds (u64 each), then lengths (i32), byte offsets (i64) and document bounds (i64).
Source: megatron/core/datasets/indexed_dataset.py (the format; checked against its reader).
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np

from headwater.errors import HeadwaterError

MAGIC = b"MMIDIDX\x00\x00"
VERSION = 1
HEADER = struct.Struct("<9sQBQQ")
TOKEN_TYPES: dict[int, np.dtype] = {
    4: np.dtype("<i4"),
    8: np.dtype("<u2"),
}  # Megatron's codes for the two that tokens use


class IndexedTokens:
    """The tokens of one channel.

    `tokens` is the whole `.bin` as a read-only map. `check=False` leaves out the pass over every
    document's bounds (the sizes of both files are always compared).
    Raises HeadwaterError damaged_file where a file is short, long or disagrees with the other.
    """

    def __init__(self, prefix: Path | str, check: bool = True) -> None:
        self.bin_path, self.idx_path = Path(f"{prefix}.bin"), Path(f"{prefix}.idx")
        try:
            self._open_index()
            self._open_tokens()
        except (OSError, ValueError) as error:
            raise _damaged(self.idx_path, f"cannot be read: {error}") from error
        if check:
            self.check()

    def _open_index(self) -> None:
        size = os.path.getsize(self.idx_path)
        with open(self.idx_path, "rb") as handle:
            head = handle.read(HEADER.size)
        if len(head) < HEADER.size:
            raise _damaged(self.idx_path, f"ends after {len(head)} bytes, inside its header")
        magic, version, code, num_sequences, num_bounds = HEADER.unpack(head)
        if magic != MAGIC or version != VERSION:
            raise _damaged(self.idx_path, "is not a Megatron index of version 1")
        if code not in TOKEN_TYPES:
            raise _damaged(self.idx_path, f"holds tokens of type {code}; known are 4 (int32) and 8 (uint16)")
        expected = HEADER.size + 12 * num_sequences + 8 * num_bounds
        if size not in (expected, expected + num_sequences):  # the latter with Megatron's optional modes
            raise _damaged(self.idx_path, f"has {size} bytes where {num_sequences} sequences need {expected}")
        self.dtype, self.num_sequences = TOKEN_TYPES[code], num_sequences
        raw = np.asarray(np.memmap(self.idx_path, mode="r"))  # a plain array: a map is slow to take one item of
        at = HEADER.size
        self.lengths = raw[at : at + 4 * num_sequences].view("<i4")
        at += 4 * num_sequences
        self.pointers = raw[at : at + 8 * num_sequences].view("<i8")
        at += 8 * num_sequences
        self.document_bounds = raw[at : at + 8 * num_bounds].view("<i8")

    def _open_tokens(self) -> None:
        size = os.path.getsize(self.bin_path)
        end = int(self.pointers[-1]) + int(self.lengths[-1]) * self.dtype.itemsize if self.num_sequences else 0
        if size != end:
            raise _damaged(self.bin_path, f"has {size} bytes where its index counts {end}")
        self.num_tokens = size // self.dtype.itemsize
        empty = np.empty(0, dtype=self.dtype)
        self.tokens: np.ndarray = np.asarray(np.memmap(self.bin_path, dtype=self.dtype, mode="r")) if size else empty

    def check(self) -> None:
        """Compare every sequence's bounds with its neighbours'. Raises HeadwaterError damaged_file."""
        if self.num_sequences and int(self.lengths.min()) < 0:
            raise _damaged(self.idx_path, "holds a negative length")
        ends = np.cumsum(self.lengths, dtype=np.int64) * self.dtype.itemsize
        starts = np.concatenate([[0], ends[:-1]]) if self.num_sequences else ends
        if not np.array_equal(starts, self.pointers):
            raise _damaged(self.idx_path, "has lengths and offsets that disagree")
        bounds = self.document_bounds
        ordered = (
            len(bounds) > 0
            and bounds[0] == 0
            and bounds[-1] == self.num_sequences
            and bool(np.all(bounds[1:] > bounds[:-1]))
        )
        if not ordered:
            raise _damaged(self.idx_path, "has document bounds out of order")

    def __len__(self) -> int:
        return self.num_sequences

    def sequence(self, index: int) -> np.ndarray:
        """The tokens of one sequence (here: one document, its end-of-document token last)."""
        start = int(self.pointers[index]) // self.dtype.itemsize
        return self.tokens[start : start + int(self.lengths[index])]


def _damaged(path: Path, what: str) -> HeadwaterError:
    return HeadwaterError(
        "damaged_file", what, where=str(path), mend="remove the folder that holds it and give the same command again"
    )
