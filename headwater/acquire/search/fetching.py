"""From results to pages: archived ones brought from their archive, all others fetched by the crawler.

In: a folder with `results.jsonl`. Out: what a crawl leaves there: `warc/`, `pages.parquet`, `index.cdxj` and
`report.json`. Pages are asked for in the order of their ranks, politely, and nothing that they lead to.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from headwater.acquire.search import interrupts
from headwater.acquire.search import log as logs
from headwater.acquire.search.finding import read_results
from headwater.acquire.search.registry import TERMS
from headwater.acquire.sources.search import SearchSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

PUBLIC_RECORDS = "https://data.commoncrawl.org"
Row = dict[str, Any]


def fetch(folder: Path, source: SearchSource, report: Reporter) -> dict[str, Any]:
    """Fetch the pages that a search in the folder found; the crawl's report.

    Raises HeadwaterError nothing_fetched, service_unreachable or what a crawl raises.
    """
    from headwater.acquire.crawl import crawl_to

    rows = sorted(read_results(folder), key=lambda row: row["rank"])  # the best of every query first
    if not rows:
        raise HeadwaterError("nothing_fetched", "the search found nothing to fetch", mend="try other queries")
    archived = [row for row in rows if "record" in row]
    seeds = [row["url"] for row in rows if "record" not in row]
    if archived:
        left = interrupts.run(_bring(folder, source, archived, report))
        known = _known(folder, archived)
        if not known and not seeds:
            reason, count = left.most_common(1)[0]
            told = f"the archive gave no page ({reason}, {count})"
            raise HeadwaterError("service_unreachable", told, where=records_of(source), mend="try again later")
        if left:
            report.say(f"{left.total()} archived pages could not be had now; the same command asks again")
        seeds = known + seeds
    return crawl_to(folder, source.crawl(tuple(seeds)), report)


def records_of(source: SearchSource) -> str:
    """Where WARC files lie: as named, else beside the index, else where Common Crawl publishes them."""
    from headwater.acquire.search.commoncrawl import index_of

    if source.records:
        return source.records
    index = index_of(source)
    if index == TERMS["commoncrawl"].address:
        return PUBLIC_RECORDS
    scheme, mark, rest = index.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if mark and scheme.startswith("http") else index


async def _bring(folder: Path, source: SearchSource, rows: list[Row], report: Reporter) -> Counter[str]:
    from headwater.acquire.fetch import open_session
    from headwater.acquire.resolver import CheckedResolver
    from headwater.acquire.search.asking import Asker
    from headwater.acquire.search.bringing import bring
    from headwater.acquire.search.turns import Turns

    resolver = CheckedResolver(source.allow_private)
    with logs.opened(folder) as log:
        async with open_session(source.crawl(()), resolver) as session:
            asker = Asker("records", source, log, Turns(log), session, resolver, budget=False)
            try:
                return await bring(folder, source, records_of(source), rows, asker, report)
            finally:
                await asker.close()
                await resolver.close()


def _known(folder: Path, rows: list[Row]) -> list[str]:
    """The addresses of rows whose outcome is on record, so that the crawler does not ask the live web for them."""
    from headwater.acquire import crawl, frontier

    line = frontier.Frontier(folder, crawl.WAITING_LEAST)
    try:
        return [row["url"] for row in rows if line.state.knows(row["url"]) and row["url"] not in line.state.waiting]
    finally:
        line.close()
