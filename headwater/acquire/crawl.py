"""The crawl stage: from seeds to a capture of pages.

In: a CrawlSource. Out: `warc/*.warc.gz` (the pages), `pages.parquet` (where each lies, sorted by canonical URL
and digest), `index.cdxj` (every record) and `report.json`. A capture cut short goes on where it was; a finished one
is not asked for again, but for pages older than the source's `refresh_after_s`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater import storage
from headwater.acquire.canonical import canonical
from headwater.acquire.sources.crawl import CrawlSource
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Context
from headwater.pipeline.workspace import locked

if TYPE_CHECKING:
    from headwater.acquire.frontier import Frontier

PAGES = "pages.parquet"
REPORT = "report.json"
PAGE_COLUMNS = (
    "url", "digest", "warc_file", "warc_offset", "fetched_at", "content_type", "status", "license", "checked_at",
    "etag", "last_modified",
)  # fmt: skip
WAITING_PER_PAGE = 100  # found links are held for at most this many times max_pages, and some
WAITING_LEAST = 10_000


def run(context: Context) -> dict[str, Any]:
    """The stage: crawl into the stage's folder. Raises HeadwaterError nothing_fetched."""
    source: CrawlSource = context.config
    if context.limit is not None:
        source = dataclasses.replace(source, max_pages=min(source.max_pages, max(1, context.limit)))
    report = crawl_to(context.folder, source, context.report)
    counts = {"in": report["fetched"], "kept": report["kept"], "rejected": report["rejected"]}
    told = ("refused", "left", "auxiliary", "licenses")
    return {"counts": counts, **{name: report[name] for name in told}}


def crawl_to(folder: Path, source: CrawlSource, report: Reporter) -> dict[str, Any]:
    """Crawl a source into a folder, or go on with a crawl that is half done there; the report.

    Raises HeadwaterError nothing_fetched, in_use, arguments or a disk's failure.
    """
    from headwater.acquire import cdxj, crawler, frontier, refresh, state

    _check_folder(folder)
    opted_out = _opt_out(source)
    with locked(folder / ".lock", "another crawl works in this folder"):
        capacity = WAITING_LEAST + WAITING_PER_PAGE * source.max_pages
        line = frontier.Frontier(folder, capacity)
        try:
            _check_seeds(folder, source, line.state.knows)
            _drop_opted_out(line, opted_out)
            refresh.begin(line, source.refresh_after_s)
            _say_contact(source, report)
            with report.bar("crawl", source.max_pages, "pages") as bar:
                bar.done = line.state.outcomes[state.KEPT]
                crawl = crawler.Crawler(folder, source, line, lambda url: bar.advance(1), opted_out)
                asyncio.run(crawl.run())
        finally:
            line.close()
        figures = line.report()
        if not figures["kept"] and not line.state.older:
            (folder / frontier.LOG).unlink()  # so that the same command asks again
            raise _nothing_fetched(source, figures)
        _write_pages(folder, list(line.state.pages.values()))
        cdxj.write(folder, line.state)
        storage.write_json(folder / REPORT, figures)
    return figures


def _opt_out(source: CrawlSource) -> Callable[[str], bool]:
    """Whether a URL is on one of the source's lists of what is never asked for."""
    if not source.opt_out:
        return lambda url: False
    from headwater.acquire.optout import OptOut

    return OptOut.load(*source.opt_out).matches


def _drop_opted_out(line: Frontier, opted_out: Callable[[str], bool]) -> None:
    """Pages stored before their owner opted out are no longer kept."""
    from headwater.acquire.state import OPTED_OUT

    for url in [url for url in line.state.pages if opted_out(url)]:
        line.drop(url, OPTED_OUT)


def _say_contact(source: CrawlSource, report: Reporter) -> None:
    """Tell, where public sites are asked, that their owners cannot tell whom to write to."""
    from headwater.acquire.addresses import literal, verdict
    from headwater.acquire.canonical import canonical, host_of

    if source.known_contact:
        return
    for seed in source.seeds:
        host = host_of(url) if (url := canonical(seed)) else "localhost"
        address = literal(host)
        inward = verdict(address) is not None if address else host == "localhost" or host.endswith(".localhost")
        if not inward:
            report.say("name a contact (`contact`, or HEADWATER_CONTACT), so that site owners know whom to write to")
            return


def _check_seeds(folder: Path, source: CrawlSource, knows: Callable[[str], bool]) -> None:
    """A folder that holds a crawl goes on with it, never with another one's addresses alone."""
    if (folder / REPORT).exists() and not any(knows(canonical(seed) or "") for seed in source.seeds):
        raise HeadwaterError(
            "arguments",
            "holds a crawl that began elsewhere",
            where=str(folder),
            mend="give this crawl a folder of its own, or name the earlier addresses too, to widen that one",
        )


def _check_folder(folder: Path) -> None:
    """Refuse a folder whose WARC files are not of a crawl of ours: they would be cut."""
    from headwater.acquire import frontier, warc

    if any((folder / warc.FOLDER).glob("*.warc.gz")) and not (folder / frontier.LOG).exists():
        raise HeadwaterError(
            "arguments",
            "the folder holds WARC files that no crawl of ours is at work on",
            where=str(folder / warc.FOLDER),
            mend="give another folder",
        )


def _write_pages(folder: Path, pages: list[Any]) -> None:
    import pyarrow as pa

    from headwater import document

    whole = {"warc_offset", "status"}
    schema = pa.schema([(name, pa.int64() if name in whole else pa.string()) for name in PAGE_COLUMNS])
    pages.sort(key=lambda page: (page.url, page.digest))
    columns = [pa.array([getattr(page, field.name) for page in pages], type=field.type) for field in schema]
    document.write_parquet(folder / PAGES, [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)


def _nothing_fetched(source: CrawlSource, figures: dict[str, Any]) -> HeadwaterError:
    reasons = {**figures["rejected"], **figures["refused"]}
    told = ", ".join(f"{reason} ({count})" for reason, count in sorted(reasons.items(), key=lambda item: -item[1])[:5])
    mend = "check that the seeds open in a browser"
    if "private_address" in reasons:
        mend = "allow private addresses (allow_private: true, or --allow-private) if the site is your own"
    elif any(reason.startswith("robots.") for reason in reasons):
        mend = "the site's robots.txt does not let crawlers in, or does not answer; ask its owner"
    return HeadwaterError(
        "nothing_fetched", f"no page could be kept: {told or 'nothing was asked'}", where=source.seeds[0], mend=mend
    )
