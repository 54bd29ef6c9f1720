"""What an answer claims of itself, in its headers and in its markup together.

In: a response whose body is a page. Out: its links, whether it may be kept and its links followed, which address
it calls its own, its feeds and its licence. Where header and page differ, the stricter wins; an address or a
licence in the header comes first.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from urllib.parse import urljoin

from headwater.acquire import links
from headwater.acquire.canonical import canonical
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
        canonical=_target(says.canonical, response.url) or page.canonical or "",
        license=says.license or page.license,
        noindex=says.noindex or page.noindex,
        reserved=says.tdm_reserved or page.tdm_reserved,
    )


def _target(named: str | None, url: str) -> str:
    """The canonical spelling of an address named in a header, which may be relative; "" where it is none."""
    with contextlib.suppress(ValueError):  # what cannot be joined is no address
        return (canonical(urljoin(url, named)) or "") if named else ""
    return ""
