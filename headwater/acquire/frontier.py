"""The frontier: what was found, what was asked for, and what came of it, on disk.

In: seeds and the outcome of each request. Out: after any kill, the same state less the requests in flight.
`.frontier/log.jsonl` is append-only, a row an outcome: the URL, what became of it, the page's record and the
links that were new on it, so that a row that is there is a whole step. A page's WARC record is written before
its row; a record without a row is cut off, and a row whose record did not reach the disk is taken back.
What the rows mean together is in `state.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.acquire import canonical
from headwater.acquire.entries import Entry, Page, Revisit
from headwater.acquire.state import KEPT, REFUSED, Change, State
from headwater.errors import HeadwaterError

LOG = ".frontier/log.jsonl"
HOST_SHARE = 4  # a host's queue may be so many times as long as the room that is left for others
MAX_SHUT = 200  # refused links that one page may add to the log
_USUAL = {"depth": 0, "license": "", "checked_at": "", "etag": "", "last_modified": ""}


class Frontier:
    """The state and its log. Every change is a row first. `capacity`: entries that may wait at once."""

    def __init__(self, folder: Path, capacity: int) -> None:
        self.folder, self._capacity = folder, capacity
        self.state = State()
        path = folder / LOG
        for row in _intact_rows(path):
            try:
                self.state.apply(row)
            except (KeyError, TypeError, IndexError, ValueError, AttributeError, AssertionError) as error:
                raise _damaged(path, f"not a row of a frontier: {error!r}") from error
        self._log = storage.AppendLog(path)
        self._take_back_lost()

    def _take_back_lost(self) -> None:
        """From the first record after the last sync that is not whole (a power cut), ask for all again."""
        changes = list(self.state.unsynced)
        whole = 0
        while whole < len(changes) and self._is_whole(changes[whole]):
            whole += 1
        for change in reversed(changes[whole:]):
            self._step({"lost": change.entry.url})

    def _is_whole(self, change: Change) -> bool:
        from headwater.acquire import warc

        stored = change.stored
        return warc.is_whole(self.folder / stored.warc_file, stored.warc_offset, stored.length)

    def _step(self, row: dict[str, Any]) -> list[Entry]:
        self._log.append(row)
        return self.state.apply(row)

    def ends(self) -> dict[str, int]:
        """For each WARC file, the end of its last known record."""
        ends: dict[str, int] = {}
        for record in self.state.records():
            ends[record.warc_file] = max(ends.get(record.warc_file, 0), record.warc_offset + record.length)
        return ends

    def add_seed(self, url: str) -> None:
        if not self.state.knows(url):
            self._step({"seed": url})

    def add_listed(self, entries: Iterable[Entry]) -> list[Entry]:
        """Entries that a site names of itself, outside of any page; those that are new."""
        new = [entry for entry in entries if not self.state.knows(entry.url)]
        if new:
            self._step({"listed": [entry.as_row() for entry in new]})
        return new

    def finish(
        self,
        entry: Entry,
        outcome: str,
        *,
        page: Page | None = None,
        revisit: Revisit | None = None,
        validators: dict[str, str] | None = None,
        found: Iterable[Entry] = (),
        shut: Iterable[tuple[str, str]] = (),
        to: str = "",
    ) -> list[Entry]:
        """Record what became of an entry; what is to be asked for because of it.

        `found`: what it leads to; `shut`: links that are not to be followed, each with the reason;
        `to`: where it redirects to, or what it names canonical.
        """
        row: dict[str, Any] = {"done": entry.url, "as": outcome}
        if page is not None:
            row["page"] = {name: value for name, value in vars(page).items() if value != _USUAL.get(name)}
        if revisit is not None:
            row["revisit"], row["validators"] = dict(vars(revisit)), validators or {}
        new, unlisted = self._new(entry, found, to)
        closed = [(url, reason) for url, reason in shut if not self.state.knows(url)]
        unlisted += max(0, len(closed) - MAX_SHUT)
        if new:
            row["found"] = [item.as_row() for item in new]
        if closed:
            row["shut"] = closed[:MAX_SHUT]
        if unlisted:
            row["unlisted"] = unlisted
        if to:
            row["to"] = to
        return new + self._step(row)

    def _new(self, entry: Entry, found: Iterable[Entry], to: str) -> tuple[list[Entry], int]:
        """Found entries that are new, in order, as far as there is room for their hosts; the number without room."""
        state = self.state
        first: dict[str, Entry] = {}
        for item in found:
            if not state.knows(item.url):
                first.setdefault(item.url, item)
        room = self._capacity - len(state.waiting)
        if len(state.waiting) + len(first) < HOST_SHARE * (room - len(first)):  # holds for any host, then
            return list(first.values()), 0
        new: list[Entry] = []
        added: Counter[str] = Counter()
        for item in first.values():
            host = canonical.host_of(item.url)
            if (
                item.url == to
                or not item.is_page
                or state.waiting_by_host[host] + added[host] < HOST_SHARE * (room - len(new))
            ):
                new.append(item)
                added[host] += 1
        return new, len(first) - len(new)

    def refresh(self, before: str) -> None:
        """Ask anew for every page that was last looked at before a moment."""
        self._step({"refresh": before})

    def drop(self, url: str, outcome: str) -> None:
        """No longer keep a page."""
        self._step({"dropped": url, "as": outcome})

    def remember_host(self, host: str, *, delay_s: float = 0.0, busy_until: float = 0.0) -> None:
        """Keep what a host asked for: the delay between requests, and until when to leave it alone (a time of day)."""
        delay_s = max(delay_s, self.state.delays_s.get(host, 0.0))
        busy_until = max(busy_until, self.state.busy_until.get(host, 0.0))
        if (delay_s, busy_until) != (self.state.delays_s.get(host, 0.0), self.state.busy_until.get(host, 0.0)):
            self._step({"host": host, "delay_s": delay_s, "busy_until": busy_until})

    def count_asked(self, what: str) -> None:
        """Count a request for something that is no page and waits in no queue, such as robots.txt."""
        self._step({"asked": what})

    def report(self) -> dict[str, Any]:
        """`report.json`: fetched = kept + rejected; refused was never asked for.

        `auxiliary` counts what was asked for besides pages: robots.txt, tdmrep.json, sitemaps and feeds.
        """
        state = self.state
        refused = {k.removeprefix(REFUSED): n for k, n in sorted(state.outcomes.items()) if k.startswith(REFUSED) and n}
        rejected = {k: n for k, n in sorted(state.outcomes.items()) if not k.startswith(REFUSED) and k != KEPT and n}
        kept = state.outcomes[KEPT]
        licenses = Counter(page.license for page in state.pages.values() if page.license)
        waiting = sum(entry.is_page and entry.url not in state.pages for entry in state.waiting.values())
        return {
            "fetched": kept + sum(rejected.values()),
            "kept": kept,
            "rejected": rejected,
            "refused": refused,
            "left": waiting + state.num_unlisted,
            "auxiliary": _counted(state.auxiliary),
            "licenses": _counted(licenses),
            "refresh": _counted(state.refresh),
        }

    def mark_synced(self) -> None:
        """Say that every record so far reached the disk; call after its WARC file was synced."""
        self._step({"synced": len(self.state.pages)})
        self._log.sync()

    def close(self) -> None:
        self._log.close()


def _counted(counts: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in sorted(counts.items()) if number}


def _intact_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of the log. Damage after the last sync, as a power cut leaves it, is cut off with all that follows.

    Raises HeadwaterError damaged_file for damage before it.
    """
    if not path.exists():
        return
    with open(path, "rb+") as handle, storage.disk_errors(path):
        position = 0
        for line in handle:
            row = _parsed(line)
            if row is None:
                if any("synced" in (_parsed(later) or ()) for later in handle):
                    raise _damaged(path, f"not valid JSON at byte {position}")
                handle.truncate(position)
                return
            yield row
            position += len(line)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _damaged(path: Path, message: str) -> HeadwaterError:
    return HeadwaterError("damaged_file", message, where=str(path), mend="remove the folder and crawl again")
