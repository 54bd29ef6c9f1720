"""Crawling again: which stored pages are due, and what is asked with their validators.

In: a frontier and the age after which a page is looked at anew. Out: due pages back in the queue; the headers that
let a server answer that nothing has changed. A refresh cut short is gone on with before another one begins.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from headwater.acquire.entries import Page
from headwater.acquire.frontier import Frontier

DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def begin(frontier: Frontier, after_s: float) -> None:
    """Put the pages that were last looked at longer than `after_s` ago back into the queue."""
    if after_s <= 0 or under_way(frontier):
        return
    oldest = datetime.min.replace(tzinfo=UTC)
    now = datetime.now(UTC)
    before = now - timedelta(seconds=after_s) if after_s < (now - oldest).total_seconds() else oldest
    frontier.refresh(before.strftime(DATE_FORMAT))


def under_way(frontier: Frontier) -> bool:
    """Whether stored pages wait to be asked for anew."""
    state = frontier.state
    return any(url in state.pages for url in state.waiting)


def conditions(page: Page | None) -> dict[str, str]:
    """The headers that ask for a page only if it has changed."""
    if page is None:
        return {}
    given = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
    return {name: value for name, value in given.items() if value}
