"""What a takedown means for a run: which of its documents, the steps that read them, the models that saw them.

In: a run and the list of what was taken down. Out: the documents' places, the steps done that read one, checkpoints
and exports made after the first, and `takedown.json` in the run folder, by which training goes on without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from headwater import storage
from headwater.batches import ranges, takedown
from headwater.document.takedown import Takedown
from headwater.errors import HeadwaterError
from headwater.monitor.documents import DocumentTable
from headwater.monitor.run import Run

CHECKPOINTS, EXPORTS = "checkpoints", "exports.jsonl"
MAX_SEARCHED = 10_000  # ids and URLs looked up one by one; for more, every document is looked at


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A takedown's documents in one run: rows by channel, and the steps done that read one of them."""

    run: Run
    documents: dict[str, np.ndarray]
    steps: list[int]

    @property
    def num_documents(self) -> int:
        return sum(map(len, self.documents.values()))


def documents(run: Run, taken: Takedown) -> dict[str, np.ndarray]:
    """Rows, by channel, of the packed documents that `taken` means. Raises HeadwaterError damaged_file."""
    tables = (run.tracer.table(channel) for channel in run.tracer.channels())
    return {table.channel: rows for table in tables if len(rows := _rows(table, taken))}


def effect(run: Run, taken: Takedown) -> Effect:
    """What `taken` means for a run as it is now."""
    meant = documents(run, taken)
    places = [place for channel, rows in meant.items() for place in _places(run.tracer.table(channel), rows)]
    done, origin = last_step(run), forked_from(run)
    begun = origin[1] if origin else 0  # a fork did not do the steps before it
    steps = [step for step in run.tracer.steps(places) if begun < step <= done] if done else []
    return Effect(run=run, documents=meant, steps=steps)


def _rows(table: DocumentTable, taken: Takedown) -> np.ndarray:
    """Rows of the documents that are meant, in order."""
    if not taken.broad and sum(map(len, taken.exact.values())) <= MAX_SEARCHED:
        found = (table.find(column, value) for column, values in taken.exact.items() for value in values)
        return np.array(sorted({row for rows in found for row in rows}), dtype=np.int64)
    hits, start = [np.empty(0, dtype=np.int64)], 0
    for batch in table.batches(["document_id", "url"]):
        hits.append(start + np.flatnonzero(taken.mask(batch.column(0), batch.column(1))))
        start += batch.num_rows
    return np.concatenate(hits)


def _places(table: DocumentTable, rows: np.ndarray) -> list[dict[str, Any]]:
    places = (table.place(row) for row in rows.tolist())
    return [{"channel": table.channel, "token_offset": start, "length": length} for start, length in places]


def last_step(run: Run) -> int:
    """The last step that training did, by the run's log; 0 where it has not begun."""
    return max((row["step"] for row in run.metrics()), default=0)


def told(found: Effect, limit: int = 100) -> list[dict[str, Any]]:
    """The first documents of an effect, as a trace tells them."""
    tables = ((channel, found.run.tracer.table(channel), rows) for channel, rows in found.documents.items())
    rows = ((channel, table, row) for channel, table, rows in tables for row in rows.tolist())
    return [
        {"channel": channel, **table.row(row)} for (channel, table, row), _ in zip(rows, range(limit), strict=False)
    ]


def models(effects: list[Effect]) -> dict[str, dict[str, list[Any]]]:
    """By run, the checkpoints and exports that saw a document, in its own steps or in those of the run it is from."""
    first = {found.run.folder.name: found.steps[0] for found in effects if found.steps}
    runs = {found.run.folder.name: found.run for found in effects}
    origins = {name: origin for name, run in runs.items() if (origin := forked_from(run))}
    for _ in origins:  # a fork of a fork takes as many rounds as there are generations
        for name, (parent, step) in origins.items():
            if first.get(parent, step + 1) <= step:
                first[name] = 0
    return {name: _models(runs[name], step) for name, step in first.items()}


def forked_from(run: Run) -> tuple[str, int] | None:
    """The run and step whose checkpoint this one began with."""
    for event in run.events():
        parent, _, checkpoint = str(event.get("checkpoint", "")).partition("/")
        if event.get("kind") == "fork" and checkpoint.removeprefix("step-").isdigit():
            return parent, int(checkpoint.removeprefix("step-"))
    return None


def _models(run: Run, first: int) -> dict[str, list[Any]]:
    steps = sorted(int(path.name[5:]) for path in (run.folder / CHECKPOINTS).glob("step-*") if path.name[5:].isdigit())
    exports = [row for row in storage.read_rows(run.folder / EXPORTS) if row.get("step", first) >= first]
    return {"checkpoints": [step for step in steps if step >= first], "exports": exports}


def apply(run: Run, taken: Takedown) -> None:
    """Write what training leaves out when it goes on. Raises HeadwaterError data where that is too much."""
    masked = {}
    for channel, rows in documents(run, taken).items():
        places = _places(run.tracer.table(channel), rows)
        masked[channel] = ranges.joined((place["token_offset"], place["length"]) for place in places)
    if sum(map(len, masked.values())) > ranges.MAX_RANGES:
        mend = "too much to leave out of a packed corpus: pack it anew, in a run of its own"
        raise HeadwaterError("data", f"more than {ranges.MAX_RANGES} documents", where=str(run.folder), mend=mend)
    content, entries = packed(run.part("pack"))
    takedown.write(run.folder, content, masked, entries)


def packed(pack: Path) -> tuple[str, int]:
    """The digest of a pack's contents, as checkpoints record it, and how many entries of the list it left out."""
    path = pack / "manifest.json"
    try:
        value = storage.read_json(path) if path.is_file() else {}
        return str(value.get("content", "")), int(value.get("fields", {}).get("takedown", {}).get("entries", 0))
    except (AttributeError, TypeError, ValueError) as error:
        raise HeadwaterError("damaged_file", f"not a manifest: {error}", where=str(path)) from error
