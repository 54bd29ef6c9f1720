"""Where documents come from: the two kinds of source a recipe may name.

In: recipe values, their types already checked. Out: frozen sources whose `check` names what types cannot say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

USER_AGENT = "headwater/0.1 (polite research crawler)"
SCHEMES = ("http", "https")
WHERE_COLUMNS = ("id", "url", "title", "source", "license", "lang", "domain", "kind", "digest")
Problems = list[tuple[str, str]]


def _option(default: Any, help: str, unit: str = "") -> Any:
    return field(default=default, metadata={"help": help, **({"unit": unit} if unit else {})})


@dataclass(frozen=True, kw_only=True)
class CrawlSource:
    """Pages fetched from the web, breadth first from the seeds."""

    seeds: tuple[str, ...] = _option((), "addresses to begin at, http or https")
    max_pages: int = _option(400, "pages to keep", "pages")
    max_requests: int = _option(0, "requests to make at most; 0: ten times max_pages, and 100", "requests")
    max_depth: int = _option(20, "links to follow from a seed", "links")
    include: tuple[str, ...] = _option((), "regular expressions; a link must match one of them, where any are given")
    exclude: tuple[str, ...] = _option((), "regular expressions; a link that matches one is not followed")
    same_site: bool = _option(True, "stay on the hosts of the seeds (and where a seed itself redirects to)")
    allow_private: bool = _option(False, "also fetch from this machine and from private networks")
    delay_s: float = _option(1.0, "least time between two requests to one host; robots.txt may ask for more", "seconds")
    concurrency: int = _option(8, "requests in flight in all", "requests")
    per_host: int = _option(2, "requests in flight to one host", "requests")
    timeout_s: float = _option(30.0, "time for one request, from connecting to the last byte", "seconds")
    retries: int = _option(1, "further tries after a timeout, a dropped connection or a busy server", "tries")
    max_page_bytes: int = _option(8 << 20, "a larger page is passed over, as sent and as expanded", "bytes")
    max_redirects: int = _option(5, "redirects to follow in a row", "redirects")
    user_agent: str = _option(USER_AGENT, "how the crawler names itself; robots.txt is read for its first word")
    kind: Literal["general", "specific", "instruct"] = _option("specific", "kind of every document")
    domain: str = _option("", "domain of every document; empty: general")
    lang: str = _option("", "language of every document; empty: found out later")
    license: str = _option("", "licence of every document")
    source: str = _option("", "name of the source; empty: the host of each page")

    def check(self) -> Problems:
        problems = [("seeds", "name at least one address")] if not self.seeds else []
        for index, seed in enumerate(self.seeds):
            if message := _seed_problem(seed):
                problems.append((f"seeds.{index}", message))
        for name in ("include", "exclude"):
            for index, pattern in enumerate(getattr(self, name)):
                problems += _pattern_problem(f"{name}.{index}", pattern)
        for name in ("max_pages", "concurrency", "per_host", "max_page_bytes"):
            if getattr(self, name) < 1:
                problems.append((name, "must be at least 1"))
        for name in ("max_requests", "max_depth", "delay_s", "retries", "max_redirects"):
            if not getattr(self, name) >= 0:
                problems.append((name, "must not be negative"))
        if not 0 < self.timeout_s < float("inf"):
            problems.append(("timeout_s", "must be more than 0"))
        if not re.match(r"[A-Za-z0-9_.-]+", self.user_agent) or not self.user_agent.isprintable():
            problems.append(("user_agent", "must begin with a word, such as `mycrawler/1.0`"))
        return problems

    @property
    def request_budget(self) -> int:
        return self.max_requests or 10 * self.max_pages + 100


@dataclass(frozen=True, kw_only=True)
class FilesSource:
    """Documents in files: JSONL, Parquet, text, source code or WARC."""

    paths: tuple[str, ...] = _option((), "files, folders, globs or fsspec addresses")
    domain: str = _option("", "domain of every document; empty: each row's own")
    kind: Literal["", "general", "specific", "instruct"] = _option("", "kind of every document; empty: each row's own")
    lang: str = _option("", "language of every document; empty: each row's own")
    license: str = _option("", "licence of every document; empty: each row's own")
    source: str = _option("", "name of the source; empty: each row's own")
    where: dict[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={"help": "keep only rows whose column has one of the values, such as {domain: [poetry]}"},
    )

    def check(self) -> Problems:
        problems = [("paths", "name at least one file or folder")] if not self.paths else []
        problems += [(f"paths.{i}", "is empty") for i, path in enumerate(self.paths) if not path.strip()]
        for column, values in self.where.items():
            if column not in WHERE_COLUMNS and not column.startswith("meta."):
                known = ", ".join(WHERE_COLUMNS)
                problems.append((f"where.{column}", f"no such column; known are {known} and meta.NAME"))
            if not values:
                problems.append((f"where.{column}", "name at least one value"))
        return problems


def _seed_problem(seed: str) -> str | None:
    try:
        parts = urlsplit(seed)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{seed!r} is not an address: {error}"
    if parts.scheme.lower() not in SCHEMES:
        return f"{seed!r} must begin with http:// or https://"
    return None if host else f"{seed!r} names no host"


def _pattern_problem(path: str, pattern: str) -> Problems:
    try:
        re.compile(pattern)
    except re.error as error:
        return [(path, f"not a regular expression: {error}")]
    return []
