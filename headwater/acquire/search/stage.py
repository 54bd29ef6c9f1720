"""The search stage: from queries to a capture of the pages that were found.

In: a SearchSource. Out: `results.jsonl` and `search.json`, and what a crawl leaves: `warc/*.warc.gz`,
`pages.parquet`, `index.cdxj` and `report.json`. Cut short, it goes on where it was.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from headwater.acquire.search.fetching import fetch
from headwater.acquire.search.finding import find
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.stage import Context


def run(context: Context) -> dict[str, Any]:
    """The stage: search, then fetch, into the stage's folder. Raises HeadwaterError."""
    source: SearchSource = context.config
    if context.limit is not None:
        most = max(1, context.limit)
        fewer = {name: min(getattr(source, name), most) for name in ("max_pages", "max_results")}
        source = dataclasses.replace(source, **fewer)
    found = find(context.folder, source, context.report)
    for message in found["messages"].values():
        context.report.say(f"some queries failed: {message}")
    report = fetch(context.folder, source, context.report)
    counts = {"in": report["fetched"], "kept": report["kept"], "rejected": report["rejected"]}
    told = ("refused", "left", "auxiliary", "licenses")
    return {"counts": counts, "search": found, **{name: report[name] for name in told}}
