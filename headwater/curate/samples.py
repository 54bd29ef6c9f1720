"""Examples of what curation kept or rejected.

In: a run's folder (with `acquire/` and `curate/`), one made by `headwater curate` (with `kept/` and
`rejected/`), or any files of documents. Out: rows with text, reason and value: those with the lowest hash of
their id, so that the same question has the same answer and a sample is spread over the whole corpus.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import document
from headwater.errors import HeadwaterError

TEXT_CHARS = 4000  # of each example


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
        from difflib import get_close_matches

        near = get_close_matches(reason, [why for why in seen if why], 1)
        known = ", ".join(why for why, _ in seen.most_common(8) if why)
        hint = f"did you mean {near[0]!r}?" if near else f"reasons here: {known or 'none, everything was kept'}"
        raise HeadwaterError("unknown_name", f"no document was rejected by {reason!r}", where=str(folder), mend=hint)
    rows: dict[Path, list[int]] = {}
    for _, _, path, row in chosen:
        rows.setdefault(path, []).append(row)
    found = {(path, row): value for path in rows for row, value in _read_rows(path, rows[path]).items()}
    return [found[path, row] for _, _, path, row in chosen]


def draw_documents(paths: list[str], number: int) -> list[dict[str, Any]]:
    """Up to `number` of the documents in files nobody judged yet, those with the lowest hash of their id."""
    rows = (row for batch in document.read(paths) for row in batch.to_pylist())
    chosen = heapq.nsmallest(number, ((_rank(row["id"]), order, row) for order, row in enumerate(rows)))
    return [_shown({"reason": "", "value": None} | row) for _, _, row in chosen]


def _rank(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is shown: its channel added, its text cut."""
    channel = document.channel(row["lang"], row["kind"], row["domain"])
    return row | {"channel": channel, "text": row["text"][:TEXT_CHARS], "meta": dict(row.get("meta") or {})}


def _verdicts(folder: Path) -> Iterator[tuple[Path, int, str, str]]:
    """(file with the verdict, row, id, reason) of every document."""
    is_run = (folder / "curate" / "verdicts").is_dir()
    folders = [folder / "curate" / "verdicts"] if is_run else [folder / "kept", folder / "rejected"]
    paths = [path for one in folders for path in sorted(one.glob("*.parquet"))]
    if not paths:
        raise HeadwaterError(
            "unknown_name", "holds no curated documents", where=str(folder), mend="run it until `curate` first"
        )
    for path in paths:
        columns = ["id"] if path.parent.name == "kept" else ["id", "reason"]
        row = 0
        for batch in document.read_parquet(path, columns=columns):
            values = batch.to_pydict()
            reasons = values.get("reason") or [""] * batch.num_rows
            for name, why in zip(values["id"], reasons, strict=True):
                yield path, row, name, why
                row += 1


def _read_rows(path: Path, rows: list[int]) -> dict[int, dict[str, Any]]:
    """The documents of some rows of a verdicts, kept or rejected file."""
    documents = path
    verdicts: dict[int, dict[str, Any]] = {}
    if path.parent.name == "verdicts":
        documents = path.parent.parent.parent / "acquire" / "documents" / path.name
        verdicts = _rows(path, rows, ["reason", "value", "duplicate_of", "channel", "lang", "kind", "domain"])
    columns = ["id", "url", "title", "text", "lang", "kind", "domain", "duplicate_of"]
    if path.parent.name == "rejected":
        columns += ["reason", "value"]
    found = {}
    for row, value in _rows(documents, rows, columns).items():
        found[row] = _shown({"reason": "", "value": None} | value | verdicts.get(row, {}))
    return found


def _rows(path: Path, rows: list[int], columns: list[str]) -> dict[int, dict[str, Any]]:
    found, start = {}, 0
    for batch in document.read_parquet(path, columns=columns):
        for row in rows:
            if start <= row < start + batch.num_rows:
                found[row] = batch.slice(row - start, 1).to_pylist()[0]
        start += batch.num_rows
    return found
