"""Writes a channel in Megatron's format: `.bin` holds the tokens, `.idx` says where each document lies.

In: a channel's tokens in pieces, and each document's length. Out: the two files, each whole or absent.
A document is one sequence, its end-of-document token included. `batches.indexed` reads them.
Source: megatron/core/datasets/indexed_dataset.py (the format; compared with its writer byte by byte).
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from headwater import storage

MAGIC = b"MMIDIDX\x00\x00"
VERSION = 1
TYPE_CODES = {"int32": 4, "uint16": 8}
SMALL_VOCAB = 65_500  # below this many tokens Megatron holds one in two bytes
COPY_BYTES = 1 << 20


def token_type(vocab_size: int) -> np.dtype:
    """The type in which tokens of a vocabulary are held: uint16 where it fits, else int32."""
    return np.dtype("<u2") if vocab_size < SMALL_VOCAB else np.dtype("<i4")


def write_bin(path: Path, pieces: Iterable[Path]) -> None:
    """Join files of tokens into one `.bin`."""
    with storage.open_atomic(path) as out:
        for piece in pieces:
            with open(piece, "rb") as handle:
                shutil.copyfileobj(handle, out, COPY_BYTES)


def write_idx(path: Path, dtype: np.dtype, num_documents: int, lengths: Callable[[], Iterator[np.ndarray]]) -> None:
    """Write the `.idx` of `num_documents` documents; `lengths()` gives their lengths in tokens, in
    parts, and is asked twice, so that no more than a part is held."""
    with storage.open_atomic(path) as out:
        out.write(MAGIC + struct.pack("<QBQQ", VERSION, TYPE_CODES[dtype.name], num_documents, num_documents + 1))
        for part in lengths():
            out.write(part.astype("<i4").tobytes())
        position = 0
        for part in lengths():
            ends = position + np.cumsum(part, dtype=np.int64) * dtype.itemsize
            out.write(np.concatenate([[position], ends[:-1]]).astype("<i8").tobytes() if len(part) else b"")
            position = int(ends[-1]) if len(part) else position
        for start in range(0, num_documents + 1, COPY_BYTES):
            out.write(np.arange(start, min(start + COPY_BYTES, num_documents + 1), dtype="<i8").tobytes())
