"""Documents in a folder that a data command made: `crawl`, `search --fetch`, `recall` or `curate`.

In: the folder. Out: the files that hold them; one of them with what the command decided about it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from headwater.errors import HeadwaterError


def is_output(folder: Path) -> bool:
    """Whether a folder is what `crawl`, `search --fetch`, `recall` or `curate` made, and no run."""
    return folder.is_dir() and not (folder / "acquire").exists() and bool(document_files(folder))


def document_files(folder: Path) -> list[str]:
    """The files in which a data command left its documents."""
    whole = [path for name in ("documents", "recalled") for path in folder.glob(f"{name}.jsonl*")]
    shards = [path for name in ("kept", "rejected") for path in folder.glob(f"{name}/*.parquet")]
    return [str(path) for path in sorted([*whole, *shards])]


def story(folder: Path, id_: str) -> dict[str, Any]:
    """What such a folder tells of a document. Raises HeadwaterError unknown_name."""
    from headwater import document
    from headwater.curate import hits

    for path in [path for name in ("kept", "rejected") for path in sorted(folder.glob(f"{name}/*.parquet"))]:
        if judged := _judged(path, id_):
            if found := hits.of(folder, id_):
                judged["hits"] = {"hits": found}
            return {"folder": str(folder)} | judged
    for batch in document.read(document_files(folder), Counter()):
        place = batch.column("id").to_pylist().index(id_) if id_ in batch.column("id").to_pylist() else -1
        if place >= 0:
            row = batch.slice(place, 1).to_pylist()[0]
            row["meta"] = dict(row["meta"])
            return {"folder": str(folder), "document": row}
    raise HeadwaterError("unknown_name", "no document here has this id", where=f"{folder}: {id_}")


def _judged(path: Path, id_: str) -> dict[str, Any]:
    """A document of a kept or rejected file and its verdict; empty where it is not there."""
    import pyarrow.compute as pc

    from headwater import document

    for batch in document.read_parquet(path):
        place = pc.index(batch.column("id"), id_).as_py()
        if place >= 0:
            row = batch.slice(place, 1).to_pylist()[0]
            row["meta"] = dict(row["meta"])
            channel = document.channel(row["lang"], row["kind"], row["domain"])
            verdict = {"kept": path.parent.name == "kept", "channel": channel, "duplicate_of": row["duplicate_of"]}
            verdict |= {"reason": row.get("reason") or "", "value": row.get("value")}
            return {"document": {name: row[name] for name in document.SCHEMA.names}, "verdict": verdict}
    return {}
