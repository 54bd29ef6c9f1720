"""The frontier: what was found, what was asked for, and what came of it, on disk.

In: seeds and the outcome of each request. Out: after any kill, the same state less the requests in flight.
`.frontier/log.jsonl` is append-only, a row an outcome: the URL, what became of it, the page's record and the
links that were new on it, so that a row that is there is a whole step. A page's WARC record is written before
its row; a record without a row is cut off, and a row whose record did not reach the disk is taken back.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from headwater import storage
from headwater.acquire import canonical
from headwater.acquire.slots import Entry
from headwater.errors import HeadwaterError

LOG = ".frontier/log.jsonl"
KEPT = "kept"
REFUSED = "refused."


@dataclass(frozen=True, kw_only=True)
class Page:
    """A stored page: where its record lies and what `pages.parquet` says of it."""

    url: str
    digest: str
    warc_file: str
    warc_offset: int
    length: int
    fetched_at: str
    content_type: str
    status: int


@dataclass
class State:
    """What the log says. `waiting` holds found and unfinished entries by URL, in order; `sites` the hosts of seeds."""

    waiting: dict[str, Entry] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    pages: dict[str, Page] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    redirects: dict[str, str] = field(default_factory=dict)
    num_unlisted: int = 0


class Frontier:
    """The state and its log. Every change is a row first."""

    def __init__(self, folder: Path, capacity: int) -> None:
        self.folder, self._capacity = folder, capacity
        self.state = State()
        path = folder / LOG
        synced = 0
        recent: dict[str, Entry] = {}  # finished since the last sync
        for row in _intact_rows(path):
            try:
                if self._replay(row, recent):
                    synced = len(self.state.pages)
                    recent.clear()
            except (KeyError, TypeError, IndexError) as error:
                raise _damaged(path, f"not a row of a frontier: {error!r}") from error
        self._log = storage.AppendLog(path)
        self._take_back_lost(synced, recent)

    def _replay(self, row: dict[str, Any], recent: dict[str, Entry]) -> bool:
        """Apply a row; True when it says that all pages before it reached the disk."""
        if "synced" in row:
            return True
        if "lost" in row:
            self._reopen(recent[row["lost"]])
        elif "seed" in row:
            self._find(Entry(row["seed"], 0, 0, True))
        else:
            page = Page(**row["page"]) if "page" in row else None
            recent[row["done"]] = self.state.waiting[row["done"]]
            self._apply(row["done"], row["as"], page, [Entry(*e) for e in row.get("found", ())], row.get("to"))
        return False

    def _take_back_lost(self, synced: int, recent: dict[str, Entry]) -> None:
        """From the first page after the last sync whose record is not whole (a power cut), ask for all again."""
        pages = list(self.state.pages.values())[synced:]
        whole = 0
        while whole < len(pages) and self._is_whole(pages[whole]):
            whole += 1
        for page in pages[whole:]:
            self._log.append({"lost": page.url})
            self._reopen(recent[page.url])

    def _is_whole(self, page: Page) -> bool:
        from headwater.acquire import warc

        path = self.folder / page.warc_file
        try:
            record = warc.read_record(path, page.warc_offset)
            return path.stat().st_size >= page.warc_offset + page.length and warc.digest_of(record.body) == page.digest
        except (OSError, HeadwaterError):
            return False

    def _reopen(self, entry: Entry) -> None:
        del self.state.pages[entry.url]
        self.state.outcomes[KEPT] -= 1
        self.state.waiting[entry.url] = entry

    def ends(self) -> dict[str, int]:
        """For each WARC file, the end of its last known record."""
        ends: dict[str, int] = {}
        for page in self.state.pages.values():
            ends[page.warc_file] = max(ends.get(page.warc_file, 0), page.warc_offset + page.length)
        return ends

    def add_seed(self, url: str) -> Entry | None:
        """A seed that was not known; None when it was."""
        if url in self.state.seen:
            return None
        self._log.append({"seed": url})
        return self._find(Entry(url, 0, 0, True))

    def finish(
        self, entry: Entry, outcome: str, *, page: Page | None = None, found: Iterable[Entry] = (), to: str = ""
    ) -> list[Entry]:
        """Record what became of an entry; the new entries among `found`."""
        new = [item for item in dict.fromkeys(found) if item.url not in self.state.seen]
        if to == "":
            room = max(0, self._capacity - len(self.state.waiting))
            self.state.num_unlisted += max(0, len(new) - room)
            new = new[:room]
        row: dict[str, Any] = {"done": entry.url, "as": outcome}
        if page is not None:
            row["page"] = asdict(page)
        if new:
            row["found"] = [list(item[:4]) for item in new]
        if to:
            row["to"] = to
        self._log.append(row)
        self._apply(entry.url, outcome, page, new, to)
        return new

    def _apply(self, url: str, outcome: str, page: Page | None, new: list[Entry], to: str | None) -> None:
        self.state.waiting.pop(url, None)
        self.state.outcomes[outcome] += 1
        if page is not None:
            self.state.pages[url] = page
        if to:
            self.state.redirects[url] = to
        for item in new:
            self._find(item)

    def _find(self, entry: Entry) -> Entry:
        self.state.seen.add(entry.url)
        self.state.waiting[entry.url] = entry
        if entry.seed:
            self.state.sites.add(canonical.netloc_of(entry.url))
        return entry

    def leads_back(self, url: str, target: str, most: int) -> bool:
        """Whether following the redirects known from `target` comes to `url`."""
        trail = deque([target], maxlen=1)
        for _ in range(most + 1):
            if trail[0] == url:
                return True
            if trail[0] not in self.state.redirects:
                return False
            trail.append(self.state.redirects[trail[0]])
        return True

    def report(self) -> dict[str, Any]:
        """`report.json`: fetched = kept + rejected; refused was never asked for."""
        outcomes = self.state.outcomes
        refused = {k.removeprefix(REFUSED): n for k, n in sorted(outcomes.items()) if k.startswith(REFUSED) and n}
        rejected = {k: n for k, n in sorted(outcomes.items()) if not k.startswith(REFUSED) and k != KEPT and n}
        kept = outcomes[KEPT]
        return {
            "fetched": kept + sum(rejected.values()),
            "kept": kept,
            "rejected": rejected,
            "refused": refused,
            "left": len(self.state.waiting) + self.state.num_unlisted,
        }

    def mark_synced(self) -> None:
        """Say that every page so far reached the disk; call after its WARC file was synced."""
        self._log.append({"synced": len(self.state.pages)})
        self._log.sync()

    def close(self) -> None:
        self._log.close()


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
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _damaged(path: Path, message: str) -> HeadwaterError:
    return HeadwaterError("damaged_file", message, where=str(path), mend="remove the folder and crawl again")
