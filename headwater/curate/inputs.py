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
import pyarrow.parquet as pq

from headwater import document, storage
from headwater.curate import apart, unread
from headwater.document import folders
from headwater.errors import HeadwaterError
from headwater.pipeline.stage import shards

READ = "read.json"  # written when the documents are whole
REFUSED = "refused.parquet"  # there where something was
SHARD_BYTES = 64 << 20  # of text
SHARD_ROWS = 50_000


def _silent(_: str) -> None:
    """Says nothing."""


def bring(
    inputs: list[str],
    work: Path,
    request: dict[str, Any],
    kind: str = "",
    say: Callable[[str], None] = _silent,
    written: tuple[apart.Written, ...] = (),
) -> tuple[dict[str, int], bool]:
    """The rows that could not be read, by reason; and whether the documents were there already.

    `request`: what else the work in this folder depends on, as JSON. `kind` replaces the rows' own where it is given.
    `say` is told of files that are left out: what lies in folders that are `written`; and of a folder of `headwater
    curate` all but what it kept.
    """
    request = {**request, "kind": kind, "files": described(inputs, written)}
    if work.exists():
        storage.sweep(work)
        if note := _believed(work, request):
            return note["unreadable"], True
        remove(work)
    problems: Counter[str] = Counter()
    refused = write_documents(wanted(inputs, say, written), work / "acquire" / "documents", kind, problems)
    refused.write(work / REFUSED)
    unreadable = dict(sorted(problems.items()))
    storage.write_json(work / READ, {"request": request, "unreadable": unreadable, "rows": _rows(work)})
    return unreadable, False


def _believed(work: Path, request: dict[str, Any]) -> dict[str, Any]:
    """The note of what was read, where it is of this request and all that it tells of is there."""
    try:
        note = storage.read_json(work / READ)
        whole = note["request"] == request and note["rows"] == _rows(work)
    except (HeadwaterError, OSError, pa.ArrowException, KeyError, TypeError):
        return {}  # no note, or a damaged one: the inputs are read again
    return note if whole else {}


def _rows(work: Path) -> dict[str, int]:
    """The files that were brought, by name, with the rows of each."""
    files = [*shards(work / "acquire" / "documents"), *work.glob(REFUSED)]
    return {path.name: pq.read_metadata(path).num_rows for path in files}


def remove(work: Path) -> None:
    """Remove a work folder; its note first, so that nobody believes what is half removed."""
    if work.exists():
        with storage.disk_errors(work):
            (work / READ).unlink(missing_ok=True)
            shutil.rmtree(work)


def described(names: list[str], written: tuple[apart.Written, ...] = ()) -> list[list[Any]]:
    """Every file with its size and time of change; the name alone where it is not on this disk."""
    found: list[list[Any]] = []
    for item in wanted(names, written=written):
        path = Path(item.location)
        given = path.stat() if path.exists() else None
        found.append([item.location, *((given.st_size, given.st_mtime_ns) if given else ())])
    return found


def wanted(
    names: list[str], say: Callable[[str], None] = _silent, written: tuple[apart.Written, ...] = ()
) -> list[document.InputFile]:
    """The files behind names, but those in folders that are `written`, and those that an earlier curation rejected."""
    return unread.kept_only(apart.left(folders.found(names), names, written, say), names, say)


def write_documents(files: list[document.InputFile], folder: Path, kind: str, problems: Counter[str]) -> unread.Refused:
    """Copy the inputs into shards of a bounded size, at least one; what was refused.

    An id that came before gets a number behind it.
    """
    pending: list[pa.RecordBatch] = []
    refused = unread.Refused()
    count = 0
    known = Ids()

    def flush() -> None:
        nonlocal count
        document.write_parquet(folder / f"{count:05d}.parquet", pending)
        count += 1
        pending.clear()

    for batch in (batch for item in files for batch in document.batches_of(refused.rows_of(item, problems))):
        if kind:
            column = batch.schema.get_field_index("kind")
            batch = batch.set_column(column, document.SCHEMA.field("kind"), pa.array([kind] * batch.num_rows))
        pending.append(known.told_apart(batch))
        if sum(b.nbytes for b in pending) >= SHARD_BYTES or sum(b.num_rows for b in pending) >= SHARD_ROWS:
            flush()
    if pending or not count:
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
