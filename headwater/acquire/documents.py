"""The acquire stage: every source's documents, in one shape and one order.

In: the sources of the recipe, and the finished stages of those that fetch pages or make texts (`crawl.I`,
`search.I`, `synthesize.I`, `inject.I` for the source at index I).
Out: `documents/SSS-FFFFF-NNNNN.parquet` (source, file or slice of pages, shard), ids unique in the run.
Steps: extract pages and read files (one task a slice, a large file or a group of small ones) → find ids
given twice (by id partition) → rename the later ones in the shards that hold them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from headwater import document
from headwater.acquire import files, unique, warc
from headwater.acquire.sources.files import FilesSource
from headwater.errors import HeadwaterError
from headwater.pipeline import phases
from headwater.pipeline.stage import Context

FOLDER = "documents"
PAGES_PER_TASK = 200
SHARD_ROWS = 20_000
SHARD_BYTES = 64 << 20  # of text
SMALL_FILE_BYTES = 1 << 20  # smaller files share a task and a shard
GROUP_BYTES = 32 << 20
GROUP_FILES = 2_000
MAX_SOURCES = 1_000
MAX_TASKS = 100_000  # a source
PAGES = "pages.parquet"  # what a stage that fetches leaves
MADE = "documents.jsonl.zst"  # what a stage that makes texts leaves
LABELS = ("kind", "domain", "lang", "license", "source")
Row = dict[str, Any]


class Labels(Protocol):
    """What any source says of all its documents."""

    @property
    def kind(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def lang(self) -> str: ...
    @property
    def license(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """The labels of a source, carried by a task."""

    kind: str = ""
    domain: str = ""
    lang: str = ""
    license: str = ""
    source: str = ""


def run(context: Context) -> dict[str, Any]:
    """The stage. Raises HeadwaterError empty_corpus, unknown_name or unreadable_input."""
    tasks = plan(context)
    results = phases.run(context, "documents", tasks, "headwater.acquire.documents:write_task", "documents")
    counts = _counts(results)
    if not counts["kept"]:
        raise _empty(counts)
    shards = [shard for result in results for shard in result["shards"]]
    unique.rename_later(context, shards, counts["kept"])
    by_source: Counter[str] = Counter()
    for task, result in zip(tasks, results, strict=True):
        by_source[task["key"][:3]] += result["kept"]
    return {"counts": counts, "sources": {str(int(key)): n for key, n in sorted(by_source.items())}}


def plan(context: Context) -> list[dict[str, Any]]:
    """The tasks of every source in order; paths that name nothing are found here, all of them, before any work."""
    if len(context.config) > MAX_SOURCES:
        raise HeadwaterError("recipe", f"more than {MAX_SOURCES} sources", where="sources")
    files.all_there(context.config)
    stages = {int(name.partition(".")[2]): name for name in context.inputs if "." in name}
    tasks: list[dict[str, Any]] = []
    for index, source in enumerate(context.config):
        if index not in stages:
            own = _files_tasks(source, context.limit)
        elif (context.inputs[stages[index]] / PAGES).exists():
            own = _page_tasks(source, stages[index], context.inputs[stages[index]], context.limit)
        else:
            own = _made_tasks(source, context.inputs[stages[index]])
        if len(own) > MAX_TASKS:
            raise HeadwaterError("recipe", f"more than {MAX_TASKS} files", where=f"sources.{index}")
        fields = {"limit": context.limit}
        tasks += [{**fields, **task, "key": f"{index:03d}-{number:05d}"} for number, task in enumerate(own)]
    return tasks


def _page_tasks(source: Labels, stage: str, folder: Path, limit: int | None) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    total = pq.read_metadata(folder / PAGES).num_rows
    step = PAGES_PER_TASK if limit is None else max(1, total)  # a limit is counted by one task
    fields = {"stage": stage, "pages": str(folder), "labels": {name: getattr(source, name) for name in LABELS}}
    return [
        {**fields, "first": i, "last": min(i + step, total), "weight": min(step, total - i)}
        for i in range(0, total, step)
    ]


def _made_tasks(source: Labels, folder: Path) -> list[dict[str, Any]]:
    """A stage's own documents are read as a files source of that one file would be."""
    labels = {name: getattr(source, name) for name in LABELS if name != "lang"}  # each text says its own language
    made = {"paths": (str(folder / MADE),), **labels}
    return [{"source": made, "files": [asdict(item) for item in files.input_files(FilesSource(**made))]}]


