"""A site's own search page, by the address of it or by its form.

In: an address with `{query}` in it (and `{page}`, counted from 1), or a site whose front page has a search form.
Out: what the page's results link to. A query is written in the character set of the site's form, as a browser does.
One query that nothing answers is asked first, to know the site's navigation from its results.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote_plus

from headwater.acquire.search import answers, forms
from headwater.acquire.search.asking import Asker
from headwater.acquire.search.results import Refused, ResultPage
from headwater.acquire.search.website import Website, visit
from headwater.acquire.sources.search import QUERY_MARK, SearchSource
from headwater.pipeline.progress import Reporter

PAGE_MARK = "{page}"
MAX_PAGE = 100
LETTERS = "bcdfghjklmnpqrstvwxz"


class Template:
    """One site's search page. The cursor is the number of a page, or the address of the next one."""

    name = "template"

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker = source, asker
        self._template = source.template or (source.address if QUERY_MARK.search(source.address) else "")
        self._charset = "utf-8"
        self._navigation: set[str] | None = None

    async def prepare(self) -> None:
        if self._template:
            return
        site = await visit(self._asker, self._source.address)
        self._template = forms.template_of(site)
        if not self._template:
            raise Refused("search.no_such_service", f"no search form is found at {self._source.address}")
        self._charset = site.charset

    async def page(self, query: str, cursor: str) -> ResultPage:
        await self.prepare()
        navigation = await self._known_navigation()
        number = int(cursor) if cursor.isascii() and cursor.isdigit() else 1
        asked = cursor if "://" in cursor else self._filled(query, number)
        page = await visit(self._asker, asked)
        found, onward = answers.read(page, asked, query, navigation)
        if PAGE_MARK in self._template:
            onward = str(number + 1) if found and number < MAX_PAGE else ""
        return ResultPage(results=tuple(found), next_cursor=onward)

    async def _known_navigation(self) -> set[str]:
        """The links that the search page has whatever is asked."""
        if self._navigation is None:
            empty: Website = await visit(self._asker, self._filled(unknown_word(self._template), 1))
            self._navigation = answers.links_of(empty)
        return self._navigation

    def _filled(self, query: str, number: int) -> str:
        try:
            written = quote_plus(query.encode(self._charset))
        except (UnicodeEncodeError, LookupError):
            written = quote_plus(query)
        return QUERY_MARK.sub(lambda _: written, self._template).replace(PAGE_MARK, str(number))


def unknown_word(salt: str) -> str:
    """A word that no page holds, the same for the same site."""
    digest = hashlib.sha256(salt.encode("utf-8", "replace")).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:14])
