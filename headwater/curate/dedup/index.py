"""The index of what earlier runs kept: read as documents that come before all others.

In: a folder, DIR. Out: its segments, one an output that was added, and what they hold.

    DIR/index.json                     the shapes all segments share, and their names in order
    DIR/segments/NAME/owner            a digest of the output that it was made for
                      segment.json     every file with its size and digest, and the keys it spans
        url/ exact/ minhash/           keys and buckets, sorted, in files of bounded size
        signatures/ documents/         signatures, ids and addresses, a file a shard of the corpus

A document of the index is called by a number of its own, (segment, shard, row), and whoever carries one says beside it
that it is one: no number means two things. What one output added, every other one knows, whatever the order of its
documents; the same output made again is compared with what came before its own segment. Files are checked against
their digests before they are used, and sorted ones again as they are read; an error names the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.curate.dedup import rows, sections
from headwater.curate.dedup.config import SIGNATURE_FIELDS, DedupConfig
from headwater.errors import HeadwaterError
from headwater.pipeline.stage import Context

SCHEMA_VERSION = 1
NAME = "index.json"
SEGMENT, OWNER = "segment.json", "owner"
SEGMENT_BITS, SHARD_BITS = 48, 24  # where a document's number begins to say its segment and its shard
BLOCK = 1 << 15  # records that are read at once
MEND = "restore it from a copy, or name an empty folder and add the crawls of before again"
FIRST_FIELD = {"url": "high", "exact": "high", "minhash": "bucket"}


@dataclass(frozen=True, kw_only=True)
class Segment:
    """`files`: by name, as segment.json has them; `place`: among the segments of its index."""

    folder: Path
    place: int
    corpus: str
    files: dict[str, dict[str, Any]]


def parameters(config: DedupConfig, exact: bool) -> dict[str, Any]:
    """What all segments of an index must share."""
    shapes = {name: getattr(config, name) for name in SIGNATURE_FIELDS} if config.minhash else {}
    return {"url": config.url, "exact": exact, "minhash": config.minhash, **shapes}


def read(folder: Path) -> dict[str, Any]:
    """index.json, or that of an empty index. Raises HeadwaterError foreign_version or damaged_file."""
    path = folder / NAME
    if not path.exists():
        return {"schema": SCHEMA_VERSION, "parameters": {}, "segments": []}
    try:
        value = storage.read_json(path)
    except HeadwaterError as error:
        raise HeadwaterError(error.failure, error.message, where=error.where, mend=error.mend or MEND) from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA_VERSION:
        raise HeadwaterError(
            "foreign_version",
            f"this is an index of schema {value.get('schema') if isinstance(value, dict) else None!r}; this headwater"
            f" reads schema {SCHEMA_VERSION}",
            where=str(path),
            mend="read it with the version that wrote it, or name another folder",
        )
    entries = value.get("segments")
    whole = isinstance(value.get("parameters"), dict) and isinstance(entries, list) and all(map(_is_entry, entries))
    if not whole:
        raise HeadwaterError("damaged_file", "is not an index", where=str(path), mend=MEND)
    return value


def _is_entry(entry: object) -> bool:
    """Whether a segment is listed as one: by the name of a folder, and the digest of its corpus."""
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("name", "corpus")):
        return False
    return entry["name"] == Path(entry["name"]).name not in ("", "..")


def owner_of(context: Context, corpus: str) -> str:
    """What the stage is asked to make, told apart from every other request: the output and what it is made from.

    The caller's own word where it has one (`recipe.owner`); else the run's folder and its sources. The corpus itself
    stands in for sources that are not known.
    """
    given = getattr(context.recipe, "owner", "")
    if given:
        return str(given)
    sources = getattr(context.recipe, "sources", None)
    return run_owner(context.run_folder or context.folder, corpus if sources is None else sources)


def run_owner(folder: Path, sources: Any) -> str:
    """The owner that a run in this folder is, with these sources of its recipe."""
    return storage.value_digest([str(folder.absolute()), repr(sources)])


def segments(folder: Path, config: DedupConfig, exact: bool, owner: str) -> list[Segment]:
    """The segments that came before this owner's own: all, where it has none yet.

    Raises HeadwaterError arguments where the index was made with other parameters, and what `read` raises.
    """
    found = read(folder)
    wanted = parameters(config, exact)
    if found["segments"] and found["parameters"] != wanted:
        names = sorted(set(wanted) | set(found["parameters"]))
        differ = [name for name in names if found["parameters"].get(name) != wanted.get(name)]
        said = ", ".join(f"{n} {found['parameters'].get(n)} there, {wanted.get(n)} here" for n in differ)
        raise HeadwaterError(
            "arguments",
            f"the index was made with other settings of curate.dedup: {said}",
            where=str(folder / NAME),
            mend="use the settings of the index, or name another folder",
        )
    known: list[Segment] = []
    for place, entry in enumerate(found["segments"]):
        home = folder / "segments" / entry["name"]
        if owner_in(home) == owner:
            break
        if not (home / SEGMENT).is_file():
            raise HeadwaterError("damaged_file", "a segment of the index is missing", where=str(home))
        files = storage.read_json(home / SEGMENT)["files"]
        known.append(Segment(folder=home, place=place, corpus=entry["corpus"], files=files))
    return known


def owner_in(home: Path) -> str:
    """Whose a segment is; nobody's where that is not written."""
    path = home / OWNER
    return path.read_text("utf-8").strip() if path.is_file() else ""