def _files_tasks(source: FilesSource, limit: int | None) -> list[dict[str, Any]]:
    found = [asdict(item) for item in files.input_files(source)]
    fields = {"source": asdict(source)}
    if limit is not None or source.max_documents or source.sample:  # counted, or drawn, by one task
        return [{**fields, "files": found}]
    return [{**fields, "files": group, "weight": len(group)} for group in _grouped(found)]


def _grouped(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Small local files together, in order, so that a source tree makes a few shards and not one a file."""
    group: list[dict[str, Any]] = []
    total = 0
    for item in found:
        local = "://" not in item["location"]
        size = os.path.getsize(item["location"]) if local else SMALL_FILE_BYTES
        if group and (size >= SMALL_FILE_BYTES or total + size > GROUP_BYTES or len(group) == GROUP_FILES):
            yield group
            group, total = [], 0
        group.append(item)
        total += size
        if size >= SMALL_FILE_BYTES:
            yield group
            group, total = [], 0
    if group:
        yield group


def write_task(task: dict[str, Any]) -> dict[str, Any]:
    """Write the shards of one task. Shards that a run cut short left whole are read past, not written again."""
    problems: Counter[str] = Counter()
    rows = _page_rows(task, problems) if "pages" in task else _file_rows(task, problems)
    shards: list[str] = []
    kept = 0
    tables: list[str] = []
    for number, shard_rows in enumerate(_shards(islice(rows, task["limit"]))):
        shard = f"{task['key']}-{number:05d}"
        path = Path(task["folder"]) / FOLDER / f"{shard}.parquet"
        if not path.exists():
            unique.write_ids(Path(task["folder"]), shard, shard_rows)
            document.write_parquet(path, document.batches_of(shard_rows))
        shards.append(shard)
        tables.append(unique.ids_file(shard))
        kept += len(shard_rows)
    rejected = dict(sorted(problems.items()))
    return {"kept": kept, "rejected": rejected, "shards": shards, "files": tables}


def _shards(rows: Iterable[Row]) -> Iterator[list[Row]]:
    pending: list[Row] = []
    size = 0
    for row in rows:
        pending.append(row)
        size += len(row["text"].encode("utf-8", "replace"))
        if len(pending) >= SHARD_ROWS or size >= SHARD_BYTES:
            yield pending
            pending, size = [], 0
    if pending:
        yield pending


def _file_rows(task: dict[str, Any], problems: Counter[str]) -> Iterator[Row]:
    source = FilesSource(**task["source"])
    items = (files.InputFile(**item) for item in task["files"])
    yield from files.chosen((row for item in items for row in files.rows(item, source, problems)), source, problems)


def _page_rows(task: dict[str, Any], problems: Counter[str]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    labels = Labelled(**task["labels"])
    folder = Path(task["pages"])
    pages = pq.read_table(folder / PAGES).slice(task["first"], task["last"] - task["first"])
    for page in pages.to_pylist():
        record = warc.read_record(folder / page["warc_file"], page["warc_offset"])
        row = files.page_row(record, f"{task['stage']}/{page['warc_file']}", problems)
        if row is not None:
            yield label_page(row | {"license": page.get("license") or ""}, labels)


def label_page(row: Row, source: Labels) -> Row:
    """A fetched page's row with the labels of its source, and its id; its own licence stays where none is given."""
    row |= {"kind": source.kind, "domain": source.domain or document.GENERAL_DOMAIN}
    row |= {"lang": source.lang, "license": source.license or row.get("license", "")}
    row["source"] = source.source or row["source"]
    row["id"] = document.document_id(row["source"], row["url"], row["text"])
    return row


def _counts(results: list[dict[str, Any]]) -> dict[str, Any]:
    rejected: Counter[str] = Counter()
    for result in results:
        rejected.update(result["rejected"])
    kept = sum(result["kept"] for result in results)
    return {"in": kept + sum(rejected.values()), "kept": kept, "rejected": dict(sorted(rejected.items()))}


def _empty(counts: dict[str, Any]) -> HeadwaterError:
    told = ", ".join(f"{reason} ({number})" for reason, number in counts["rejected"].items())
    return HeadwaterError(
        "empty_corpus",
        f"no source gave a document: {told or 'the files hold no rows'}",
        where="sources",
        mend="look at what the sources hold, and at their `where`",
    )
