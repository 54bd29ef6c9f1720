"""`headwater search`: pages found by keywords, on sites, in search engines and in the public crawl.

In: queries. Out: `results.jsonl`; with `--fetch` also what `crawl` makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater.acquire.sources.crawl import CONTACT_VARIABLE, USER_AGENT
from headwater.acquire.sources.search import SearchSource
from headwater.cli.console import Outcome, check_source, language, reasons, reporter

PATTERN = "REGEX"


def search(
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for results, and for the pages fetched")],
    query: Annotated[
        list[str] | None, typer.Argument(help="what to look for; for commoncrawl, a host or *.host or host/path/*")
    ] = None,
    provider: Annotated[
        list[str] | None,
        typer.Option(help="auto, mediawiki, opensearch, template, sitemap, searxng, brave or commoncrawl; repeatable"),
    ] = None,
    site: Annotated[str, typer.Option(help="the site to search, or the address of a service of your own")] = "",
    template: Annotated[str, typer.Option(help="address of a site's search page, with {query} and {page} in it")] = "",
    queries: Annotated[str, typer.Option(help="file of further queries, one a line", metavar="FILE")] = "",
    expand: Annotated[bool, typer.Option("--expand", help="also ask in usual forms: tutorial, 教程, …")] = False,
    fetch: Annotated[bool, typer.Option("--fetch", help="also fetch the pages, as `crawl` does")] = False,
    max_results: Annotated[int, typer.Option(help="results of a query at a provider; 0: max-pages of them")] = 0,
    max_pages: Annotated[int, typer.Option(help="pages to keep")] = 50,
    max_looked: Annotated[int, typer.Option(help="sitemap: pages of the site to look at for a match")] = 400,
    max_requests: Annotated[int, typer.Option(help="requests to search services, earlier runs counted; 0: any")] = 500,
    max_cost: Annotated[float, typer.Option(help="dollars to spend, earlier runs counted; 0: any")] = 0.0,
    cost_per_request: Annotated[float, typer.Option(help="dollars a request; below 0: the provider's price")] = -1.0,
    language: Annotated[str, typer.Option(help="language of the results: zh, en, …")] = "",
    country: Annotated[str, typer.Option(help="country of the results: CN, US, …")] = "",
    freshness: Annotated[str, typer.Option(help="age of the results, as the provider names it")] = "",
    within: Annotated[list[str] | None, typer.Option(help="only results on this host, or below it")] = None,
    include: Annotated[list[str] | None, typer.Option(help="only results whose URL matches", metavar=PATTERN)] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="no result whose URL matches", metavar=PATTERN)] = None,
    crawl: Annotated[list[str] | None, typer.Option(help="commoncrawl: CC-MAIN-2026-30 or such, or all")] = None,
    since: Annotated[str, typer.Option(help="commoncrawl: captured on this day or later")] = "",
    until: Annotated[str, typer.Option(help="commoncrawl: captured on this day or before")] = "",
    mime: Annotated[str, typer.Option(help="commoncrawl: media type; empty: any")] = "text/html",
    records: Annotated[str, typer.Option(help="commoncrawl: where its WARC files lie: https, s3 or a folder")] = "",
    opt_out: Annotated[
        list[str] | None, typer.Option(help="file of hosts and URL prefixes never to be asked for", metavar="FILE")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="also this machine and private networks")
    ] = False,
    delay_s: Annotated[float, typer.Option(help="least seconds between two requests to one host")] = 1.0,
    timeout_s: Annotated[float, typer.Option(help="seconds for one request")] = 30.0,
    user_agent: Annotated[str, typer.Option(help="how the crawler names itself")] = USER_AGENT,
    contact: Annotated[str, typer.Option(help="mail or web address for site owners", envvar=CONTACT_VARIABLE)] = "",
) -> Outcome:
    """Find pages by keywords. Example: headwater search tokenizer 分词 --site https://example.org/ -o found --fetch"""
    source = SearchSource(
        provider=",".join(provider or ["auto" if site or not template else "template"]),
        site=site,
        template=template,
        keywords=tuple(query or ()),
        queries=queries,
        expand=expand,
        max_results=max_results,
        max_pages=max_pages,
        max_looked=max_looked,
        max_requests=max_requests,
        max_cost=max_cost,
        cost_per_request=cost_per_request,
        language=language,
        country=country,
        freshness=freshness,
        within=tuple(within or ()),
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        crawls=tuple(crawl or ()),
        since=since,
        until=until,
        mime=mime,
        records=records,
        opt_out=tuple(opt_out or ()),
        allow_private=allow_private,
        delay_s=delay_s,
        timeout_s=timeout_s,
        user_agent=user_agent,
        contact=contact,
    )
    check_source(source, "search")
    from headwater.acquire.search.finding import find

    told = reporter()
    value: dict[str, Any] = find(output, source, told)
    text = _found(value, output)
    if fetch and value["results"]:
        pages = _fetched(output, source)
        value |= {"pages": pages}
        text += f"\n{pages['documents']['kept']} documents of {pages['kept']} pages kept" + reasons(pages["rejected"])
    return Outcome(value=value, text=text)


def _fetched(output: Path, source: SearchSource) -> dict[str, Any]:
    """Fetch the results and write their documents, as `crawl` does; the report."""
    from headwater.acquire.search.fetching import fetch
    from headwater.acquire.writing import write_documents

    report = fetch(output, source, reporter())
    return write_documents(output, source.crawl(()), report, language)


def _found(value: dict[str, Any], output: Path) -> str:
    lines = [f"{value['results']} results for {value['queries']} queries, in {output}"]
    if value["rejected"]:
        lines.append("left out" + reasons(value["rejected"]))
    if value["failed"]:
        lines.append("queries that failed" + reasons(value["failed"]))
        lines += [f"  {message}" for message in value["messages"].values()]
    if value["stopped"]:
        lines.append(f"stopped at {value['stopped']}; with a larger one the same command goes on")
    if value["cost"]:
        lines.append(f"spent at most {value['cost']:.4f} dollars")
    return "\n".join(lines)
