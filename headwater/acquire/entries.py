"""What a crawl is about to ask for, and what it has stored: the two records that everything else passes round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

PAGE = "page"
ALTERNATE = "alternate"  # a page whose canonical address came to nothing: it is kept as itself
SITEMAP = "sitemap"
FEED = "feed"
LISTINGS = (SITEMAP, FEED)  # they lead to pages and are none


class Entry(NamedTuple):
    """A URL to ask for. `hops`: redirects so far; `seed`: a seed, or where one redirected to."""

    url: str
    depth: int
    hops: int = 0
    seed: bool = False
    kind: str = PAGE
    tries: int = 0

    @property
    def is_page(self) -> bool:
        return self.kind not in LISTINGS

    def as_row(self) -> list[Any]:
        """As the frontier's log holds it: without what is as usual."""
        fields: list[Any] = list(self[:5])
        for usual in (PAGE, False, 0):
            if fields[-1] != usual:
                break
            fields.pop()
        return fields


@dataclass(frozen=True, kw_only=True)
class Page:
    """A stored page: where its record lies and what `pages.parquet` says of it.

    `checked_at`: when it was last found unchanged, "" when never; the last two are its validators.
    """

    url: str
    digest: str
    warc_file: str
    warc_offset: int
    length: int
    fetched_at: str
    content_type: str
    status: int
    depth: int = 0
    license: str = ""
    checked_at: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True)
class Revisit:
    """A record that says of a page that it had not changed."""

    url: str
    digest: str
    warc_file: str
    warc_offset: int
    length: int
    fetched_at: str
    status: int
