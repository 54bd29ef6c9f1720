"""Documents of any files, brought into shards once for a command that works on them in stages.

In: input paths and a work folder. Out: `acquire/documents/NAME.parquet` of a bounded size, `refused.parquet` with what
could not be read (`curate.unread`), and a note of what they were read from and why, so that the same command again,
killed or not, goes on from there, and another begins anew.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document, storage
from headwater.curate import unread
from headwater.document import folders

READ = "read.json"  # written when the documents are whole
REFUSED = "refused.parquet"  # there where something was
SHARD_BYTES = 64 << 20  # of text
SHARD_ROWS = 50_000


def _silent(_: str) -> None:
    """Says nothing."""


def bring(
    inputs: list[str], work: Path, request: dict[str, Any], kind: str = "", say: Callable[[str], None] = _silent
) -> tuple[dict[str, int], bool]:
    """The rows that could not be read, by reason; and whether the documents were there already.

    `request`: what else the work in this folder depends on, as JSON. `kind` replaces the rows' own where it is given.
    `say` is told of files that are left out: of a folder of `headwater curate` only what it kept is read.
    """
    request = {**request, "kind": kind, "files": described(inputs)}
    if work.exists():
        storage.sweep(work)
        if (work / READ).exists():
            before = storage.read_json(work / READ)
            if before.get("request") == request:
                return before["unreadable"], True
        shutil.rmtree(work)
    problems: Counter[str] = Counter()
    refused = write_documents(wanted(inputs, say), work / "acquire" / "documents", kind, problems)
    refused.write(work / REFUSED)
    unreadable = dict(sorted(problems.items()))
    storage.write_json(work / READ, {"request": request, "unreadable": unreadable})
    return unreadable, False


def described(names: list[str]) -> list[list[Any]]:
    """Every file with its size and time of change; the name alone where it is not on this disk."""
    found: list[list[Any]] = []
    for item in wanted(names):
        path = Path(item.location)
        given = path.stat() if path.exists() else None
        found.append([item.location, *((given.st_size, given.st_mtime_ns) if given else ())])
    return found


def wanted(names: list[str], say: Callable[[str], None] = _silent) -> list[document.InputFile]:
    """The files behind names, but those that an earlier curation rejected."""
    return unread.kept_only(folders.found(names), names, say)


def write_documents(files: list[document.InputFile], folder: Path, kind: str, problems: Counter[str]) -> unread.Refused:
    """Copy the inputs into shards of a bounded size, at least one; what was refused.

    An id that came before gets a number behind it.
    """
    pending: list[pa.RecordBatch] = []
    refused = unread.Refused()
    shards = 0
    known = Ids()

    def flush() -> None:
        nonlocal shards
        document.write_parquet(folder / f"{shards:05d}.parquet", pending)
        shards += 1
        pending.clear()

    for batch in (batch for item in files for batch in document.batches_of(refused.rows_of(item, problems))):
        if kind:
            column = batch.schema.get_field_index("kind")
            batch = batch.set_column(column, document.SCHEMA.field("kind"), pa.array([kind] * batch.num_rows))
        pending.append(known.told_apart(batch))
        if sum(b.nbytes for b in pending) >= SHARD_BYTES or sum(b.num_rows for b in pending) >= SHARD_ROWS:
            flush()
    if pending or not shards:
        flush()
    return refused


class Ids:
    """The ids that were given so far, by 8 bytes each, so that each document of a command has one of its own."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()
        self._again: Counter[str] = Counter()

    def told_apart(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch, ids that came before with `~2`, `~3` and so on behind them."""
        ids: list[str] = batch.column("id").to_pylist()
        hashes = [hash_of(name) for name in ids]
        if len(set(hashes)) == len(hashes) and self._hashes.isdisjoint(hashes):
            self._hashes.update(hashes)
            return batch
        for row, (name, key) in enumerate(zip(ids, hashes, strict=True)):
            while key in self._hashes:
                self._again[name] += 1
                ids[row] = f"{name}~{self._again[name] + 1}"
                key = hash_of(ids[row])
            self._hashes.add(key)
        column = batch.schema.get_field_index("id")
        return batch.set_column(column, document.SCHEMA.field("id"), pa.array(ids, pa.string()))


def hash_of(name: str) -> int:
    """8 bytes of a text's digest."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "big")
