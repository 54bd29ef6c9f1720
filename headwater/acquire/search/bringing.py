"""Archived pages brought into a capture, as if a crawl had stored them: the same files, the same log.

In: rows of results that say where a record lies. Out: the records in `warc/`, byte for byte as the archive has them,
and their rows in the crawl's log, so that what was brought is not read again and the crawl of other pages goes on in
the same folder. A record that cannot be used is a rejected page with its reason; one that an archive does not give
now is asked for when the same search is run again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headwater.acquire.search import records
from headwater.acquire.search.asking import Asker, Spent
from headwater.acquire.search.records import BadRecord
from headwater.acquire.search.results import Refused
from headwater.acquire.sources.search import SearchSource
from headwater.pipeline.progress import Reporter
from headwater.pipeline.workspace import locked

Row = dict[str, Any]


async def bring(
    folder: Path, source: SearchSource, base: str, rows: list[Row], asker: Asker, report: Reporter
) -> Counter[str]:
    """Bring the pages of some rows, as many as the source keeps; what could not be had now, by reason."""
    from headwater.acquire import crawl, frontier, state, warc
    from headwater.acquire.optout import OptOut
    from headwater.pipeline.ledger import now

    out = OptOut.load(*source.opt_out).matches if source.opt_out else lambda url: False
    crawled = source.crawl(tuple(row["url"] for row in rows))
    left: Counter[str] = Counter()
    with locked(folder / ".lock", "a crawl works in this folder"), report.bar("bring", len(rows), "pages") as bar:
        line = frontier.Frontier(folder, crawl.WAITING_LEAST + len(rows))
        writer = warc.Writer(folder, line.ends(), (now(), crawled.named_agent))
        try:
            for row in rows:
                bar.advance(1)
                if line.state.outcomes[state.KEPT] >= source.max_pages:
                    break
                if line.state.knows(row["url"]) and row["url"] not in line.state.waiting:
                    continue
                try:
                    await _one(line, writer, source, base, row, asker, out)
                except Refused as refused:
                    left[refused.reason] += 1
                    if refused.fatal:
                        break
                except Spent as spent:
                    left[spent.what] += 1
                    break
        finally:
            writer.close()
            line.mark_synced()
            line.close()
    return left


async def _one(
    line: Any, writer: Any, source: SearchSource, base: str, row: Row, asker: Asker, out: Callable[[str], bool]
) -> None:
    """Read one record and write down what became of it. Raises Refused where the archive does not answer."""
    from headwater.acquire import claims, warc
    from headwater.acquire.entries import Page
    from headwater.acquire.media import is_html_type
    from headwater.acquire.state import KEPT, OPTED_OUT, REFUSED

    url, page, reason = row["url"], None, ""
    try:
        if out(url):
            reason = REFUSED + OPTED_OUT
        else:
            found = records.checked(await records.read(base, row["record"], asker), url, row["record"])
            response = found.response
            if response.status != 200:
                raise BadRecord(f"fetch.status_{response.status}")
            if not is_html_type(response.content_type, response.body):
                raise BadRecord("fetch.not_html")
            if len(response.body) > source.max_page_bytes:
                raise BadRecord("fetch.too_large")
            says = claims.read(response)
            if says.noindex or (says.reserved and source.honour_tdm):
                raise BadRecord("fetch.noindex" if says.noindex else "tdm.reserved")
            file, offset = writer.append(found.member)
            page = Page(
                url=url, digest=warc.digest_of(response.body), warc_file=file, warc_offset=offset,
                length=len(found.member), fetched_at=_date(found.date, row), content_type=response.content_type,
                status=response.status, license=says.license,
            )  # fmt: skip
    except BadRecord as error:
        reason = error.reason
    if url not in line.state.waiting:
        line.add_seed(url)
    line.finish(line.state.waiting[url], reason or KEPT, page=page)


def _date(date: str, row: Row) -> str:
    """When the page was captured, by its record, else by the index."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", date):
        return date
    digits = str(row["record"].get("timestamp", ""))
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", digits)
    return "{}-{}-{}T{}:{}:{}Z".format(*match.groups()) if match else ""
