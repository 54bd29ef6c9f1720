"""What an answer claims of itself, in its headers and in its markup together.

In: a response whose body is a page. Out: its links, whether it may be kept and its links followed, which address
it calls its own, its feeds and its licence. Where header and page differ, the stricter wins; an address or a
licence in the header comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.acquire import links
from headwater.acquire.canonical import target
from headwater.acquire.charset import declared
from headwater.acquire.fetch import Response


@dataclass(frozen=True, kw_only=True)
class Claims:
    """`links` and `feeds` are empty where they are not to be followed; `canonical` is "" for a page that names none."""

    links: list[str]
    feeds: tuple[str, ...]
    canonical: str
    license: str
    noindex: bool
    reserved: bool


def read(response: Response) -> Claims:
    """The claims of a page. May raise what a parser raises on hostile bytes."""
    page = links.page_links(response.body, response.url, declared(response.body, response.charset))
    says = links.header_says(response.headers)
    follow = not (says.nofollow or page.nofollow)
    return Claims(
        links=page.links if follow else [],
        feeds=page.feeds if follow else (),
        canonical=target(response.url, says.canonical or "") or page.canonical or "",
        license=says.license or page.license,
        noindex=says.noindex or page.noindex,
        reserved=page.tdm_reserved or (says.tdm_reserved and not page.tdm_released),
    )