def fingerprint(folder: str, owner: str = "") -> list[str]:
    """The names of the segments that came before this owner's own: what of an index can change a verdict."""
    names = [entry["name"] for entry in read(Path(folder))["segments"]] if folder else []
    owners = [owner_in(Path(folder) / "segments" / name) for name in names] if owner else []
    return names[: owners.index(owner)] if owner in owners else names


def check_file(task: dict[str, Any]) -> dict[str, Any]:
    """One file of a segment against its size and digest. Raises HeadwaterError damaged_file."""
    path, entry = Path(task["path"]), task["entry"]
    if not path.is_file() or path.stat().st_size != entry["size"] or storage.file_digest(path) != entry["sha256"]:
        raise HeadwaterError(
            "damaged_file",
            "this file of the index is missing or does not match its digest",
            where=str(path),
            mend="restore it from a copy, or make the index anew from the corpora",
        )
    return {"files": []}


def records(segment: Segment, step: str, dtype: np.dtype, number: int, bits: int) -> Iterator[np.ndarray]:
    """The sorted records of one partition of the keys, some at a time; `order` is the document's number."""
    low, high = number << (64 - bits), (number + 1) << (64 - bits)
    for name, entry in segment.files.items():
        if not name.startswith(f"{step}/") or entry["last"] < low or entry["first"] >= high:
            continue
        last = 0
        for block in sections.blocks(segment.folder / name, 0, dtype, BLOCK):
            keys = block[FIRST_FIELD[step]]
            if int(keys[0]) < last or (keys[1:] < keys[:-1]).any():
                raise HeadwaterError("damaged_file", "is not sorted", where=str(segment.folder / name))
            last = int(keys[-1])
            if last < low:
                continue
            inside = block[(keys >= np.uint64(low)) & (keys <= np.uint64(high - 1))]
            inside["order"] |= segment.place << SEGMENT_BITS
            if len(inside):
                yield inside
            if last >= high:
                break


def matches(known: list[Segment], buckets: np.ndarray, number: int, bits: int) -> np.ndarray:
    """Records of the index in any of these buckets."""
    from headwater.curate.dedup.bands import RECORD

    wanted = np.unique(buckets)
    found = [np.zeros(0, RECORD)]
    for segment in known:
        for block in records(segment, "minhash", RECORD, number, bits):
            places = np.minimum(np.searchsorted(wanted, block["bucket"]), max(len(wanted) - 1, 0))
            found.append(block[wanted[places] == block["bucket"]] if len(wanted) else block[:0])
    return np.concatenate(found)


def signatures_of(known: list[Segment], numbers: np.ndarray, config: DedupConfig) -> np.ndarray:
    """The signatures of documents of the index, ascending."""
    parts = [np.zeros((0, config.bands * config.rows), np.uint32)]
    for path, inside in _by_file(known, numbers, "signatures", "npy"):
        parts.append(rows.take(path, inside, np.uint32))
    return np.concatenate(parts)


def ids_of(known: list[Segment], numbers: np.ndarray) -> list[str]:
    """The ids of documents of the index, ascending."""
    import pyarrow.parquet as pq

    found: list[str] = []
    for path, inside in _by_file(known, numbers, "documents", "parquet"):
        found += pq.read_table(path, columns=["id"])["id"].take(inside).to_pylist()
    return found


def _by_file(known: list[Segment], numbers: np.ndarray, kind: str, ending: str) -> Iterator[tuple[Path, np.ndarray]]:
    """(file, rows in it) of ascending numbers."""
    homes = {segment.place: segment.folder for segment in known}
    files = numbers >> SHARD_BITS
    for file in np.unique(files).tolist():
        place, shard = file >> (SEGMENT_BITS - SHARD_BITS), file & ((1 << (SEGMENT_BITS - SHARD_BITS)) - 1)
        inside = numbers[files == file] & ((1 << SHARD_BITS) - 1)
        yield homes[place] / kind / f"{shard:05d}.{ending}", inside
