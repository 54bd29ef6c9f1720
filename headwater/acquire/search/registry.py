"""The search services that can be asked, each one file: where its client is, what it needs, what it costs.

Nothing is imported here, so that a recipe is checked without any of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from headwater.errors import HeadwaterError

PROVIDERS: dict[str, str] = {
    "auto": "headwater.acquire.search.auto:Auto",
    "mediawiki": "headwater.acquire.search.mediawiki:MediaWiki",
    "opensearch": "headwater.acquire.search.opensearch:OpenSearch",
    "template": "headwater.acquire.search.template:Template",
    "sitemap": "headwater.acquire.search.sitemap:Sitemap",
    "searxng": "headwater.acquire.search.searxng:SearXNG",
    "brave": "headwater.acquire.search.brave:Brave",
    "commoncrawl": "headwater.acquire.search.commoncrawl:CommonCrawl",
}
NEEDS_SITE = ("auto", "mediawiki", "opensearch", "sitemap", "searxng")  # the others know an address, or take a template
KEYS: dict[str, tuple[str, ...]] = {"brave": ("BRAVE_API_KEY", "BRAVE_SEARCH_API_KEY")}  # the first that is set is sent


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a public service asks of its users. `cost`: dollars a request; both hold at its own address alone."""

    address: str
    least_delay_s: float
    cost: float = 0.0


TERMS: dict[str, Terms] = {
    # one request a second and 5 dollars a thousand: the plan of lowest rate and that of highest price among Brave's
    # (api-dashboard.search.brave.com, its pages on rate limits and pricing)
    "brave": Terms(address="https://api.search.brave.com", least_delay_s=1.0, cost=0.005),
    # no figure is published; the index server answers 503 and blocks for a day where it is asked too fast
    "commoncrawl": Terms(address="https://index.commoncrawl.org", least_delay_s=1.5),
}


def key_of(provider: str) -> str:
    """The key of a service in the environment, "" for one that needs none. Raises HeadwaterError arguments."""
    names = KEYS.get(provider, ())
    for name in names:
        if key := os.environ.get(name, "").strip():
            if key.isascii() and key.isprintable():
                return key
            raise HeadwaterError("arguments", "holds characters that no header may", where=f"${name}")
    if names:
        raise HeadwaterError(
            "arguments", f"{provider} wants a key", where=f"${names[0]}", mend=f"export {names[0]}=… and try again"
        )
    return ""
