"""Examples of what curation kept or rejected, drawn by chance or nearest to a threshold.

In: a run's folder (with `acquire/` and `curate/`), one made by `headwater curate` (with `kept/` and
`rejected/`), or any files of documents. Out: rows with text, reason and value: those with the lowest hash of
their id, so that the same question has the same answer and a sample is spread over the whole corpus; or those
that curation found nearest to a rule's limits (`statistics.json`), on both sides.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import document, storage
from headwater.curate.nearest import SIDES
from headwater.errors import HeadwaterError
from headwater.pipeline.stage import TEXT_STAGES

TEXT_CHARS = 4000  # of each example
STATISTICS = "statistics.json"
NAMES_SHOWN = 8


def draw(folder: Path, reason: str, number: int) -> list[dict[str, Any]]:
    """Up to `number` examples: kept ones, or those a rule (or set of rules) rejected.

    Raises HeadwaterError unknown_name when the folder holds no curation or no such reason.
    """
    seen: Counter[str] = Counter()

    def wanted() -> Iterator[tuple[str, int, Path, int]]:
        for order, (path, row, name, why) in enumerate(_verdicts(folder)):
            seen[why] += 1
            if why == reason or (reason and why.startswith(f"{reason}.")):
                yield _rank(name), order, path, row

    chosen = heapq.nsmallest(number, wanted())
    if not chosen and reason:
        known = [why for why, _ in seen.most_common() if why]
        raise _unknown(f"no document was rejected by {reason!r}", reason, known, folder)
    rows: dict[Path, list[int]] = {}
    for _, _, path, row in chosen:
        rows.setdefault(path, []).append(row)
    found = {(path, row): value for path in rows for row, value in _read_rows(path, rows[path]).items()}
    return [found[path, row] for _, _, path, row in chosen]


def near(folder: Path, reason: str, number: int) -> list[dict[str, Any]]:
    """Documents nearest to the limits of a rule (or set of rules): up to `number` just inside and just outside of each.

    Each row has a `near`: {"rule", "side": "inside" or "outside", "value", "low", "high"}; `reason` is what rejected
    the document in the end, which may be another rule. Raises HeadwaterError unknown_name.
    """
    marks = [
        (row["id"], {"rule": rule, "side": side, "value": row["value"], "low": entry["low"], "high": entry["high"]})
        for rule, entry in _nearest(folder, reason).items()
        for side in SIDES
        for row in entry[side][:number]
    ]
    documents = _by_id(folder, {name for name, _ in marks})
    return [documents[name] | {"near": mark} for name, mark in marks if name in documents]


def _nearest(folder: Path, reason: str) -> dict[str, Any]:
    """The entries of statistics.json that a reason names."""
    path = next((path for path in (folder / "curate" / STATISTICS, folder / STATISTICS) if path.is_file()), None)
    if path is None:
        raise HeadwaterError("unknown_name", "nothing is known of thresholds here", where=str(folder), mend="curate it")
    found = storage.read_json(path).get("nearest", {})
    named = {rule: entry for rule, entry in found.items() if rule == reason or rule.startswith(f"{reason}.")}
    if not named:
        raise _unknown(f"no rule is called {reason!r}", reason, sorted(found), folder)
    return named


def _by_id(folder: Path, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The documents with these ids."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(ids), pa.string())
    found: dict[str, dict[str, Any]] = {}
    for path in _verdict_files(folder):
        rows, start = [], 0
        for batch in document.read_parquet(path, columns=["id"]):
            rows += [start + row for row in pc.indices_nonzero(pc.is_in(batch.column("id"), wanted)).to_pylist()]
            start += batch.num_rows
        found |= {value["id"]: value for value in _read_rows(path, rows).values()}
    return found


def draw_documents(paths: list[str], number: int) -> list[dict[str, Any]]:
    """Up to `number` of the documents in files nobody judged yet, those with the lowest hash of their id."""
    rows = (row for batch in document.read(paths) for row in batch.to_pylist())
    chosen = heapq.nsmallest(number, ((_rank(row["id"]), order, row) for order, row in enumerate(rows)))
    return [_shown({"reason": "", "value": None} | row) for _, _, row in chosen]


def _unknown(message: str, reason: str, known: list[str], folder: Path) -> HeadwaterError:
    from difflib import get_close_matches

    close = get_close_matches(reason, known, 1)
    listed = ", ".join(known[:NAMES_SHOWN]) or "none, everything was kept"
    hint = f"did you mean {close[0]!r}?" if close else f"reasons here: {listed}"
    return HeadwaterError("unknown_name", message, where=str(folder), mend=hint)


def _rank(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is shown: its channel added, its text cut."""
    channel = document.channel(row["lang"], row["kind"], row["domain"])
    return row | {"channel": channel, "text": row["text"][:TEXT_CHARS], "meta": dict(row.get("meta") or {})}


def _verdicts(folder: Path) -> Iterator[tuple[Path, int, str, str]]:
    """(file with the verdict, row, id, reason) of every document."""
    for path in _verdict_files(folder):
        columns = ["id"] if path.parent.name == "kept" else ["id", "reason"]
        row = 0
        for batch in document.read_parquet(path, columns=columns):
            values = batch.to_pydict()
            reasons = values.get("reason") or [""] * batch.num_rows
            for name, why in zip(values["id"], reasons, strict=True):
                yield path, row, name, why
                row += 1


def _verdict_files(folder: Path) -> list[Path]:
    """The files with a run's verdicts, or with the documents that were kept and rejected."""
    is_run = (folder / "curate" / "verdicts").is_dir()
    folders = [folder / "curate" / "verdicts"] if is_run else [folder / "kept", folder / "rejected"]
    paths = [path for one in folders for path in sorted(one.glob("*.parquet"))]
    if not paths:
        raise HeadwaterError(
            "unknown_name", "holds no curated documents", where=str(folder), mend="run it until `curate` first"
        )
    return paths


def _read_rows(path: Path, rows: list[int]) -> dict[int, dict[str, Any]]:
    """The documents of some rows of a verdicts, kept or rejected file."""
    documents = path
    verdicts: dict[int, dict[str, Any]] = {}
    if path.parent.name == "verdicts":
        run = path.parent.parent.parent
        stage = next((name for name in TEXT_STAGES if (run / name).is_dir()), TEXT_STAGES[-1])
        documents = run / stage / "documents" / path.name
        verdicts = _rows(path, rows, ["reason", "value", "duplicate_of", "channel", "lang", "kind", "domain"])
    columns = ["id", "url", "title", "text", "lang", "kind", "domain", "duplicate_of", "meta"]
    if path.parent.name == "rejected":
        columns += ["reason", "value"]
    found = {}
    for row, value in _rows(documents, rows, columns).items():
        found[row] = _shown({"reason": "", "value": None} | value | verdicts.get(row, {}))
    return found


def _rows(path: Path, rows: list[int], columns: list[str]) -> dict[int, dict[str, Any]]:
    found, start = {}, 0
    for batch in document.read_parquet(path, columns=columns) if rows else ():
        for row in rows:
            if start <= row < start + batch.num_rows:
                found[row] = batch.slice(row - start, 1).to_pylist()[0]
        start += batch.num_rows
    return found
