"""A page of a site, asked for as a robot that keeps to robots.txt.

In: an address. Out: a Website: the address after redirects, its character set, and what the page offers.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from urllib.parse import urljoin

from headwater.acquire.canonical import canonical
from headwater.acquire.charset import declared, decoded
from headwater.acquire.search import markup
from headwater.acquire.search.asking import Asker, answered
from headwater.acquire.search.exchange import Reply

MAX_PAGE_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True)
class Website:
    url: str
    charset: str
    offers: markup.Offers

    def absolute(self, link: str) -> str:
        """Where a link on the page leads: a canonical URL, or ""."""
        with contextlib.suppress(ValueError):  # what cannot be joined is no address
            return canonical(urljoin(urljoin(self.url, self.offers.base), link)) or ""
        return ""


async def visit(asker: Asker, url: str) -> Website:
    """Ask for a page. Raises Refused."""
    headers = {"Accept": "text/html,application/xhtml+xml"}
    return await asker.ask(url, of_reply, headers=headers, as_robot=True, limit_bytes=MAX_PAGE_BYTES)


def of_reply(reply: Reply) -> Website:
    """The page in a reply. Raises Refused where it is none."""
    reply = answered(reply)
    return Website(
        url=reply.url,
        charset=declared(reply.body, reply.charset),
        offers=markup.read(decoded(reply.body, reply.charset)),
    )
