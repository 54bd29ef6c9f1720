"""A search from queries to results: every query to every provider, page by page, until enough is found.

In: a SearchSource and a folder. Out: `results.jsonl`, a row a result in the order of queries, providers and ranks,
each URL once; `search.json`, what was asked, what failed and why. What the log of the folder holds is not asked
again; a query that failed is, when the same search is run again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.acquire.search import interrupts
from headwater.acquire.search import log as logs
from headwater.acquire.search.expand import queries_of
from headwater.acquire.search.registry import key_of
from headwater.acquire.search.results import LookFirst
from headwater.acquire.search.searching import Search, key_for
from headwater.acquire.search.sifting import Sieve
from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

RESULTS = "results.jsonl"
REPORT = "search.json"
Row = dict[str, Any]


def find(folder: Path, source: SearchSource, report: Reporter) -> dict[str, Any]:
    """Search into a folder, or go on with a search there; the report.

    Raises HeadwaterError service_unreachable when no query was answered, arguments, in_use or a disk's failure.
    """
    keys = [key for name in source.providers if (key := key_of(name))]
    queries = queries_of(source)
    with logs.opened(folder) as log:
        _check_folder(folder, source, queries, log)
        search = Search(folder, source, queries, keys, log, report)
        _finish(search)
        found = _rows(source, queries, log, Sieve(source))
        rows = list(found[0])
        value = search.figures() | {"results": len(rows), "rejected": dict(sorted(found[1].items()))}
        with storage.open_atomic(folder / RESULTS) as handle:
            handle.writelines(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n" for row in rows)
        storage.write_json(folder / REPORT, value)
    if not rows and search.failed and not value["answered"]:
        raise search.failure()
    return value


def _finish(search: Search) -> None:
    """Run a search to its end; work that a provider wants done first is done between two runs of its loop."""
    while True:
        try:
            interrupts.run(search.run())
            return
        except LookFirst as first:
            first.work()


def read_results(folder: Path) -> Iterator[Row]:
    """The rows of `results.jsonl`."""
    return storage.read_rows(folder / RESULTS)


def _check_folder(folder: Path, source: SearchSource, queries: list[str], log: logs.SearchLog) -> None:
    known = any(key_for(source, name, query) in log.pages for name in source.providers for query in queries)
    if log.pages and not known and (folder / RESULTS).exists():
        raise HeadwaterError(
            "arguments",
            "holds a search for something else",
            where=str(folder),
            mend="give this search a folder of its own, or name the earlier queries too, to widen that one",
        )


def _rows(
    source: SearchSource, queries: list[str], log: logs.SearchLog, sieve: Sieve
) -> tuple[Iterator[Row], Counter[str]]:
    """The results of all queries that the log holds, sifted; and the count of those left out by reason."""

    def found() -> Iterator[Row]:
        for query in queries:
            for provider in source.providers:
                key = key_for(source, provider, query)
                name = log.chosen.get(key, provider)
                rank = 0
                for item in (item for page in log.pages.get(key, ()) for item in page.results):
                    rank += bool(item.url)
                    if rank > source.num_results:
                        break
                    if row := sieve.row(item, {"query": query, "provider": name, "rank": rank}):
                        yield row

    return found(), sieve.rejected
