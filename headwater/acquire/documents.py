"""The acquire stage: every source's documents, in one shape and one order.

In: the sources of the recipe and the finished crawls of those that are crawled.
Out: `documents/SSS-FFFFF-NNNNN.parquet` (source, file or slice of pages, shard), ids unique in the run.
Steps: extract pages and read files (one task a slice, a large file or a group of small ones) → find ids
given twice (by id partition) → rename the later ones in the shards that hold them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from headwater import document
from headwater.acquire import files, unique, warc
from headwater.acquire.sources.crawl import CrawlSource
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
Row = dict[str, Any]


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
    """The tasks of every source in order; a path that names nothing is found here, before any work."""
    crawls = sorted((n for n in context.inputs if n.startswith("crawl.")), key=lambda name: int(name[6:]))
    remaining = iter(crawls)
    tasks: list[dict[str, Any]] = []
    if len(context.config) > MAX_SOURCES:
        raise HeadwaterError("recipe", f"more than {MAX_SOURCES} sources", where="sources")
    for index, source in enumerate(context.config):
        if isinstance(source, CrawlSource):
            crawl = next(remaining)
            own = _crawl_tasks(crawl, context.inputs[crawl], context.limit)
        else:
            own = _files_tasks(source, context.limit)
        if len(own) > MAX_TASKS:
            raise HeadwaterError("recipe", f"more than {MAX_TASKS} files", where=f"sources.{index}")
        fields = {"source": asdict(source), "limit": context.limit}
        tasks += [{**fields, **task, "key": f"{index:03d}-{number:05d}"} for number, task in enumerate(own)]
    return tasks


def _crawl_tasks(crawl: str, folder: Path, limit: int | None) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    total = pq.read_metadata(folder / "pages.parquet").num_rows
    step = PAGES_PER_TASK if limit is None else max(1, total)  # a limit is counted by one task
    fields = {"crawl": crawl, "crawl_folder": str(folder)}
    return [
        {**fields, "first": i, "last": min(i + step, total), "weight": min(step, total - i)}
        for i in range(0, total, step)
    ]


def _files_tasks(source: FilesSource, limit: int | None) -> list[dict[str, Any]]:
    found = [asdict(item) for item in files.input_files(source)]
    if limit is not None:  # a limit is counted by one task
        return [{"files": found}]
    return [{"files": group, "weight": len(group)} for group in _grouped(found)]


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
    rows = _crawl_rows(task, problems) if "crawl" in task else _file_rows(task, problems)
    shards: list[str] = []
    kept = 0
    tables: list[str] = []
    for number, shard_rows in enumerate(_shards(_limited(rows, task["limit"]))):
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


def _limited(rows: Iterator[Row], limit: int | None) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if limit is not None and number >= limit:
            return
        yield row


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
    for item in task["files"]:
        yield from files.rows(files.InputFile(**item), source, problems)


def _crawl_rows(task: dict[str, Any], problems: Counter[str]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    source = CrawlSource(**task["source"])
    folder = Path(task["crawl_folder"])
    pages = pq.read_table(folder / "pages.parquet").slice(task["first"], task["last"] - task["first"])
    for page in pages.to_pylist():
        record = warc.read_record(folder / page["warc_file"], page["warc_offset"])
        row = files.page_row(record, f"{task['crawl']}/{page['warc_file']}", problems)
        if row is not None:
            yield label_page(row, source)


def label_page(row: Row, source: CrawlSource) -> Row:
    """A crawled page's row with the labels of its source, and its id."""
    row |= {"kind": source.kind, "domain": source.domain or document.GENERAL_DOMAIN}
    row |= {"lang": source.lang, "license": source.license, "source": source.source or row["source"]}
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
