"""Whether an address is on a list of what is never to be asked for."""

from __future__ import annotations

from collections.abc import Callable

from headwater.acquire.sources.crawl import CrawlSource


def opted_out(source: CrawlSource) -> Callable[[str], bool]:
    """The lists of a source as one question. Raises HeadwaterError for a list that cannot be read."""
    if not source.opt_out:
        return lambda url: False
    from headwater.acquire.optout import OptOut

    lists = [OptOut.load(path) for path in source.opt_out]
    return lambda url: any(each.matches(url) for each in lists)
