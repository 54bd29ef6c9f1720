"""What a search has done so far: pages of results, requests and what they cost, so that it goes on after any kill.

In: the rows of `.search/log.jsonl`, append-only. Out: the results of every query, which are never asked for again,
and the requests and the money spent. A request is written down with the most that it can cost before it is sent, so
that no kill makes room for another one; what it did cost is written when it ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.acquire.search.results import Result, ResultPage
from headwater.errors import HeadwaterError

LOG = ".search/log.jsonl"
Row = dict[str, Any]


class SearchLog:
    """The state and its file. `pages`: by a query's key, in order; `last_asked` and `rests`: by host, wall clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pages: dict[str, list[ResultPage]] = {}
        self.requests: Counter[str] = Counter()
        self.costs: dict[int, float] = {}
        self.last_asked: dict[str, float] = {}
        self.rests: dict[str, float] = {}
        self.chosen: dict[str, str] = {}
        self.notes: dict[str, str] = {}  # of this process alone
        try:
            for row in storage.read_rows(path):
                self._apply(row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise HeadwaterError(
                "damaged_file", f"not a row of a search: {error!r}", where=str(path), mend="search into another folder"
            ) from error
        self._log = storage.AppendLog(path)

    @property
    def num_requests(self) -> int:
        return sum(self.requests.values())

    @property
    def cost(self) -> float:
        """Money spent, and what may be spent on requests whose end is not known."""
        return sum(self.costs.values())

    def begin(self, provider: str, host: str, at: float, cost: float) -> int:
        """Write down that a request is about to be sent; its number."""
        number = self.num_requests
        self._step({"ask": number, "provider": provider, "host": host, "at": round(at, 3), "cost": cost})
        return number

    def settle(self, number: int, cost: float) -> None:
        """Write down what a request did cost, where that is not what was set aside for it."""
        if self.costs[number] != cost:
            self._step({"settled": number, "cost": cost})

    def rest(self, host: str, until: float) -> None:
        """Ask nothing of a host before a moment of the wall clock."""
        self._step({"rest": host, "until": round(until, 3)})

    def choose(self, what: str, name: str) -> None:
        """Remember a choice, so that it is the same when the search goes on."""
        self._step({"choice": what, "is": name})

    def add_page(self, key: str, page: ResultPage) -> None:
        results = [[item.url, item.title, item.snippet, item.more] for item in page.results]
        self._step({"page": key, "results": results, "next": page.next_cursor, "total": page.total})

    def close(self) -> None:
        self._log.close()

    def _step(self, row: Row) -> None:
        self._log.append(row)
        self._apply(row)

    def _apply(self, row: Row) -> None:
        if "ask" in row:
            self.requests[row["provider"]] += 1
            self.costs[int(row["ask"])] = float(row["cost"])
            self.last_asked[row["host"]] = float(row["at"])
        elif "settled" in row:
            self.costs[int(row["settled"])] = float(row["cost"])
        elif "rest" in row:
            self.rests[row["rest"]] = float(row["until"])
        elif "choice" in row:
            self.chosen[row["choice"]] = str(row["is"])
        else:
            fields = (dict(zip(("url", "title", "snippet", "more"), item, strict=True)) for item in row["results"])
            results = tuple(Result(**item) for item in fields)
            page = ResultPage(results=results, next_cursor=str(row["next"]), total=int(row["total"]))
            self.pages.setdefault(row["page"], []).append(page)


@contextmanager
def opened(folder: Path) -> Iterator[SearchLog]:
    """The log of the search in a folder. Raises HeadwaterError in_use or damaged_file."""
    from headwater.pipeline.workspace import locked

    path = folder / LOG
    with locked(path.parent / ".lock", "another search works in this folder"):
        log = SearchLog(path)
        try:
            yield log
        finally:
            log.close()
