"""The list of what was taken down, kept in the workspace: `takedown.jsonl`.

In: ids, URLs, URL prefixes and domains, each with a reason and a date. Out: which documents of a batch they mean.
The list only grows, so that a run can go on by as many of its rows as its corpus was packed with. Rows that were
appended by hand count too, where they are right.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import storage
from headwater.errors import HeadwaterError

NAME = "takedown.jsonl"
REASON = "takedown"  # what a document that is left out is counted under
KINDS = ("doc", "url", "prefix", "domain")
MAX_ENTRIES = 1 << 22
MAX_VALUE = 4096  # characters


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row: documents with this id or URL, or below this prefix, or of this domain and those below it."""

    kind: str
    value: str
    reason: str = ""
    date: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.value


def read(path: Path, num: int | None = None) -> list[Entry]:
    """The first `num` entries (default: all). Raises HeadwaterError damaged_file."""
    found: list[Entry] = []
    for number, row in enumerate(storage.read_rows(path), 1):
        if num is not None and number > num:
            break
        texts = [row.get(name, "") if isinstance(row, dict) else None for name in ("kind", "value", "reason", "date")]
        if not all(map(_is_text, texts)) or texts[0] not in KINDS or not texts[1]:
            raise HeadwaterError("damaged_file", "not an entry of a takedown list", where=f"{path}:{number}")
        if number > MAX_ENTRIES or len(texts[1]) > MAX_VALUE:
            raise HeadwaterError("unsafe_file", "an entry too long, or one too many", where=f"{path}:{number}")
        found.append(Entry(kind=texts[0], value=texts[1], reason=texts[2], date=texts[3]))
    if num is not None and len(found) < num:
        raise HeadwaterError(
            "damaged_file",
            f"holds {len(found)} entries where a corpus was packed with {num}",
            where=str(path),
            mend="restore the list: rows are only ever added to it",
        )
    return found


def _is_text(value: Any) -> bool:
    """Whether a value is a string without lone surrogates, which no Arrow array could hold."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def append(path: Path, entries: Iterable[Entry]) -> list[Entry]:
    """Add the entries that are not on the list yet, and bring them to the disk; those added."""
    known = {entry.key for entry in read(path)}
    added = list({entry.key: entry for entry in entries if entry.key not in known}.values())
    with storage.AppendLog(path) as log:
        for entry in added:
            log.append(asdict(entry))
    return added


def fingerprint(path: Path, num: int | None = None) -> dict[str, Any]:
    """How many entries a list has and a digest of what they mean; empty where there is none."""
    keys = [list(entry.key) for entry in read(path, num)]
    return {"entries": len(keys), "digest": storage.value_digest(keys)} if keys else {}


class Takedown:
    """Entries, ready to be asked about documents."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        of_kind = {kind: [entry.value for entry in entries if entry.kind == kind] for kind in KINDS}
        self.exact = {"document_id": set(of_kind["doc"]), "url": set(of_kind["url"])}
        self._prefixes = tuple(of_kind["prefix"])
        self._domains = {name for value in of_kind["domain"] for name in spellings(value)}

    def __bool__(self) -> bool:
        return bool(self.broad or any(self.exact.values()))

    @property
    def broad(self) -> bool:
        """Whether it names more than single documents, so that every URL has to be looked at."""
        return bool(self._prefixes or self._domains)

    def mask(self, ids: pa.Array, urls: pa.Array) -> np.ndarray:
        """Which documents are meant (bool, one a row)."""
        import pyarrow.compute as pc

        meant = np.zeros(len(ids), dtype=bool)
        for values, wanted in ((ids, self.exact["document_id"]), (urls, self.exact["url"])):
            if wanted:
                meant |= pc.is_in(values, value_set=pa.array(sorted(wanted), values.type)).to_numpy(
                    zero_copy_only=False
                )
        if self.broad:
            meant |= np.fromiter((self._means(url or "") for url in urls.to_pylist()), dtype=bool, count=len(urls))
        return meant

    def _means(self, url: str) -> bool:
        if self._prefixes and url.startswith(self._prefixes):
            return True
        host = host_of(url)
        while host and self._domains:
            if host in self._domains:
                return True
            host = host.partition(".")[2]
        return False


def without(
    batches: Iterable[pa.RecordBatch], entries: Sequence[Entry], counts: Counter[str]
) -> Iterator[pa.RecordBatch]:
    """Batches of documents without those taken down, which are counted under REASON."""
    taken = Takedown(entries)
    for batch in batches:
        meant = taken.mask(batch.column("id"), batch.column("url"))
        counts[REASON] += int(meant.sum())
        yield batch.filter(pa.array(~meant)) if meant.any() else batch


def left(batches: Iterable[pa.RecordBatch], counts: Counter[str], root: Path = Path()) -> Iterator[pa.RecordBatch]:
    """Batches of documents without those that the list of a workspace (by default: where we are) names."""
    entries = read(root / NAME)
    yield from without(batches, entries, counts) if entries else batches


def spellings(domain: str) -> set[str]:
    """A domain as it is written and as it travels (`bücher.example`, `xn--bcher-kva.example`)."""
    plain = domain.lower()
    found = {plain}
    for way in (lambda name: name.encode("idna").decode(), lambda name: name.encode("ascii").decode("idna")):
        with contextlib.suppress(UnicodeError):
            found.add(way(plain))
    return found


def host_of(url: str) -> str:
    """The host of a URL, lower case, without its port; empty where it has none."""
    _, scheme, rest = url.partition("://")
    if not scheme:
        return ""
    place = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    return place.partition(":")[0].lower().rstrip(".")
