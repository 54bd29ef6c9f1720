"""`headwater crawl`: pages from the web.

In: addresses. Out: WARC files with their report, and documents as JSONL.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater.acquire.sources.crawl import CONTACT_VARIABLE, USER_AGENT, CrawlSource
from headwater.cli.console import Outcome, check_source, language, reasons, reporter


def crawl(
    urls: Annotated[list[str], typer.Argument(help="addresses to begin at")],
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for WARC files, documents and report")],
    max_pages: Annotated[int, typer.Option(help="pages to keep")] = 400,
    max_depth: Annotated[int, typer.Option(help="links to follow from a seed")] = 1000,
    max_pages_per_host: Annotated[int, typer.Option(help="pages to keep of one host; 0: no limit of its own")] = 0,
    max_seconds: Annotated[float, typer.Option(help="stop after so long; the same command goes on; 0: never")] = 0.0,
    include: Annotated[list[str] | None, typer.Option(help="follow only links that match (regular expression)")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="follow no link that matches (regular expression)")] = None,
    sitemaps: Annotated[bool, typer.Option(help="also follow what the sites' sitemaps list")] = True,
    feeds: Annotated[bool, typer.Option(help="also follow what the sites' feeds list")] = True,
    refresh_after_s: Annotated[
        float, typer.Option(help="in a folder that holds this crawl: ask anew for pages this old; 0: never")
    ] = 0.0,
    opt_out: Annotated[
        list[str] | None, typer.Option(help="file of hosts and URL prefixes never to be asked for", metavar="FILE")
    ] = None,
    honour_tdm: Annotated[bool, typer.Option(help="leave out what is reserved from text mining (TDMRep)")] = True,
    other_sites: Annotated[bool, typer.Option("--other-sites", help="follow links to other hosts too")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="also this machine and private networks")
    ] = False,
    delay_s: Annotated[float, typer.Option(help="least seconds between two requests to one host")] = 1.0,
    concurrency: Annotated[int, typer.Option(help="requests in flight in all")] = 16,
    per_host: Annotated[int, typer.Option(help="requests in flight to one host")] = 2,
    timeout_s: Annotated[float, typer.Option(help="seconds for one request")] = 30.0,
    user_agent: Annotated[str, typer.Option(help="how the crawler names itself")] = USER_AGENT,
    contact: Annotated[str, typer.Option(help="mail or web address for site owners", envvar=CONTACT_VARIABLE)] = "",
) -> Outcome:
    """Crawl websites politely. Example: headwater crawl https://example.org/ -o example --max-pages 100"""
    source = CrawlSource(
        seeds=tuple(urls),
        max_pages=max_pages,
        max_depth=max_depth,
        max_pages_per_host=max_pages_per_host,
        max_seconds=max_seconds,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        sitemaps=sitemaps,
        feeds=feeds,
        refresh_after_s=refresh_after_s,
        opt_out=tuple(opt_out or ()),
        honour_tdm=honour_tdm,
        same_site=not other_sites,
        allow_private=allow_private,
        delay_s=delay_s,
        concurrency=concurrency,
        per_host=per_host,
        timeout_s=timeout_s,
        user_agent=user_agent,
        contact=contact,
    )
    check_source(source, "crawl")
    from headwater.acquire.crawl import crawl_to
    from headwater.acquire.writing import write_documents

    report = crawl_to(output, source, reporter())
    value = write_documents(output, source, report, language)
    return Outcome(value=value, text=_told(value, output))


def _told(value: dict[str, Any], output: Path) -> str:
    lines = [f"{value['kept']} of {value['fetched']} pages kept, {value['documents']['kept']} documents, in {output}"]
    refused = value["refused"]
    lines.append("rejected" + (reasons(value["rejected"]) or ": none"))
    if value["documents"]["rejected"]:
        lines.append("kept pages without a document" + reasons(value["documents"]["rejected"]))
    lines.append("refused, never asked" + (reasons(refused) or ": none"))
    if value["refresh"]:
        lines.append("looked at anew" + reasons(value["refresh"]))
    if value["licenses"]:
        lines.append("licences" + reasons(value["licenses"]))
    if value["left"]:
        lines.append(f"{value['left']} found links were left; a larger --max-pages in the same folder goes on")
    return "\n".join(lines)
