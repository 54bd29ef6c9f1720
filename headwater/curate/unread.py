"""Inputs that are not read: what a reader refused, place by place, and what an earlier curation rejected.

In: the files that a command was given. Out: their rows; a table of what was refused among them, one row each (SCHEMA:
documents without a text, with the reason), so that whatever is counted can be found; and the files without those that
a folder of `headwater curate` holds beside the documents it kept.
"""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document
from headwater.curate.places import Place, places_of

SCHEMA = pa.schema([*document.SCHEMA, pa.field("reason", pa.string()), pa.field("value", pa.float64())])
BLOCK = 10_000  # rows that are written at once
KEPT, OTHERS = "kept", ("rejected", "report.json")  # what a folder of `headwater curate` holds


class Refused:
    """What was refused: by file the places, counted from 1 among all that the file holds, and the reason of each."""

    def __init__(self) -> None:
        self._files: list[tuple[document.InputFile, array[int], array[int]]] = []  # places, and reasons by number
        self._reasons: list[str] = []

    def rows_of(self, item: document.InputFile, problems: Counter[str]) -> Iterator[document.Row]:
        """The rows of a file; what is refused between two of them is noted, and counted in `problems`."""
        own = _Ordered()
        read = noted = 0
        for row in document.read_rows(item, own):
            noted = self._note(item, own, read, noted)
            read += 1
            row["id"] = row.get("id") or document.document_id(row.get("source", ""), row.get("url", ""), row["text"])
            yield row
        self._note(item, own, read, noted)
        problems.update(own)

    def _note(self, item: document.InputFile, own: _Ordered, read: int, noted: int) -> int:
        """Note what was refused since, after so many rows; how many were noted of this file."""
        for reason in own.taken():
            if reason not in self._reasons:
                self._reasons.append(reason)
            if not noted:
                self._files.append((item, array("q"), array("h")))
            noted += 1
            _, places, reasons = self._files[-1]
            places.append(read + noted)
            reasons.append(self._reasons.index(reason))
        return noted

    def write(self, path: Path) -> int:
        """Write the table; the number of its rows. No file is written where nothing was refused."""
        return document.write_parquet(path, self._batches(), SCHEMA) if self._files else 0

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for item, places, reasons in self._files:
            named = (self._reasons[number] for number in reasons)
            found = zip(named, places_of(item, places), strict=True)
            while block := list(itertools.islice(found, BLOCK)):
                rows = [_row(item.location, reason, place) for reason, place in block]
                why = pa.array([reason for reason, _ in block])
                columns = [*document.batch(rows).columns, why, pa.nulls(len(rows), "double")]
                yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


class _Ordered(Counter[str]):
    """Counts, and the order in which they were raised, of what has not been taken yet."""

    def __init__(self) -> None:
        super().__init__()
        self._raised: list[str] = []
        self._taken: Counter[str] = Counter()

    def __setitem__(self, reason: str, count: int) -> None:
        self._raised += [reason] * (count - self[reason])
        super().__setitem__(reason, count)

    def taken(self) -> list[str]:
        """What was raised since the last time; in the end what a reader counted in another way."""
        raised, self._raised = self._raised, []
        self._taken.update(raised)
        if self._taken != self:
            others = list((self - self._taken).elements())
            self._taken.update(others)
            raised += others
        return raised


def _row(location: str, reason: str, place: Place) -> dict[str, Any]:
    told = {"file": location, "place": str(place.number), "unit": place.unit}
    return {
        "id": f"{location}#{place.number}:{reason}",
        "text": "",
        "url": location,
        "title": location.rpartition("/")[2],
        "meta": told | ({"head": place.head} if place.head else {}),
    }


def told_place(row: Mapping[str, Any]) -> str:
    """`line 3 of FILE`, or FILE, for what was refused; empty for a document."""
    meta = row["meta"]
    if row["text"] or not all(name in meta for name in ("file", "place", "unit")):
        return ""
    return meta["file"] if meta["unit"] == "file" else f"{meta['unit']} {meta['place']} of {meta['file']}"


def kept_only(
    items: list[document.InputFile], names: list[str], say: Callable[[str], None]
) -> list[document.InputFile]:
    """The files without what earlier curations rejected or report, unless a name points into their folder."""
    given = [Path(name).absolute() for name in names]

    @cache
    def curation(folder: Path) -> bool:
        holds = (folder / KEPT).is_dir() and all((folder / name).exists() for name in OTHERS)
        return holds and not any(name != folder and name.is_relative_to(folder) for name in given)

    found: list[document.InputFile] = []
    told: dict[Path, int] = {}
    for item in items:
        path = Path(item.location).absolute()
        of = next((folder for folder in path.parents if curation(folder)), None)
        if of is None or path.is_relative_to(of / KEPT):
            found.append(item)
        else:
            told[of] = told.get(of, 0) + 1
    for folder, count in told.items():
        say(f"{folder}: a curation of before; what it kept is read, its other {count} files are not")
    return found
