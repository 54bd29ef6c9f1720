"""The source `search`: pages that search services name for keywords.

In: recipe values, their types already checked. Out: a frozen source whose `check` names what types cannot say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from headwater.acquire.search.registry import NEEDS_SITE, PROVIDERS
from headwater.acquire.sources.crawl import CONTACT_VARIABLE, USER_AGENT, CrawlSource
from headwater.acquire.sources.fields import Problems, address_problem, pattern_problem
from headwater.pipeline.option import option

QUERY_MARK = re.compile(r"\{(?:query|searchTerms)\}|%s")
LABELS = ("kind", "domain", "lang", "license", "source")
SHARED = (  # with a crawl, which then fetches what was found
    "max_pages", "allow_private", "delay_s", "concurrency", "per_host", "timeout_s", "retries", "max_page_bytes",
    "opt_out", "honour_tdm", "user_agent", "contact", *LABELS,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """Pages found by keywords, then fetched: on a site, by a search engine, or in the public crawl."""

    provider: str = option("auto", f"what is asked, several with commas between: {', '.join(PROVIDERS)}")
    site: str = option("", "where it is asked: a site, or the address of a service of one's own")
    template: str = option("", "address of a site's search page, with {query} in it, and {page} where it has pages")
    keywords: tuple[str, ...] = option((), "queries; for commoncrawl, domains or URL patterns")
    queries: str = option("", "file of further queries, one a line")
    expand: bool = option(False, "also ask for each query in the forms that people ask it, Chinese or English")
    max_pages: int = option(50, "pages to keep", "pages")
    max_results: int = option(0, "results of one query at one provider; 0: max_pages of them", "results")
    max_looked: int = option(400, "sitemap: pages of the site to look at for a match", "pages")
    max_requests: int = option(500, "requests to search services at most, earlier runs counted; 0: any", "requests")
    max_cost: float = option(0.0, "most money to spend on requests, earlier runs counted; 0: any", "dollars")
    cost_per_request: float = option(-1.0, "what a request costs; below 0: the provider's own price", "dollars")
    language: str = option("", "language of the results (zh, en, …), where the provider can tell; empty: any")
    country: str = option("", "country of the results (CN, US, …), where the provider can tell")
    freshness: str = option("", "age of the results as the provider names it: brave pd, pw, pm, py; searxng day, month")
    within: tuple[str, ...] = option((), "hosts; only results on them, or below them")
    include: tuple[str, ...] = option((), "regular expressions; a result's URL must match one, where any are given")
    exclude: tuple[str, ...] = option((), "regular expressions; a result whose URL matches one is left out")
    crawls: tuple[str, ...] = option((), "commoncrawl: crawls such as CC-MAIN-2026-30, or all; empty: see since, until")
    since: str = option("", "commoncrawl: captured on this day or later (2024, 2024-05, 2024-05-31)")
    until: str = option("", "commoncrawl: captured on this day or before")
    mime: str = option("text/html", "commoncrawl: media type of the captures; empty: any")
    records: str = option("", "commoncrawl: where its WARC files lie (https, s3 or a folder); empty: beside the index")
    allow_private: bool = option(False, "also ask and fetch from this machine and private networks")
    delay_s: float = option(1.0, "least time between two requests to one host; a service may ask for more", "seconds")
    concurrency: int = option(16, "pages fetched at once", "requests")
    per_host: int = option(2, "pages fetched at once from one host", "requests")
    timeout_s: float = option(30.0, "time for one request, from connecting to the last byte", "seconds")
    retries: int = option(2, "further tries after a timeout, a dropped connection or a busy server", "tries")
    max_page_bytes: int = option(8 << 20, "a larger page is passed over, as sent and as expanded", "bytes")
    opt_out: tuple[str, ...] = option((), "files that list hosts and URL prefixes never to be asked for, one a line")
    honour_tdm: bool = option(True, "leave out what its owner reserves from text and data mining (TDMRep)")
    user_agent: str = option(USER_AGENT, "how the crawler names itself; robots.txt is read for its first word")
    contact: str = option("", f"mail or web address for site owners, in the user agent; empty: ${CONTACT_VARIABLE}")
    kind: Literal["general", "specific", "instruct"] = option("specific", "kind of every document")
    domain: str = option("", "domain of every document; empty: general")
    lang: str = option("", "language of every document; empty: found out later")
    license: str = option("", "licence of every document")
    source: str = option("", "name of the source; empty: the host of each page")

    def check(self) -> Problems:
        problems = self._check_service()
        if not any(text.strip() for text in self.keywords) and not self.queries:
            problems.append(("keywords", "give at least one query"))
        for name in ("include", "exclude"):
            for index, pattern in enumerate(getattr(self, name)):
                problems += pattern_problem(f"{name}.{index}", pattern)
        for name in ("since", "until"):
            if not re.fullmatch(r"(?:\d{4}(?:-?\d\d){0,2}(?:\d{6})?)?", getattr(self, name)):
                problems.append((name, "write a day as 2024-05-31, a month as 2024-05 or a year as 2024"))
        if self.max_looked < 1:
            problems.append(("max_looked", "must be at least 1"))
        for name in ("max_results", "max_requests", "max_cost"):
            if not 0 <= getattr(self, name) < float("inf"):
                problems.append((name, "must be 0 or more"))
        if not self.cost_per_request < float("inf"):
            problems.append(("cost_per_request", "must be a number"))
        shared = self.crawl(("http://localhost/",)).check()
        return problems + [problem for problem in shared if problem[0] in SHARED]

    def _check_service(self) -> Problems:
        problems: Problems = []
        if not self.providers:
            problems.append(("provider", f"name one of {', '.join(PROVIDERS)}"))
        for name in self.providers:
            if name not in PROVIDERS:
                from difflib import get_close_matches

                near = get_close_matches(name, PROVIDERS, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(PROVIDERS)}"
                problems.append(("provider", f"no provider {name!r}; {hint}"))
            elif not self.site and name in NEEDS_SITE:
                problems.append(("site", f"{name} needs the address of a site"))
        if "template" in self.providers and not (self.site or self.template):
            problems.append(("template", "give the address of the site's search page with {query} in it, or a site"))
        if self.template and not QUERY_MARK.search(self.template):
            problems.append(("template", "must hold {query}"))
        for name in ("site", "template"):
            problems += _service_problem(name, getattr(self, name), archive="commoncrawl" in self.providers)
        return problems

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name.strip() for name in self.provider.split(",") if name.strip()))

    @property
    def num_results(self) -> int:
        """Results of one query at one provider that are wanted."""
        return self.max_results or self.max_pages

    @property
    def address(self) -> str:
        """The site as an address; one given without its scheme is https."""
        site = self.site.strip()
        return site if not site or is_place(site) else f"https://{site}"

    def crawl(self, seeds: tuple[str, ...], **changes: Any) -> CrawlSource:
        """The crawl that fetches pages and nothing that they lead to."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in SHARED}
        return CrawlSource(**{**fields, "seeds": seeds, "max_depth": 0, "sitemaps": False, "feeds": False, **changes})


def is_place(site: str) -> bool:
    """Whether a text says by itself where something is: an address with its scheme, or a path."""
    return "://" in site or site.startswith(("/", "./", "../", "~"))


def _service_problem(name: str, given: str, archive: bool) -> Problems:
    if not given or (archive and is_place(given) and not given.startswith("http")):
        return []  # an archive's index may also lie in a folder, or behind fsspec
    address = given.strip() if is_place(given) else f"https://{given.strip()}"
    if problem := address_problem(QUERY_MARK.sub("x", address).replace("{page}", "1")):
        return [(name, problem)]
    parts = urlsplit(address)
    if parts.username or parts.password:
        return [(name, "must hold no name or password: set the key in the environment")]
    return []
