"""Whatever search a site offers: its wiki's, the one it describes, its form's, or its pages looked through.

In: a site. Out: the results of the first of ORDER that it offers, which is said and remembered, so that a search that
goes on asks the same.
"""

from __future__ import annotations

from pathlib import Path

from headwater.acquire.search.asking import Asker
from headwater.acquire.search.results import Provider, Refused, ResultPage
from headwater.acquire.sources.search import QUERY_MARK, SearchSource
from headwater.pipeline.progress import Reporter

ORDER = ("mediawiki", "opensearch", "template", "sitemap")
NO_HELP = ("search.unreachable", "search.private_address", "search.name_not_found", "search.tls")


class Auto:
    """One site. The cursor is that of the provider that was chosen."""

    def __init__(self, source: SearchSource, asker: Asker, folder: Path, report: Reporter) -> None:
        self._source, self._asker, self._folder, self._report = source, asker, folder, report
        self._choice = f"auto {source.address}"
        self._chosen: Provider | None = None
        self._tried: list[str] = []

    @property
    def name(self) -> str:
        return self._chosen.name if self._chosen else "auto"

    async def prepare(self) -> None:
        """Choose the first provider that the site offers. Raises Refused."""
        if self._chosen is not None:
            return
        earlier = self._asker.log.chosen.get(self._choice)
        given = self._source.template or QUERY_MARK.search(self._source.address)
        names = (earlier,) if earlier else ("template",) if given else ORDER
        for name in (name for name in names if name not in self._tried):
            provider = self._make(name)
            try:
                await provider.prepare()
            except Refused as refused:
                if refused.reason in NO_HELP or name == names[-1]:
                    raise
                self._tried.append(name)
                continue
            self._chosen = provider
            if name == ORDER[-1]:  # there is nothing else to try
                self._remember(name)
            return

    async def page(self, query: str, cursor: str) -> ResultPage:
        while True:
            await self.prepare()
            assert self._chosen is not None
            name = self._chosen.name
            try:
                page = await self._chosen.page(query, cursor)
            except Refused as refused:
                known = self._choice in self._asker.log.chosen
                if known or name == ORDER[-1] or refused.reason in NO_HELP or refused.again:
                    raise
                self._tried.append(name)  # it is there, but does not work: the next may
                self._chosen = None
                continue
            self._remember(name)
            return page

    def _remember(self, name: str) -> None:
        if self._asker.log.chosen.get(self._choice) != name:
            self._report.say(f"{self._source.address} is searched by {name}")
            self._asker.log.choose(self._choice, name)

    def _make(self, name: str) -> Provider:
        from headwater.acquire.search.searching import make

        return make(name, self._source, self._asker, self._folder, self._report)
