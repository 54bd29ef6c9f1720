"""Inputs that are not read: what a reader refused, place by place, and what an earlier curation rejected.

In: the files that a command was given. Out: their rows; a table of what was refused among them, one row each (SCHEMA:
documents without a text, with the reason), so that whatever is counted can be found; and the files without those that
a folder of `headwater curate` holds beside the documents it kept.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from headwater import document

SCHEMA = pa.schema([*document.SCHEMA, pa.field("reason", pa.string()), pa.field("value", pa.float64())])
BLOCK = 10_000  # rows that are written at once
KEPT, OTHERS = "kept", ("rejected", "report.json")  # what a folder of `headwater curate` holds


class Refused:
    """What was refused: by file and reason the places, counted from 1 among all that the file holds."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], array[int]] = {}

    def rows_of(self, item: document.InputFile, problems: Counter[str]) -> Iterator[document.Row]:
        """The rows of a file; what is refused between two of them is noted, and counted in `problems`."""
        own: Counter[str] = Counter()
        noted: Counter[str] = Counter()
        read = 0
        for row in document.read_rows(item, own):
            if len(own) != len(noted) or own != noted:
                self._note(item, own, noted, read)
            read += 1
            row["id"] = row.get("id") or document.document_id(row.get("source", ""), row.get("url", ""), row["text"])
            yield row
        self._note(item, own, noted, read)
        problems.update(own)

    def _note(self, item: document.InputFile, own: Counter[str], noted: Counter[str], read: int) -> None:
        for reason, count in own.items():
            places = self._places.setdefault((item.location, reason), array("q"))
            for _ in range(count - noted[reason]):
                noted[reason] += 1
                places.append(read + noted.total())

    def write(self, path: Path) -> int:
        """Write the table; the number of its rows. No file is written where nothing was refused."""
        return document.write_parquet(path, self._batches(), SCHEMA) if self._places else 0

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for (location, reason), places in self._places.items():
            for start in range(0, len(places), BLOCK):
                rows = [_row(location, reason, place) for place in places[start : start + BLOCK]]
                columns = [*document.batch(rows).columns, pa.array([reason] * len(rows)), pa.nulls(len(rows), "double")]
                yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _row(location: str, reason: str, place: int) -> dict[str, Any]:
    return {
        "id": f"{location}#{place}:{reason}",
        "text": "",
        "url": location,
        "title": location.rpartition("/")[2],
        "meta": {"file": location, "place": str(place)},
    }


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
