"""What a crawl knows: the log of its frontier, read row by row.

In: rows, each a whole step, as the frontier writes them or as its log gives them back. Out: what waits, what was
stored, what became of everything else, and the counts of the report. The same rows always give the same state.

A page that names another address as canonical steps back for it, and is asked for again when that address comes
to nothing, or when so many pages name it that the site must be mistaken: then each is kept as itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from headwater.acquire import canonical
from headwater.acquire.entries import ALTERNATE, Entry, Page, Revisit

KEPT = "kept"
REFUSED = "refused."
ELSEWHERE = "canonical.elsewhere"
OPTED_OUT = "opt_out"
WAITING, STORED, MOVED, FAILED = range(4)  # what became of a URL
MAX_ALTERNATE_PATHS = 5  # further paths that may name one address as canonical; queries are not counted
# A page whose new answer is one of these is no longer kept; any other failure leaves the page as it was.
GONE = ("fetch.status_404", "fetch.status_410", "fetch.status_451", "fetch.noindex", "tdm.reserved", ELSEWHERE)
Row = dict[str, Any]


class Change(NamedTuple):
    """A stored record that may not have reached the disk: its entry, and the page before it, if any."""

    entry: Entry
    earlier: Page | None
    stored: Page | Revisit


@dataclass
class State:
    """`waiting`: found and unfinished entries by URL, in order. `fates`: by the hash of a URL, for there are many.

    `sites`: the hosts (with ports) of seeds. `older`: pages replaced or dropped since; their records remain.
    `waiting_by_host` counts pages alone, `listings_by_host` sitemaps and feeds from when they are found.
    `delays_s`, `busy_until` (a time of day): what a host asked for, to be kept to after a restart.
    `moved`: where a URL redirects to or what it names canonical; `alternates`: who stepped back for a URL.
    """

    waiting: dict[str, Entry] = field(default_factory=dict)
    fates: dict[int, int] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    pages: dict[str, Page] = field(default_factory=dict)
    older: list[Page] = field(default_factory=list)
    revisits: list[Revisit] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    auxiliary: Counter[str] = field(default_factory=Counter)
    refresh: Counter[str] = field(default_factory=Counter)
    moved: dict[str, str] = field(default_factory=dict)
    alternates: dict[str, list[Entry]] = field(default_factory=dict)
    alternate_paths: dict[str, set[str]] = field(default_factory=dict)
    mistaken: set[str] = field(default_factory=set)
    listings: dict[str, Entry] = field(default_factory=dict)
    listings_by_host: Counter[str] = field(default_factory=Counter)
    waiting_by_host: Counter[str] = field(default_factory=Counter)
    kept_by_host: Counter[str] = field(default_factory=Counter)
    delays_s: dict[str, float] = field(default_factory=dict)
    busy_until: dict[str, float] = field(default_factory=dict)
    num_unlisted: int = 0
    unsynced: list[Change] = field(default_factory=list)

    def knows(self, url: str) -> bool:
        return hash(url) in self.fates

    def fate(self, url: str) -> int | None:
        return self.fates.get(hash(url))

    def records(self) -> list[Page | Revisit]:
        """Every stored record that is known."""
        return [*self.pages.values(), *self.older, *self.revisits]

    def apply(self, row: Row) -> list[Entry]:
        """Take one step; the entries that it puts back into the queue. Raises KeyError or TypeError for a bad row."""
        if "done" in row:
            return self._finish(row)
        if "synced" in row:
            self.unsynced.clear()
        elif "seed" in row:
            self._wait(Entry(row["seed"], 0, 0, True))
        elif "listed" in row:
            for fields in row["listed"]:
                self._wait(Entry(*fields))
        elif "lost" in row:
            self._take_back(row["lost"])
        elif "refresh" in row:
            return self._reopen_due(row["refresh"])
        elif "host" in row:
            self.delays_s[row["host"]] = row["delay_s"]
            self.busy_until[row["host"]] = row["busy_until"]
        elif "dropped" in row:
            self._drop(row["dropped"], row["as"])
        else:
            self.auxiliary[row["asked"]] += 1
        return []

    def _finish(self, row: Row) -> list[Entry]:
        url, outcome, to = row["done"], row["as"], row.get("to", "")
        entry = self.waiting.pop(url)
        if entry.is_page:
            self.waiting_by_host[canonical.host_of(url)] -= 1
            self._record(entry, outcome, row)
        else:
            self.auxiliary[f"{entry.kind}.{outcome}"] += 1
            self.listings[url] = entry
            self.fates[hash(url)] = FAILED
        for found, reason in row.get("shut", ()):
            self.fates[hash(found)] = FAILED
            self.outcomes[REFUSED + reason] += 1
        self.num_unlisted += row.get("unlisted", 0)
        if to:
            self.moved[url] = to
        for fields in row.get("found", ()):
            self._wait(Entry(*fields))
        return self._settle(entry, outcome, to) if entry.is_page else []

    def _record(self, entry: Entry, outcome: str, row: Row) -> None:
        """Count what became of a page, and take over its record."""
        url, earlier = entry.url, self.pages.get(entry.url)
        if "page" in row:
            page = Page(**row["page"])
            self.unsynced.append(Change(entry, earlier, page))
            self._store(page, earlier)
        elif "revisit" in row:
            assert earlier is not None
            revisit = Revisit(**row["revisit"])
            self.unsynced.append(Change(entry, earlier, revisit))
            self.revisits.append(revisit)
            self.pages[url] = replace(earlier, checked_at=revisit.fetched_at, **row["validators"])
            self.refresh["unchanged"] += 1
        elif earlier is None:
            self.outcomes[outcome] += 1
            self.fates[hash(url)] = MOVED if "to" in row else FAILED
        elif outcome in GONE or "to" in row:
            self._drop(url, outcome)
            self.refresh["gone"] += 1
            self.fates[hash(url)] = MOVED if "to" in row else FAILED
        else:
            self.refresh["unanswered"] += 1
            self.fates[hash(url)] = STORED

    def _store(self, page: Page, earlier: Page | None) -> None:
        if earlier is None:
            self.outcomes[KEPT] += 1
            self.kept_by_host[canonical.host_of(page.url)] += 1
        else:
            self.older.append(earlier)
            self.refresh["changed"] += 1
        self.pages[page.url] = page
        self.fates[hash(page.url)] = STORED

    def _drop(self, url: str, outcome: str) -> None:
        """A page that was kept no longer is."""
        self.older.append(self.pages.pop(url))
        self.outcomes[KEPT] -= 1
        self.kept_by_host[canonical.host_of(url)] -= 1
        self.outcomes[outcome] += 1
        self.fates[hash(url)] = FAILED

    def _wait(self, entry: Entry) -> None:
        self.fates[hash(entry.url)] = WAITING
        self.waiting[entry.url] = entry
        if entry.seed:
            self.sites.add(canonical.netloc_of(entry.url))
        if entry.is_page:
            self.waiting_by_host[canonical.host_of(entry.url)] += 1
        else:
            self.listings_by_host[entry.kind + canonical.host_of(entry.url)] += 1

    def _settle(self, entry: Entry, outcome: str, to: str) -> list[Entry]:
        """What the end of an entry means for those who stepped back for it, and for whom it steps back itself."""
        own = self.alternates.pop(entry.url, [])
        if outcome == ELSEWHERE:
            own.append(entry)
        if not own:
            return []
        target = to or entry.url
        self.alternates.setdefault(target, []).extend(own)
        if self.fate(target) == FAILED:
            return self._reopen(target)
        if target != entry.url:
            paths = self.alternate_paths.setdefault(target, set())
            paths.update(other.url.partition("?")[0] for other in own)
            if len(paths) > MAX_ALTERNATE_PATHS:
                self.mistaken.add(target)
                return self._reopen(target)
        return []

    def _reopen(self, target: str) -> list[Entry]:
        """Ask once more for the pages that stepped back for a URL, to keep each as itself."""
        opened = [
            entry._replace(kind=ALTERNATE, tries=0)
            for entry in self.alternates.pop(target)
            if entry.url not in self.waiting
        ]
        for entry in opened:
            self.outcomes[ELSEWHERE] -= 1
            del self.moved[entry.url]
            self._wait(entry)
        return opened

    def _reopen_due(self, before: str) -> list[Entry]:
        """Put every page last looked at before a moment back into the queue, and the listings that lead to pages."""
        due = [page for page in self.pages.values() if max(page.fetched_at, page.checked_at) <= before]
        opened = [Entry(page.url, page.depth) for page in due]
        if opened:
            opened += [entry._replace(tries=0) for entry in self.listings.values()]
        opened = [entry for entry in opened if entry.url not in self.waiting]
        for entry in opened:
            if not entry.is_page:
                self.listings_by_host[entry.kind + canonical.host_of(entry.url)] -= 1
            self._wait(entry)
        return opened

    def _take_back(self, url: str) -> None:
        """Undo the last step that stored a record for a URL: the record did not reach the disk."""
        index = max(i for i, change in enumerate(self.unsynced) if change.entry.url == url)
        entry, earlier, stored = self.unsynced.pop(index)
        if isinstance(stored, Revisit):
            self.revisits.remove(stored)
            self.refresh["unchanged"] -= 1
        elif earlier is not None:
            self.older.remove(earlier)
            self.refresh["changed"] -= 1
        else:
            self.outcomes[KEPT] -= 1
            self.kept_by_host[canonical.host_of(url)] -= 1
            del self.pages[url]
        if earlier is not None:
            self.pages[url] = earlier
        self._wait(entry)

    def leads_back(self, url: str, target: str, most: int) -> bool:
        """Whether following what is known to have moved from `target` comes to `url`."""
        for _ in range(most + 1):
            if target == url:
                return True
            if target not in self.moved:
                return False
            target = self.moved[target]
        return True

    def end_of(self, target: str, most: int) -> str:
        """Where a URL leads by all that is known to have moved."""
        for _ in range(most):
            if target not in self.moved:
                break
            target = self.moved[target]
        return target
